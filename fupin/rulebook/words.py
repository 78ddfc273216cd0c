"""Words of the rulebook: the states of a request."""

from enum import StrEnum

from django.utils.translation import gettext_lazy as _


class State(StrEnum):
    """Where a request stands."""

    PROPOSED = "proposed"
    CONFIRMED = "confirmed"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"
    REPLACED = "replaced"


STATES = {
    State.PROPOSED: _("待复核"),
    State.CONFIRMED: _("已生效"),
    State.REFUSED: _("未通过"),
    State.WITHDRAWN: _("已撤回"),
    State.REPLACED: _("已被替换"),
}
