from django.apps import AppConfig


class DivisionsConfig(AppConfig):
    name = "fupin.divisions"
    label = "divisions"
