"""Addresses of divisions and the map."""

from django.urls import path

from fupin.divisions import views

app_name = "divisions"
urlpatterns = [
    path("divisions/", views.browse, name="browse"),
    path("divisions/boundaries/", views.boundaries_form, name="boundaries"),
    path("divisions/<str:code>/", views.page, name="page"),
    path("divisions/<str:code>/merge/", views.merge, name="merge"),
    path("divisions/<str:code>/split/", views.split, name="split"),
    path("map/", views.map_start, name="map"),
    path("map/<str:code>/", views.map_page, name="map_of"),
    path("map/<str:code>/wall/", views.wall, name="wall"),
    path("map/<str:code>/shapes.json", views.shapes, name="shapes"),
]
