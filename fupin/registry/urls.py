"""Addresses of the register."""

from django.urls import path

from fupin.registry.views import households, lists, persons, reveal

app_name = "registry"
urlpatterns = [
    path("households/", lists.households, name="households"),
    path("households/total/", lists.total, name="households_total"),
    path("households/filters/", lists.filtering, name="households_filters"),
    path("households/columns/", lists.choosing_columns, name="households_columns"),
    path("households/columns/keep/", lists.columns, name="households_columns_keep"),
    path("households/<str:number>/", households.household, name="household"),
    path("households/<str:number>/summary/", households.summary, name="household_summary"),
    path("households/<str:number>/history/", households.history, name="household_history"),
    path("households/<str:number>/reveal/<str:name>/", reveal.household, name="household_reveal"),
    path("persons/<str:number>/", persons.person, name="person"),
    path("persons/<str:number>/history/", persons.history, name="person_history"),
    path("persons/<str:number>/reveal/<str:name>/", reveal.person, name="person_reveal"),
]
