"""Addresses of publicity: for staff below /notices/, for everybody below /public/."""

from django.urls import path

from fupin.notices.views import acts, lists, objections, papers, public

app_name = "notices"
urlpatterns = [
    path("notices/", lists.home, name="list"),
    path("notices/workbook/", lists.workbook, name="workbook"),
    path("notices/new/", acts.new, name="new"),
    path("notices/<int:pk>/", lists.notice, name="notice"),
    path("notices/<int:pk>/photographs/", acts.prove, name="prove"),
    path("notices/<int:pk>/photographs/<int:proof>/", papers.photograph, name="photograph"),
    path("notices/<int:pk>/take-down/", acts.take_down, name="take_down"),
    path("notices/<int:pk>/print/", papers.sheet, name="print"),
    path("notices/<int:pk>/object/", objections.take, name="object"),
    path("notices/objections/<int:pk>/", objections.objection, name="objection"),
    path("notices/objections/<int:pk>/papers/<int:file>/", objections.paper, name="objection_paper"),
    path("notices/objections/<int:pk>/receipt/", papers.receipt, name="receipt"),
    path("public/notices/", public.home, name="public_home"),
    path("public/notices/<slug:code>/", public.notice, name="public_notice"),
    path("public/notices/<slug:code>/object/", public.object_online, name="public_object"),
    path("public/objections/<slug:receipt>/", public.receipt, name="public_receipt"),
    path("robots.txt", public.robots, name="robots"),
]
