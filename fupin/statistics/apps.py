from django.apps import AppConfig


class StatisticsConfig(AppConfig):
    name = "fupin.statistics"
    label = "statistics"
