"""Addresses of issued lists."""

from django.urls import path

from fupin.quality.issued import counting, views

app_name = "issued"
urlpatterns = [
    path("", views.home, name="home"),
    path("counts/file/", counting.counts_file, name="counts_file"),
    path("<int:pk>/", views.page, name="list"),
    path("<int:pk>/state/", views.state, name="state"),
    path("<int:pk>/columns/", views.columns, name="columns"),
    path("<int:pk>/lines/", views.lines, name="lines"),
    path("<int:pk>/lines/<int:line>/", views.match, name="match"),
    path("<int:pk>/return/", views.send_back, name="return"),
    path("<int:pk>/fill/", views.fill, name="fill"),
]
