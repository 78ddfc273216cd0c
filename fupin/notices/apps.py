from django.apps import AppConfig


class NoticesConfig(AppConfig):
    name = "fupin.notices"
    label = "notices"
