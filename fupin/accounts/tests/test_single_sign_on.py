"""Single sign-on against a provider of our own on this machine."""

import base64
import json
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

import jwt
import pytest
from allauth.socialaccount.models import SocialAccount
from cryptography.hazmat.primitives.asymmetric import rsa

from fupin.accounts.models import SignIn, User
from fupin.core.models import AuditEntry

KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)


class Provider:
    """An OpenID Connect provider that says whatever `claims` holds."""

    def __init__(self):
        self.claims = {"sub": "s-1", "preferred_username": "township_officer"}
        self.issued_to = []
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def _handler(provider):
        class Handler(BaseHTTPRequestHandler):
            def do_GET(self):
                if self.path.endswith("openid-configuration"):
                    return self._tell({
                        "issuer": provider.url, "authorization_endpoint": f"{provider.url}/authorize",
                        "token_endpoint": f"{provider.url}/token", "userinfo_endpoint": f"{provider.url}/userinfo",
                        "jwks_uri": f"{provider.url}/keys",
                        "token_endpoint_auth_methods_supported": ["client_secret_post"],
                    })  # fmt: skip
                if self.path == "/userinfo":
                    return self._tell(provider.claims)
                return self._tell({"keys": []})

            def do_POST(self):
                body = parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode())
                provider.issued_to.append({name: values[0] for name, values in body.items()})
                token = {
                    **provider.claims,
                    "iss": provider.url,
                    "aud": "fupin",
                    "iat": time.time(),
                    "exp": time.time() + 60,
                }
                self._tell({"access_token": "a", "token_type": "Bearer", "id_token": jwt.encode(token, KEY, "RS256")})

            def _tell(self, document):
                body = json.dumps(document).encode()
                self.send_response(200)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_):
                pass

        return Handler


@pytest.fixture
def provider(settings):
    made = Provider()
    settings.SOCIALACCOUNT_PROVIDERS = {"openid_connect": {"OAUTH_PKCE_ENABLED": True, "APPS": [{
        "provider_id": "office", "name": "统一身份认证", "client_id": "fupin", "secret": "x",
        "settings": {"server_url": made.url},
    }]}}  # fmt: skip
    yield made
    made.server.shutdown()
    made.server.server_close()


def go(client, target=""):
    """To the provider and back again; the answer of the way back."""
    there = client.get(f"/sign-in/oidc/office/?next={target}")
    assert there.status_code == 302
    asked = parse_qs(urlsplit(there["Location"]).query)
    assert base64.urlsafe_b64decode(asked["code_challenge"][0] + "==")
    return client.get("/sign-in/oidc/office/callback/", {"code": "c", "state": asked["state"][0]})


def test_somebody_known_comes_in_by_the_user_name(provider, cast, client):
    answer = go(client, "/account/")
    assert answer["Location"] == "/account/"
    assert client.get("/account/").status_code == 200
    assert SignIn.objects.get().method == "oidc"
    assert "code_verifier" in provider.issued_to[0]
    acts = list(AuditEntry.objects.order_by("id").values_list("act", flat=True))
    assert acts == ["accounts.link_single_sign_on", "accounts.sign_in"]


def test_a_renamed_person_keeps_the_account_and_the_name_opens_nothing_for_another(provider, cast, client):
    go(client)
    provider.claims = {"sub": "s-1", "preferred_username": "helper"}
    go(client)
    assert SocialAccount.objects.get().user == cast.township_officer
    client.post("/sign-out/")
    provider.claims = {"sub": "s-2", "preferred_username": "township_officer"}
    assert go(client)["Location"] == "/sign-in/"
    assert client.get("/account/").status_code == 302


@pytest.mark.parametrize("name", ["", "unknown", "Township_officer"])
def test_nobody_gets_an_account_by_it(provider, cast, client, name):
    provider.claims = {"sub": "s-3", "preferred_username": name}
    before = User.objects.count()
    answer = go(client)
    assert answer["Location"] == "/sign-in/"
    assert "没有与之对应的可用账户" in client.get("/sign-in/").content.decode()
    assert User.objects.count() == before


def test_a_disabled_account_stays_closed(provider, cast, client):
    User.objects.filter(username="township_officer").update(is_active=False)
    assert go(client)["Location"] == "/sign-in/"
    assert client.get("/account/").status_code == 302


def test_a_role_that_needs_a_second_factor_still_sets_it_up(provider, cast, client):
    provider.claims = {"sub": "s-4", "preferred_username": "banner_officer"}
    go(client)
    assert client.get("/account/")["Location"] == "/account/second-factor/"


def test_a_provider_that_asks_for_the_second_factor_is_trusted_where_the_office_says_so(
    provider, cast, client, settings
):
    settings.OIDC_SECOND_FACTOR = True
    provider.claims = {"sub": "s-4", "preferred_username": "banner_officer"}
    go(client)
    assert client.get("/account/").status_code == 200


def test_a_way_back_that_was_never_begun_is_refused(provider, cast, client):
    answer = client.get("/sign-in/oidc/office/callback/", {"code": "c", "state": "guessed"})
    assert answer["Location"] == "/sign-in/"
    assert provider.issued_to == []


def test_nobody_is_sent_elsewhere_after_the_way_back(provider, cast, client):
    assert go(client, "https://evil.example/")["Location"] == "/"


def test_the_sign_in_page_offers_it_where_it_is_set_up(provider, cast, client, settings):
    assert "统一身份认证" in client.get("/sign-in/").content.decode()
    settings.SOCIALACCOUNT_PROVIDERS = {}
    assert "统一身份认证" not in client.get("/sign-in/").content.decode()
