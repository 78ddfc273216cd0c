"""Addresses of comparison."""

from django.urls import path

from fupin.quality.comparison import views
from fupin.quality.comparison.defining.urls import urlpatterns as sources
from fupin.quality.comparison.letters.urls import urlpatterns as letters

app_name = "comparison"
urlpatterns = [
    path("", views.home, name="home"),
    path("pairs/", views.pairs, name="pairs"),
    path("pairs/<int:pk>/", views.decide, name="decide"),
    path("<int:pk>/", views.exchange, name="exchange"),
    path("<int:pk>/state/", views.state, name="state"),
    path("<int:pk>/compare/", views.compare, name="compare"),
    *letters,
    *sources,
]
