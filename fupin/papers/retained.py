"""Offices' own templates as what files belong to, for retention."""

from __future__ import annotations

from collections.abc import Collection

from django.urls import reverse

from fupin.papers import shipped
from fupin.papers.models import OwnTemplate
from fupin.retention.subjects import Fact, Kind


def facts(ids: Collection[int]) -> dict[int, Fact]:
    """Templates by the office that made them: one question."""
    return {
        pk: Fact(row.division_id, str(pk), shipped.document(row.document).label, None, frozenset({f"template:{pk}"}),
                 reverse("papers:own", args=[pk]))
        for pk, row in OwnTemplate.objects.in_bulk(list(ids)).items()
    }  # fmt: skip


def kind() -> Kind:
    """Templates, as `config` hands them in."""
    return Kind("template", ("文书模板", "Template"), facts)
