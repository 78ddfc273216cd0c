"""Addresses of adjustment rounds."""

from django.urls import path

from fupin.procedures.rounds import views

app_name = "rounds"
urlpatterns = [
    path("", views.home, name="home"),
    path("new/", views.new, name="new"),
    path("<int:pk>/", views.page, name="round"),
    path("<int:pk>/step/<str:act>/", views.step, name="step"),
    path("<int:pk>/cases/", views.cases, name="cases"),
    path("<int:pk>/table/", views.table, name="table"),
    path("<int:pk>/table/households/", views.households, name="households"),
    path("<int:pk>/export/", views.export, name="export"),
]
