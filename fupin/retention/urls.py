"""Addresses of retention."""

from django.urls import path

from fupin.retention.views import holds, lists, registers

app_name = "retention"
urlpatterns = [
    path("", lists.home, name="home"),
    path("due/", lists.due, name="due"),
    path("due/file/", lists.due_file, name="due_file"),
    path("holds/", holds.holds, name="holds"),
    path("holds/<int:pk>/", holds.hold, name="hold"),
    path("destructions/", registers.destructions, name="destructions"),
    path("destructions/<int:pk>/", registers.destruction, name="destruction"),
    path("destructions/<int:pk>/print/", registers.register, name="register"),
    path("destructions/<int:pk>/file/", registers.register_file, name="register_file"),
]
