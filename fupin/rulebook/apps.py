from django.apps import AppConfig


class RulebookConfig(AppConfig):
    name = "fupin.rulebook"
    label = "rulebook"
