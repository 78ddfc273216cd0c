"""Derived rows that make lists and search fast. Kept in the act's transaction, rebuilt from the facts at any time."""

from django.db import models

from fupin.divisions.models import Division
from fupin.registry.models.household import Household
from fupin.registry.models.person import Person


class HouseholdCard(models.Model):
    """What a list shows of a household as it stands now. Derived from its facts; never a source."""

    household = models.OneToOneField(Household, models.CASCADE, primary_key=True, related_name="card")
    number = models.CharField(max_length=20)
    village = models.ForeignKey(Division, models.PROTECT, related_name="+", db_index=False)
    township_id = models.BigIntegerField()
    banner_id = models.BigIntegerField()
    league_id = models.BigIntegerField()
    head_name = models.CharField(max_length=60)
    persons = models.PositiveSmallIntegerField(default=0)
    status = models.CharField(max_length=12, blank=True, default="")
    monitor_kind = models.CharField(max_length=12, blank=True, default="")
    household_kind = models.CharField(max_length=12, blank=True, default="")
    main_cause = models.CharField(max_length=12, blank=True, default="")
    per_head_fen = models.BigIntegerField(null=True)
    income_year = models.PositiveSmallIntegerField(null=True)
    is_synthetic = models.BooleanField(default=False)

    class Meta:
        indexes = [
            models.Index(fields=["number"], name="card_number"),
            models.Index(fields=["banner_id", "number"], name="card_banner"),
            models.Index(fields=["league_id", "number"], name="card_league"),
            models.Index(fields=["village", "number"], name="card_village"),
        ]


class SearchKey(models.Model):
    """A way to find a member: the name with its full pinyin and initials, another reading of the name, or the phone.

    A household's own phone stands without a person. The banner leads each index: a search names the banners that its
    user may see (all 103 for the region), and an import, which comes banner by banner, writes into one narrow part of
    the index instead of all over it. What a row does not say is not in its index.
    """

    key = models.CharField(max_length=60, null=True)
    """the name, or the token of the phone after `#`; none for a further reading"""
    pinyin = models.CharField(max_length=60, null=True)
    initials = models.CharField(max_length=60, null=True)
    banner_id = models.BigIntegerField()
    village_id = models.BigIntegerField()
    # Derived rows: the references are kept by `registry.cards`, a check per row would cost more than the row.
    person = models.ForeignKey(Person, models.CASCADE, related_name="+", db_index=False, db_constraint=False, null=True)
    household = models.ForeignKey(Household, models.CASCADE, related_name="+", db_constraint=False)

    class Meta:
        indexes = [
            models.Index(
                fields=["banner_id", kept], name=f"search_{kept}", condition=models.Q((f"{kept}__isnull", False))
            )
            for kept in ("key", "pinyin", "initials")
        ]
