"""Addresses of the lights."""

from django.urls import path

from fupin.quality.guarantees import views

app_name = "guarantees"
urlpatterns = [path("households/<str:number>/lights/", views.lights, name="lights")]
