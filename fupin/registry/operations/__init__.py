"""Acts on the register: each on a list, dated, checked against the version read, audited, with the cards refreshed."""

from fupin.registry.operations.evidence import cite_evidence, cited_sentence, withdraw_file
from fupin.registry.operations.findings import Finding, record_findings
from fupin.registry.operations.households import HouseholdChange, NewHousehold, change_household, register_households
from fupin.registry.operations.income import KINDS, NEW, AccountSheet, Line, enter_accounts, lines_for, sign_account
from fupin.registry.operations.members import Leaving, NewMember, add_members, change_heads, remove_members
from fupin.registry.operations.moves import (
    Merging,
    Moving,
    Splitting,
    merge_households,
    move_households,
    split_households,
)
from fupin.registry.operations.persons import PersonChange, change_persons
from fupin.registry.operations.reveal import reveal

__all__ = [
    "KINDS",
    "NEW",
    "AccountSheet",
    "Finding",
    "HouseholdChange",
    "Leaving",
    "Line",
    "Merging",
    "Moving",
    "NewHousehold",
    "NewMember",
    "PersonChange",
    "Splitting",
    "add_members",
    "change_heads",
    "change_household",
    "change_persons",
    "cite_evidence",
    "cited_sentence",
    "enter_accounts",
    "lines_for",
    "merge_households",
    "move_households",
    "record_findings",
    "register_households",
    "remove_members",
    "reveal",
    "sign_account",
    "split_households",
    "withdraw_file",
]
