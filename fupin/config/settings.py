"""All settings come from the environment; docs/operations/settings.md lists them."""

import secrets
from pathlib import Path
from typing import Any

from csp.constants import NONCE, NONE, SELF

from fupin.config import logs
from fupin.config.database import database_settings
from fupin.config.environment import flag, parts, text
from fupin.config.paths import Keys, data_folder
from fupin.config.signing_in import *  # noqa: F403 (its settings are settings)

DATA_FOLDER = data_folder()
KEYS = Keys(DATA_FOLDER)
DEBUG = flag("FUPIN_DEBUG")
DEMONSTRATION = flag("FUPIN_DEMONSTRATION") or (DATA_FOLDER / "demonstration").exists()
# Without keys an instance can start its command line (to run `init`), but nothing signed with this outlives the process.
SECRET_KEY = KEYS.get("FUPIN_SECRET_KEY") or secrets.token_urlsafe(48)
ALLOWED_HOSTS = parts("FUPIN_HOSTS")
CSRF_TRUSTED_ORIGINS = parts("FUPIN_ORIGINS")
CSRF_FAILURE_VIEW = "fupin.accounts.views.sign_in.expired"

METRICS_TOKEN = text("FUPIN_METRICS_TOKEN")
SPARK = text("FUPIN_SPARK")
LOGGING_CONFIG = None  # every log goes through one door, which keeps personal data out
logs.configure(text("FUPIN_LOG_LEVEL"))

DATABASES: dict[str, Any] = {"default": database_settings(text("FUPIN_DATABASE"), DATA_FOLDER)}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django_htmx",
    "csp",
    "axes",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "fupin.core",
    "fupin.divisions",
    "fupin.accounts",
    "fupin.rulebook",
    "fupin.retention",
    "fupin.papers",
    "fupin.registry",
    "fupin.notices",
    "fupin.quality",
    "fupin.procedures",
    "fupin.statistics",
    "fupin.desk",
    "fupin.api",
    "fupin.config",
]

MIDDLEWARE = [
    "fupin.core.requests.RequestMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "csp.middleware.CSPMiddleware",
    "axes.middleware.AxesMiddleware",
    "fupin.accounts.middleware.PostingMiddleware",
    "fupin.core.middleware.RefusalsMiddleware",
    "fupin.api.middleware.ApiMiddleware",
]

ROOT_URLCONF = "fupin.config.urls"
WSGI_APPLICATION = "fupin.config.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "OPTIONS": {
            "loaders": [("fupin.core.still.Loader", ["django.template.loaders.app_directories.Loader"])],
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "csp.context_processors.nonce",
                "fupin.config.frame.frame",
            ],
        },
    }
]

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "django.contrib.auth.backends.ModelBackend",
]
PASSWORD_HASHERS = [
    "fupin.accounts.hashing.FullArgon2",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
LOGIN_URL = "/sign-in/"
LOGIN_REDIRECT_URL = "/"

LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", "简体中文"), ("en", "English")]
TIME_ZONE = "Asia/Shanghai"
USE_I18N = True
# Conditions are no app of Django, and yet they speak.
LOCALE_PATHS = [Path(__file__).parents[1] / name / "locale" for name in ("conditions", "policy")]
# Bootstrap's names are not the office's: a message is good, needs care, or is wrong.
MESSAGE_TAGS = {25: "good", 30: "warn", 40: "wrong"}
USE_TZ = True

STATIC_URL = "/static/"
STATIC_ROOT = None
STORAGES = {
    "default": {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {"location": DATA_FOLDER / "files"},
    },
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
# Addresses of built files carry their fingerprint, so browsers may keep them.
WHITENOISE_MAX_AGE = 86_400
# Static files are served from the packages themselves: nothing has to be collected before the first start.
WHITENOISE_USE_FINDERS = True

SESSION_ENGINE = "fupin.accounts.sessions"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
if flag("FUPIN_HTTPS"):
    SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = True
    SECURE_HSTS_SECONDS = 31_536_000
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "script-src": [SELF, NONCE],
        "style-src": [SELF, NONCE],
        "img-src": [SELF, "data:", "blob:"],
        "font-src": [SELF, "data:"],
        "object-src": [NONE],
        "base-uri": [SELF],
        "frame-ancestors": [NONE],
        "form-action": [SELF],
    }
}
