"""Addresses: each app keeps its own, this is where they hang."""

from django.contrib.auth.decorators import login_not_required
from django.urls import URLPattern, URLResolver, include, path
from django.views.i18n import set_language

handler500 = "fupin.config.faults.server_error"

urlpatterns: list[URLPattern | URLResolver] = [
    path("", include("fupin.core.health")),
    # Early: each line above it costs what is asked most often, a public notice, a look.
    path("", include("fupin.notices.urls")),
    path("", include("fupin.desk.urls")),
    path("", include("fupin.registry.urls")),
    path("", include("fupin.accounts.urls")),
    path("api/v1/", include("fupin.api.urls")),
    path("national/", include("fupin.registry.national.urls")),
    path("parameters/", include("fupin.rulebook.urls")),
    path("papers/", include("fupin.papers.urls")),
    path("retention/", include("fupin.retention.urls")),
    path("sign-in/", include("fupin.accounts.single_sign_on_urls")),
    path("quality/signs/", include("fupin.quality.signs.urls")),
    path("quality/", include("fupin.quality.urls")),
    path("", include("fupin.divisions.urls")),
    path("comparison/", include("fupin.quality.comparison.urls")),
    path("campaigns/", include("fupin.quality.campaigns.urls")),
    path("issued/", include("fupin.quality.issued.urls")),
    path("ledgers/", include("fupin.core.ledgers.urls")),
    path("", include("fupin.quality.guarantees.urls")),
    path("procedures/monitoring/", include("fupin.procedures.monitoring.urls")),
    path("procedures/rounds/", include("fupin.procedures.rounds.urls")),
    path("procedures/", include("fupin.procedures.urls")),
    path("screening/", include("fupin.procedures.screening.urls")),
    path("statistics/", include("fupin.statistics.urls")),
    path("language/", login_not_required(set_language), name="set_language"),
]
