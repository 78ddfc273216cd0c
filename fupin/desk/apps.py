from django.apps import AppConfig


class DeskConfig(AppConfig):
    name = "fupin.desk"
    label = "desk"
