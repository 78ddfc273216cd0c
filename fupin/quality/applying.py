"""Which rules are judged on a day, and where: the shipped ones of the regime, less what an office has switched off."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date

from django.utils.translation import gettext as _

from fupin.core.refusals import NotFound
from fupin.core.sentences import listed
from fupin.policy.quality import Rule, rules


@dataclass(frozen=True, slots=True)
class Applied:
    """A rule that is judged. `off` are the divisions that have switched it off, by level."""

    rule: Rule
    off: Mapping[str, frozenset[int]] = field(default_factory=dict)


def applied(on: date, names: Collection[str] = ()) -> list[Applied]:
    """The rules judged on a day, those of `names` only where some are named. Raises NotFound for a name without rule."""
    known = rules()
    if unknown := [name for name in names if name not in known]:
        raise NotFound(_("没有编号为“%(name)s”的规则") % {"name": listed(unknown)}, "rule")
    return [Applied(one) for one in known.values() if one.finds and one.holds(on) and (not names or one.name in names)]
