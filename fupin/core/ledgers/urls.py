"""Addresses of the record types."""

from django.urls import path

from fupin.core.ledgers import papers, views

app_name = "ledgers"
urlpatterns = [
    path("", views.index, name="index"),
    path("places/", views.places_like, name="places"),
    path("<slug:name>/", views.list_rows, name="list"),
    path("<slug:name>/total/", views.total, name="total"),
    path("<slug:name>/columns/", views.columns, name="columns"),
    path("<slug:name>/new/", views.new, name="new"),
    path("<slug:name>/export/", views.export, name="export"),
    path("<slug:name>/remove/", views.remove, name="remove"),
    path("<slug:name>/<int:key>/", views.page, name="page"),
    path("<slug:name>/<int:key>/edit/", views.edit, name="edit"),
    path("<slug:name>/<int:key>/attach/", papers.attach, name="attach"),
    path("<slug:name>/<int:key>/papers/<int:pk>/", papers.paper, name="paper"),
    path("<slug:name>/<int:key>/papers/<int:pk>/remove/", papers.detach, name="detach"),
    path("<slug:name>/<int:key>/reveal/<slug:column>/", views.reveal, name="reveal"),
]
