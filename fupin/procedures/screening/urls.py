"""Addresses of screening."""

from django.urls import path

from fupin.procedures.screening.views import households, rounds

app_name = "screening"
urlpatterns = [
    path("", rounds.home, name="home"),
    path("new/", rounds.new, name="new"),
    path("households/<int:pk>/", households.household, name="household"),
    path("households/<int:pk>/visit/", households.visit, name="visit"),
    path("households/<int:pk>/suspect/", households.suspect, name="suspect"),
    path("households/<int:pk>/undo/", households.undo, name="undo"),
    path("<int:pk>/", rounds.page, name="round"),
    path("<int:pk>/step/<str:act>/", rounds.step, name="step"),
    path("<int:pk>/households/", households.listing, name="households"),
    path("<int:pk>/confirm/", households.confirm, name="confirm"),
    path("<int:pk>/progress/", rounds.progress, name="progress"),
    path("<int:pk>/forms/", households.forms, name="forms"),
    path("<int:pk>/sheet/", households.sheet, name="sheet"),
    path("<int:pk>/bring/", households.bring, name="bring"),
    path("<int:pk>/export/", rounds.export, name="export"),
]
