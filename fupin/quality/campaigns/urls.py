"""Addresses of collection."""

from django.urls import path

from fupin.quality.campaigns.views import households, papers, progress, rounds, spot_checks

app_name = "campaigns"
urlpatterns = [
    path("", rounds.home, name="home"),
    path("new/", rounds.new, name="new"),
    path("mine/", households.mine, name="mine"),
    path("households/<int:pk>/", households.household, name="household"),
    path("households/<int:pk>/visit/", households.visit, name="visit"),
    path("households/<int:pk>/leave-out/", households.leave_out, name="leave_out"),
    path("<int:pk>/", rounds.page, name="round"),
    path("<int:pk>/change/", rounds.change, name="change"),
    path("<int:pk>/step/<str:act>/", rounds.step, name="step"),
    path("<int:pk>/households/", households.listing, name="households"),
    path("<int:pk>/unchanged/", households.unchanged, name="unchanged"),
    path("<int:pk>/assign/", households.assign, name="assign"),
    path("<int:pk>/progress/", progress.progress, name="progress"),
    path("<int:pk>/forms/", papers.forms, name="forms"),
    path("<int:pk>/sheet/", papers.sheet, name="sheet"),
    path("<int:pk>/spot-checks/", spot_checks.listing, name="spot_checks"),
    path("spot-checks/<int:pk>/", spot_checks.spot_check, name="spot_check"),
    path("spot-checks/<int:pk>/villages/<int:village>/recollect/", spot_checks.recollect, name="recollect"),
    path("drawn/<int:pk>/", spot_checks.drawn, name="drawn"),
    path("<int:pk>/export/", progress.export, name="export"),
]
