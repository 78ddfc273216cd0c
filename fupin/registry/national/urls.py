"""Addresses of the national register."""

from django.urls import path

from fupin.registry.national.views import exports, keying, take_overs

app_name = "national"
urlpatterns = [
    path("", exports.exports, name="exports"),
    path("<int:pk>/", exports.export, name="export"),
    path("<int:pk>/new/", exports.rows, {"outcome": "new"}, name="new"),
    path("<int:pk>/gone/", exports.rows, {"outcome": "gone"}, name="gone"),
    path("keying/", keying.keying, name="keying"),
    path("keying/file/", keying.keying_file, name="keying_file"),
    path("keying/decide/", keying.decide, name="keying_decide"),
    path("taking-over/", take_overs.take_overs, name="take_overs"),
    path("taking-over/<int:pk>/", take_overs.decide, name="take_over"),
]
