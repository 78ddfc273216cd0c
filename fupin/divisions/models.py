"""Divisions from the region down to the natural village: a permanent id, everything else dated."""

from django.db import models

from fupin.core.dated import DatedFact, Stable, dated_constraints
from fupin.core.ids import new_id


class Level(models.TextChoices):
    REGION = "region", "自治区"
    LEAGUE = "league", "盟市"
    BANNER = "banner", "旗县"
    TOWNSHIP = "township", "苏木乡镇"
    VILLAGE = "village", "嘎查村"
    NATURAL_VILLAGE = "natural_village", "自然村"


class Division(Stable):
    """A division as such; records point to it and never to its code."""

    level = models.CharField("层级", max_length=16, choices=Level.choices)

    class Meta:
        indexes = [models.Index(fields=["level", "id"], name="division_level")]


class DivisionFact(DatedFact):
    """Code, name, kind and parent as they hold from a day. A code whose start is unknown holds since ever."""

    division = models.ForeignKey(Division, models.CASCADE, related_name="facts")
    code = models.CharField("区划代码", max_length=15)
    name = models.CharField("名称", max_length=80)
    kind = models.CharField("类型", max_length=24)
    parent = models.ForeignKey(Division, models.PROTECT, null=True, related_name="child_facts")

    class Meta:
        constraints = [
            *dated_constraints("division_fact", "division"),
            models.UniqueConstraint(
                fields=["code"],
                condition=models.Q(valid_to__isnull=True),
                name="division_code_open",
                violation_error_message="该区划代码正由另一区划使用",
            ),
        ]
        indexes = [models.Index(fields=["code", "valid_from"], name="division_code")]


class Succession(models.Model):
    """A merge or a split: whose records whom they passed to, on which day, by which document."""

    predecessor = models.ForeignKey(Division, models.PROTECT, related_name="successions")
    successor = models.ForeignKey(Division, models.PROTECT, related_name="inheritances")
    kind = models.CharField("类型", max_length=10, choices=[("merge", "合并"), ("split", "拆分")])
    happened_on = models.DateField("生效日期")
    document = models.CharField("依据文件", max_length=200, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["predecessor", "successor"], name="succession_once")]


class Reach(models.Model):
    """Which divisions lie below which in today's tree, predecessors included: derived, rebuilt with each change.

    This is what a scope is compiled from.
    """

    ancestor = models.ForeignKey(Division, models.CASCADE, related_name="+", db_index=False)
    descendant = models.ForeignKey(Division, models.CASCADE, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["ancestor", "descendant"], name="reach_once")]


class TreeStamp(models.Model):
    """One row whose value changes with every change of the tree: a process that holds a tree compares it."""

    value = models.BigIntegerField(default=new_id)


class Designation(DatedFact):
    """What a banner or village was named (national poverty banner, poverty village, pastoral …), from and to."""

    division = models.ForeignKey(Division, models.CASCADE, related_name="designations")
    kind = models.CharField("认定类别", max_length=40)
    document = models.CharField("依据文件", max_length=200, blank=True)

    class Meta:
        constraints = dated_constraints("designation", "division", "kind")


class ReferenceFigure(models.Model):
    """A figure that the register cannot know, taken from statistics: rural registered population, income, output."""

    division = models.ForeignKey(Division, models.CASCADE, related_name="reference_figures")
    indicator = models.CharField("指标", max_length=80)
    period = models.CharField("时期", max_length=20, help_text="2018, 2018-12-31, 2014/2018, 2018-Q1/Q3")
    value = models.DecimalField("数值", max_digits=20, decimal_places=4)
    unit = models.CharField("单位", max_length=20)
    source = models.CharField("来源", max_length=200)
    published_on = models.DateField("发布日期", null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["division", "indicator", "period"], name="reference_figure_once"),
        ]
