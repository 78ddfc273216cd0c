"""Addresses of the rulebook."""

from django.urls import path

from fupin.rulebook import views

app_name = "rulebook"
urlpatterns = [
    path("", views.parameters_list, name="parameters"),
    path("requests/", views.requests_list, name="requests"),
    path("requests/<int:number>/", views.decide, name="decide"),
    path("regimes/", views.regimes_list, name="regimes"),
    path("code-lists/", views.code_lists, name="code_lists"),
    path("code-lists/<slug:name>/", views.code_list, name="code_list"),
    path("<str:name>/", views.parameter, name="parameter"),
]
