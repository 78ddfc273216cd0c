"""The register's tables: identity in stable rows, everything else in dated facts.

Field lists follow handbook §1.2 and §1.3; a field's `db_comment` carries the national register's field code.
"""

from fupin.registry.models.acts import Act
from fupin.registry.models.cards import HouseholdCard, SearchKey
from fupin.registry.models.duplicates import DuplicatePair
from fupin.registry.models.guarantee import GuaranteeFinding
from fupin.registry.models.household import Household, HouseholdFact, Opening, RegisterStatus
from fupin.registry.models.income import IncomeAccount, IncomeEntry, IncomeEvidence
from fupin.registry.models.national import KeyingItem, NationalExport, NationalMeasure, NationalRow, TakeOver
from fupin.registry.models.numbers import NumberSeries
from fupin.registry.models.person import Membership, Person, PersonFact, PersonIdentity
from fupin.registry.models.snapshot import Snapshot

__all__ = [
    "Act",
    "DuplicatePair",
    "GuaranteeFinding",
    "Household",
    "HouseholdCard",
    "HouseholdFact",
    "IncomeAccount",
    "IncomeEntry",
    "IncomeEvidence",
    "KeyingItem",
    "Membership",
    "NationalExport",
    "NationalMeasure",
    "NationalRow",
    "NumberSeries",
    "Opening",
    "Person",
    "PersonFact",
    "PersonIdentity",
    "RegisterStatus",
    "SearchKey",
    "Snapshot",
    "TakeOver",
]
