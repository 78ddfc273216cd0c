"""Writes of accounts. Every act takes a list, the single act is a list of one, and all is audited inside."""

from fupin.accounts.operations.handovers import draw_up_handover, drop_handover, prove, sign_handover, turn_of
from fupin.accounts.operations.postings import NewPosting, add_posting, add_postings, end_posting, end_postings
from fupin.accounts.operations.users import (
    Added,
    NewUser,
    add_user,
    add_users,
    change_password,
    disable_users,
    enable_users,
    has_proof,
    make_a_password,
    prove_oneself,
    prove_password,
    require_account,
    reset_passwords,
    unbind_second_factor,
    unlock_users,
)

__all__ = [
    "Added",
    "NewPosting",
    "NewUser",
    "add_posting",
    "add_postings",
    "add_user",
    "add_users",
    "change_password",
    "disable_users",
    "draw_up_handover",
    "drop_handover",
    "enable_users",
    "end_posting",
    "end_postings",
    "has_proof",
    "make_a_password",
    "prove",
    "prove_oneself",
    "prove_password",
    "require_account",
    "reset_passwords",
    "sign_handover",
    "turn_of",
    "unbind_second_factor",
    "unlock_users",
]
