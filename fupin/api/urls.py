"""The addresses of /api/v1."""

from django.urls import path

from fupin.api.assembly import api

urlpatterns = [path("", api.urls)]
