"""The six guarantees (两不愁三保障及饮水安全) as data: what the records must say, from which day, by which document.

A file of the folder is one guarantee. Each of its `standards` holds from a day until the next: `met` and `unmet` are
conditions over households, text here, parsed when they are judged. Beside the records stands what an officer found
(`housing_finding` …); with `by_finding` the records are that finding and nothing else. The two make the light:

* `met`: the records surely meet it, and nobody found otherwise;
* `unmet`: the records surely do not, or it was found so, and the other voice does not say the opposite;
* `conflict`: records and finding say opposite things;
* `unknown`: the records do not tell, whatever was found: a finding does not stand for a record that is missing.

`text` gives a light as one condition that holds for all days, so that rules and figures speak of the very same
households as the page does.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from fupin.policy.documents import Faulty, Source, files, read_day, read_file

FOLDER = Path(__file__).parent
NAMES = ("food", "clothing", "schooling", "medical", "housing", "water")
LIGHTS = ("met", "unmet", "conflict", "unknown")


@dataclass(frozen=True, slots=True)
class Standard:
    """What the records must say from a day on."""

    since: date
    met: str
    unmet: str
    says: str
    says_en: str
    source: Source


@dataclass(frozen=True, slots=True)
class Guarantee:
    """One guarantee with its standards, the oldest first."""

    name: str
    label: str
    label_en: str
    icon: str
    standards: tuple[Standard, ...]
    by_finding: bool = False
    examples: tuple[Mapping[str, Any], ...] = ()

    @property
    def finding(self) -> str:
        """The field that holds what an officer found."""
        return f"{self.name}_finding"

    def standard(self, on: date) -> Standard:
        """The standard of a day; before the first, the first."""
        return next((one for one in reversed(self.standards) if one.since <= on), self.standards[0])

    def holds(self, side: str) -> str:
        """`met` or `unmet` by the records, for whatever day they are judged."""
        texts = [(getattr(one, side), one.since) for one in self.standards]
        (first, _since), *later = texts
        made = first
        for text, since in later:
            day = f"date '{since.isoformat()}'"
            made = f"today < {day} and ({made}) or today >= {day} and ({text})"
        return made


@cache
def guarantees() -> dict[str, Guarantee]:
    """Every guarantee by name, in the order of the page. Raises Faulty for the first that is not in order."""
    found = {name: _read(name, read_file(path)) for name, path in files(FOLDER)}
    if set(found) != set(NAMES):
        raise Faulty(f"guarantees：应有 {', '.join(NAMES)}，现有 {', '.join(sorted(found))}")
    return {name: found[name] for name in NAMES}


def text(name: str, light: str) -> str:
    """The condition over households that a light of a guarantee is. Raises Faulty for a name that there is not."""
    if name not in NAMES or light not in LIGHTS:
        raise Faulty(f"没有这样的保障灯：{name} {light}")
    one = guarantees()[name]
    met, unmet = f"(({one.holds('met')}) is true)", f"(({one.holds('unmet')}) is true)"
    if one.by_finding:
        told = {"met": met, "unmet": unmet, "unknown": f"not ({met} or {unmet})", "conflict": f"{met} and {unmet}"}
        return told[light]
    said_met, said_unmet = (f"(({one.finding} = '{side}') is true)" for side in ("met", "unmet"))
    told = {
        "met": f"{met} and not {unmet} and not {said_unmet}",
        "unmet": f"({unmet} and not {said_met}) or ({said_unmet} and not {met} and not {unmet})",
        "conflict": f"({unmet} and {said_met}) or ({met} and not {unmet} and {said_unmet})",
        "unknown": f"not {met} and not {unmet} and not {said_unmet}",
    }
    return told[light]


def spoken(body: Any) -> str:
    """A condition as a rule or an indicator writes it: text, or `{light: unmet, of: housing, and: …}`.

    `of` may name several guarantees: any of them. Raises Faulty.
    """
    if not isinstance(body, dict):
        return str(body)
    unknown = set(body) - {"light", "of", "and"}
    if unknown or not {"light", "of"} <= set(body):
        raise Faulty(f"保障灯应写为 light、of（可加 and），现为 {', '.join(map(str, body))}")
    of = body["of"] if isinstance(body["of"], list) else [body["of"]]
    made = " or ".join(f"({text(name, body['light'])})" for name in of)
    return f"({body['and']}) and ({made})" if "and" in body else made


_KNOWN = {"label", "label_en", "icon", "by_finding", "standards", "examples"}


def _read(name: str, body: Mapping[str, Any]) -> Guarantee:
    where = f"guarantees/{name}.yaml"
    missing = {"label", "label_en", "icon", "standards", "examples"} - set(body)
    if missing or set(body) - _KNOWN:
        raise Faulty(f"{where}：缺少或不认识 {', '.join(sorted(missing | (set(body) - _KNOWN)))}")
    standards = tuple(_standard(one, where) for one in body["standards"])
    if not standards or [one.since for one in standards] != sorted({one.since for one in standards}):
        raise Faulty(f"{where}：standards 应按 since 先后排列，且不重复")
    by_finding, examples = bool(body.get("by_finding", False)), tuple(body["examples"])
    return Guarantee(name, body["label"], body["label_en"], body["icon"], standards, by_finding, examples)


def _standard(body: Any, where: str) -> Standard:
    wanted = ("since", "met", "unmet", "says", "says_en", "source")
    if not isinstance(body, dict) or set(body) != set(wanted):
        raise Faulty(f"{where}：standards 的每一项应有且只有 {', '.join(wanted)}")
    met, unmet, says, says_en = (str(body[name]) for name in wanted[1:5])
    return Standard(read_day(body["since"], where), met, unmet, says, says_en, Source.read(body["source"], where))


def check() -> list[str]:
    """Faults of the guarantees that need no parser, each as file, place and mend."""
    try:
        known = guarantees()
    except Faulty as fault:
        return [str(fault)]
    return [
        f"guarantees/{one.name}.yaml：缺少 light 为 {light} 的例子"
        for one in known.values()
        for light in ("met", "unmet", "unknown")
        if light not in {example.get("light") for example in one.examples}
    ]
