"""Vocabulary of retention: where a register of destruction stands, what became of each of its files."""

from __future__ import annotations

from enum import StrEnum

from django.utils.translation import gettext_lazy as _

TITLE = _("档案保管")
VIEW, PROPOSE, CONFIRM, HOLD = "retention.view", "retention.propose", "retention.confirm", "retention.hold"


class State(StrEnum):
    """Where a register of destruction stands."""

    PROPOSED = "proposed"
    CONFIRMED = "confirmed"
    DONE = "done"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


STATES = {
    State.PROPOSED: _("待复核"), State.CONFIRMED: _("销毁中"), State.DONE: _("已销毁"), State.REFUSED: _("已退回"),
    State.WITHDRAWN: _("已撤回"),
}  # fmt: skip
TONES = {State.PROPOSED: "warn", State.CONFIRMED: "warn", State.DONE: "good", State.REFUSED: "wrong"}


class Fate(StrEnum):
    """What became of a file on a register."""

    LISTED = "listed"
    DESTROYED = "destroyed"
    LEFT = "left"
    DROPPED = "dropped"


FATES = {
    Fate.LISTED: _("待销毁"), Fate.DESTROYED: _("已销毁"), Fate.LEFT: _("未销毁"), Fate.DROPPED: _("未批准"),
}  # fmt: skip
STANDING = (Fate.LISTED, Fate.DESTROYED)
"""A file that stands so on a register cannot be put on another one."""
COUNTED = {"filed": _("形成之日"), "ended": _("办结之日")}
DIVISION = "division"
"""The kind of subjects whose hold holds everything below."""

ACTS = {
    "retention.propose": ("提出销毁", "Propose a destruction"),
    "retention.confirm": ("复核同意销毁", "Confirm a destruction"),
    "retention.refuse": ("退回销毁申请", "Refuse a destruction"),
    "retention.withdraw": ("撤回销毁申请", "Withdraw a destruction"),
    "retention.destroy": ("销毁到期材料", "Destroy a file whose time is over"),
    "retention.done": ("办结销毁", "Finish a destruction"),
    "retention.hold": ("冻结档案", "Hold files"),
    "retention.lift": ("解除冻结", "Lift a hold"),
    "retention.export": ("导出档案保管清单", "Export lists of retention"),
}
"""Acts of the trail: Chinese, English."""
