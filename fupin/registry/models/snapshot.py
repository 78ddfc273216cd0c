"""Frozen years."""

from django.db import models


class Snapshot(models.Model):
    """The register as it was known at a year's end: immutable Parquet files with their hashes (row A4)."""

    year = models.PositiveSmallIntegerField("年度", unique=True)
    as_of = models.DateField("统计时点")
    frozen_at = models.DateTimeField("冻结时间", auto_now_add=True)
    frozen_by = models.BigIntegerField("冻结人", null=True)
    rows = models.BigIntegerField("记录数")
    sha256 = models.CharField("摘要", max_length=64)
    files = models.JSONField("文件", default=dict)
