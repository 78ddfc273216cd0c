"""Addresses of signs."""

from django.urls import path

from fupin.quality.signs import views

app_name = "signs"
urlpatterns = [
    path("", views.listing, name="list"),
    path("look/", views.look, name="look"),
    path("release/", views.release_many, name="release_many"),
    path("signs.xlsx", views.workbook, name="workbook"),
    path("<int:pk>/", views.sign, name="sign"),
    path("<int:pk>/release/", views.release, name="release"),
    path("<int:pk>/answer/", views.answer, name="answer"),
]
