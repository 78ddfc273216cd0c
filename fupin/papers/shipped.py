"""The shipped documents, and which form of one holds where: the nearest office's own, else the shipped one."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from functools import cache

from fupin.core import attachments
from fupin.core.documents import declared, word
from fupin.core.documents.declared import Document, Edition
from fupin.core.refusals import NotFound, Refused
from fupin.divisions.queries import tree
from fupin.papers.models import OwnTemplate
from fupin.papers.words import Kind, State
from fupin.policy import papers as files


def load() -> None:
    """Hand the shipped documents to the engine."""
    declared.declare(declared.read(name, raw) for name, raw in files.papers().items())


def document(name: str) -> Document:
    """A document by its name. Raises NotFound."""
    found = declared.document(name)
    if found is None:
        raise NotFound(name, "document")
    return found


def edition(of: Document, on: date) -> Edition:
    """The edition of a day. Raises Refused where the document was not used then."""
    found = of.edition(on)
    if found is None:
        raise Refused(of.label, "edition")
    return found


@dataclass(frozen=True, slots=True)
class Form:
    """How a document is printed at a place: an office's own Word file if any, the Mongolian text of its pages if any."""

    file: OwnTemplate | None = None
    mongolian: tuple[str, ...] = ()


def forms(of: Document, name: str, villages: Collection[int], *, on: date) -> dict[int, Form]:
    """The form that holds in each village on a day: one question, however many villages."""
    rows = OwnTemplate.objects.filter(document=of.name, edition=name, state=State.CONFIRMED, valid_from__lte=on)
    at: dict[int, list[OwnTemplate]] = defaultdict(list)
    for row in rows.select_related("file").order_by("valid_from", "version"):
        at[row.division_id].append(row)
    now = tree()
    return {village: _nearest([at[node.id] for node in now.path(village)] if at else []) for village in villages}


def _nearest(held: list[list[OwnTemplate]]) -> Form:
    """From the region down to the village: what stands lower, and later, goes before; going back ends what the place had."""
    file: OwnTemplate | None = None
    mongolian: tuple[str, ...] = ()
    for rows in held:
        own: OwnTemplate | None = None
        for row in rows:
            if row.kind == Kind.MONGOLIAN:
                mongolian = tuple(row.mongolian)
            else:
                own = row if row.kind == Kind.FILE else None
        file = own or file
    return Form(file, mongolian)


def word_template(of: Edition, form: Form) -> bytes:
    """The Word template that holds: the office's own, or the shipped form of the edition."""
    return attachments.read(form.file.file) if form.file is not None and form.file.file is not None else _shipped(of)


@cache
def _shipped(of: Edition) -> bytes:
    return word.template_of(of)
