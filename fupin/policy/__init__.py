"""The documents as data: code lists, numbers with their day and source, regimes. No framework, no database.

`check()` reads everything and tells every fault; an instance does not start with one.
"""


def check() -> list[str]:
    """Every fault in the shipped documents, each as file, place and mend; empty when all is well."""
    from fupin.policy import (
        calendar,
        catalogue,
        collection,
        english,
        exits,
        guarantees,
        indicators,
        papers,
        parameters,
        quality,
        regimes,
        retention,
        screening,
        sources,
    )  # the rooms read this package's folder

    # Parameters and regimes read code lists: while those are not in order, only their faults are told.
    return catalogue.check() or [
        *calendar.check(),
        *parameters.check(),
        *regimes.check(),
        *guarantees.check(),
        *exits.check(),
        *indicators.check(),
        *quality.check(),
        *sources.check(),
        *screening.check(),
        *collection.check(),
        *papers.check(),
        *retention.check(),
        *english.check(),
    ]
