"""Addresses of procedures."""

from django.urls import path

from fupin.procedures.views import ballots, bulk, cases, exits, meetings, packs, progress, village_exits

app_name = "procedures"
urlpatterns = [
    path("", cases.home, name="home"),
    path("table/", cases.table, name="table"),
    path("export/", cases.export, name="export"),
    path("many/", bulk.many, name="many"),
    path("many/refused/", bulk.refusals, name="refusals"),
    path("progress/", progress.progress, name="progress"),
    path("households/<str:number>/new/<slug:work>/", cases.new, name="new"),
    path("households/<str:number>/cases/", cases.of_household, name="of_household"),
    path("households/<str:number>/pack/", packs.pack, name="pack"),
    path("packs/", packs.village, name="packs"),
    path("cases/<int:pk>/", cases.case, name="case"),
    path("cases/<int:pk>/step/", cases.step, name="step"),
    path("cases/<int:pk>/attach/", cases.attach, name="attach"),
    path("cases/<int:pk>/papers/<int:file>/", cases.paper, name="paper"),
    path("cases/<int:pk>/verify/", cases.verify, name="verify"),
    path("cases/<int:pk>/late/", cases.late, name="late"),
    path("cases/<int:pk>/standards/", exits.standards, name="standards"),
    path("exits/", exits.listing, name="exits"),
    path("exits/export/", exits.export, name="exits_export"),
    path("exits/villages/", village_exits.listing, name="village_exits"),
    path("meetings/", meetings.listing, name="meetings"),
    path("meetings/new/", meetings.new, name="meeting_new"),
    path("meetings/<int:pk>/", meetings.meeting, name="meeting"),
    path("meetings/<int:pk>/screen/", ballots.screen, name="ballots"),
    path("meetings/<int:pk>/screen/<int:case>/", ballots.ballot, name="ballot"),
    path("meetings/<int:pk>/attach/", meetings.attach, name="meeting_attach"),
    path("meetings/<int:pk>/papers/<int:file>/", meetings.paper, name="meeting_paper"),
]
