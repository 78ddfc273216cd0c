"""Addresses of monitoring."""

from django.urls import path

from fupin.procedures.monitoring.views import areas, homes, lists

app_name = "monitoring"
urlpatterns = [
    path("", lists.today, name="today"),
    path("villages/<int:pk>/", lists.village, name="village"),
    path("warnings/", lists.warnings, name="warnings"),
    path("warnings/export/", lists.export, name="export"),
    path("civil-affairs/", lists.referrals, name="referrals"),
    path("civil-affairs/<int:pk>/decision/", homes.decision, name="decision"),
    path("relief/", lists.reliefs, name="reliefs"),
    path("areas/", areas.events, name="events"),
    path("areas/new/", areas.new, name="event_new"),
    path("areas/<int:pk>/", areas.event, name="event"),
    path("areas/<int:pk>/end/", areas.end, name="event_end"),
    path("households/<str:number>/", homes.home, name="home"),
    path("households/<str:number>/card/", homes.card, name="card"),
    path("households/<str:number>/report/", homes.report, name="report"),
    path("households/<str:number>/answer/", homes.answer, name="answer"),
    path("households/<str:number>/refer/", homes.refer, name="refer"),
    path("households/<str:number>/take-over/", homes.take_over, name="take_over"),
    path("households/<str:number>/relief/", homes.relief, name="relief"),
]
