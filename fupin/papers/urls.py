"""Addresses of papers."""

from django.urls import path

from fupin.papers.views import home, papers, scans, templates

app_name = "papers"
urlpatterns = [
    path("", home.home, name="home"),
    path("lacking/", home.lacking, name="lacking"),
    path("lacking/file/", home.lacking_file, name="lacking_file"),
    path("print/", home.print_many, name="print_many"),
    path("household/<str:number>/", papers.of_subject, {"kind": "household"}, name="of_household"),
    path("case/<str:number>/", papers.of_subject, {"kind": "case"}, name="of_case"),
    path("of/<slug:kind>/<str:number>/print/", papers.print_one, name="print"),
    path("paper/<str:code>/", papers.paper, name="paper"),
    path("paper/<str:code>/drop/", papers.drop, name="drop"),
    path("page/<int:pk>/", papers.tick, name="page"),
    path("page/<int:pk>/scan/", papers.scan, name="scan"),
    path("stacks/<int:pk>/", scans.stack, name="stack"),
    path("stacks/<int:pk>/state/", scans.state, name="stack_state"),
    path("tray/", scans.tray, name="tray"),
    path("tray/<int:pk>/", scans.file_page, name="tray_page"),
    path("tray/<int:pk>/picture/", scans.picture, name="tray_picture"),
    path("templates/", templates.listing, name="templates"),
    path("own-templates/<int:pk>/", templates.own, name="own"),
    path("own-templates/<int:pk>/preview/", templates.preview, name="preview"),
    path("templates/<slug:name>/<slug:edition>/", templates.document, name="template"),
    path("templates/<slug:name>/<slug:edition>/shipped/", templates.shipped_form, name="shipped"),
]
