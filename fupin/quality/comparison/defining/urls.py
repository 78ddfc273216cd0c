"""Addresses of sources, below those of comparison."""

from django.urls import path

from fupin.quality.comparison.defining import views

urlpatterns = [
    path("sources/new/", views.new, name="source_new"),
    path("sources/<slug:name>/", views.source, name="source"),
    path("sources/<slug:name>/version/", views.version, name="source_version"),
    path("sources/<slug:name>/end/", views.end, name="source_end"),
    path("sources/<slug:name>/definition/", views.definition, name="source_definition"),
]
