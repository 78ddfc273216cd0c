"""The documents as data: code lists, numbers with their day and source, regimes. No framework, no database.

`check()` reads everything and tells every fault; an instance does not start with one.
"""


def check() -> list[str]:
    """Every fault in the shipped documents, each as file, place and mend; empty when all is well."""
    from fupin.policy import catalogue, parameters, regimes  # the rooms read this package's folder

    return [*catalogue.check(), *parameters.check(), *regimes.check()]
