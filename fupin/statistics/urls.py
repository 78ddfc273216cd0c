"""Addresses of statistics."""

from django.urls import path

from fupin.statistics import views

app_name = "statistics"
urlpatterns = [
    path("", views.home, name="home"),
    path("trend/", views.trend, name="trend"),
    path("freshness/", views.freshness, name="freshness"),
    path("workbook/", views.workbook, name="workbook"),
    path("records/<str:name>/", views.record_list, name="records"),
    path("tables/<str:name>/records/", views.cell_list, name="cell"),
]
