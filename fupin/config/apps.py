from django.apps import AppConfig


class ConfigConfig(AppConfig):
    """Wires the engines: hands them datasets, indicators, ledgers, steps and checks at start."""

    name = "fupin.config"
    label = "config"

    def ready(self) -> None:
        from fupin.config import wiring  # the apps must be loaded first

        wiring.wire()
