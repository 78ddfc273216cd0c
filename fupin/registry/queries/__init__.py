"""Reads of the register. Whatever is served to a person starts at `accounts.scopes.within`."""

from fupin.registry.queries.evidence import Citation, Evidence, amounts_of, cited_by, evidence_of
from fupin.registry.queries.gates import household_for, households_for, person_for
from fupin.registry.queries.history import Change, history_of
from fupin.registry.queries.lists import Filters, Page, Row, count_rows, list_page
from fupin.registry.queries.pages import HouseholdPage, Member, PersonPage, household_page, person_page

__all__ = [
    "Change",
    "Citation",
    "Evidence",
    "Filters",
    "HouseholdPage",
    "Member",
    "Page",
    "PersonPage",
    "Row",
    "amounts_of",
    "cited_by",
    "count_rows",
    "evidence_of",
    "history_of",
    "household_for",
    "household_page",
    "households_for",
    "list_page",
    "person_for",
    "person_page",
]
