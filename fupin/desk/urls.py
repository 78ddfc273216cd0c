"""Addresses of the desk."""

from django.urls import path

from fupin.desk import jobs, views

app_name = "desk"
urlpatterns = [
    path("", views.home, name="home"),
    path("as-of/", views.as_of, name="as_of"),
    path("desk/due/", views.due, name="due"),
    path("desk/standing/", views.standing, name="standing"),
    path("jobs/", jobs.listing, name="jobs"),
    path("jobs/<int:pk>/resume/", jobs.resume, name="job_resume"),
    path("jobs/<int:pk>/result/", jobs.result, name="job_result"),
    path("search/", views.search_everywhere, name="search"),
    path("search/suggest/", views.suggest, name="suggest"),
]
