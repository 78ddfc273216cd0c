"""Which app's endpoints hang where: one line an app, in the order of the description."""

from __future__ import annotations

from ninja import Router

from fupin.accounts.api import router as accounts
from fupin.api.jobs import router as jobs
from fupin.core.ledgers.api import router as ledgers
from fupin.divisions.api import router as divisions
from fupin.notices.api import router as notices
from fupin.papers.api import router as papers
from fupin.procedures.api import router as procedures
from fupin.procedures.exits.api import router as exits
from fupin.procedures.monitoring.api import router as monitoring
from fupin.procedures.rounds.api import router as rounds
from fupin.procedures.screening.api import router as screening
from fupin.quality.api import router as quality
from fupin.quality.campaigns.api import router as collection
from fupin.quality.comparison.api import router as comparison
from fupin.quality.comparison.defining.api import router as sources
from fupin.quality.guarantees.api import router as guarantees
from fupin.quality.signs.api import router as signs
from fupin.registry.api import router as registry
from fupin.retention.api import router as retention
from fupin.rulebook.api import router as rulebook
from fupin.statistics.api import router as statistics

ROUTERS: tuple[tuple[str, Router], ...] = (
    ("", divisions),
    ("", registry),
    ("", notices),
    ("", quality),
    ("", comparison),
    ("", sources),
    ("", guarantees),
    ("", collection),
    ("", signs),
    ("", procedures),
    ("", screening),
    ("", exits),
    ("", monitoring),
    ("", rounds),
    ("", statistics),
    ("", ledgers),
    ("", rulebook),
    ("", papers),
    ("", retention),
    ("", accounts),
    ("", jobs),
)
