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
    """One row whose value changes with the tree and with offices' own codes: a process that holds them compares it."""

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


class Boundary(models.Model):
    """An office's own official boundary of a division, as a GeoJSON geometry; it replaces the shipped one."""

    division = models.OneToOneField(Division, models.CASCADE, related_name="boundary")
    geometry = models.JSONField("边界")
    source = models.CharField("来源", max_length=200)
    loaded_at = models.DateTimeField("载入时间", auto_now=True)


def _count(label: str) -> models.PositiveIntegerField:
    return models.PositiveIntegerField(label, null=True, blank=True)


def _area(label: str) -> models.DecimalField:
    return models.DecimalField(label, max_digits=14, decimal_places=2, null=True, blank=True)


class VillageYear(models.Model):
    """The yearly information sheet of an administrative village (国办 AD01, handbook §1.4)."""

    division = models.ForeignKey(Division, models.PROTECT, related_name="years", db_index=False)
    year = models.PositiveSmallIntegerField("年度")
    head = models.CharField("负责人", max_length=40, blank=True)
    head_duty = models.CharField("负责人职务", max_length=40, blank=True)
    head_phone_sealed = models.BinaryField("负责人电话", null=True, blank=True, db_comment="aar012")
    kind = models.CharField("村属性", max_length=4, blank=True)
    terrain = models.CharField("地形地貌", max_length=4, blank=True)
    direction = models.CharField("发展方向", max_length=4, blank=True)
    production = models.CharField("农牧区类型", max_length=4, blank=True)
    party_members = _count("党员数")
    has_graduate_official = models.BooleanField("有大学生村官", null=True, blank=True)
    longitude = models.DecimalField("经度", max_digits=9, decimal_places=6, null=True, blank=True)
    latitude = models.DecimalField("纬度", max_digits=8, decimal_places=6, null=True, blank=True)
    arable_mu = _area("耕地面积")
    irrigated_mu = _area("有效灌溉面积")
    forest_mu = _area("林地面积")
    returned_mu = _area("退耕还林面积")
    orchard_mu = _area("林果面积")
    grassland_mu = _area("牧草地面积")
    water_mu = _area("水域面积")
    households = _count("总户数")
    persons = _count("总人口")
    natural_villages = _count("自然村数")
    allowance_households = _count("低保户数")
    allowance_persons = _count("低保人数")
    destitute_households = _count("五保户数")
    destitute_persons = _count("五保人数")
    minority_persons = _count("少数民族人数")
    women = _count("妇女人数")
    disabled_persons = _count("残疾人数")
    labour_persons = _count("劳动力人数")
    migrant_persons = _count("外出务工人数")
    net_income_fen = models.BigIntegerField("农牧民人均纯收入", null=True, blank=True)
    collective_income_fen = models.BigIntegerField("村集体经济收入", null=True, blank=True)
    cooperatives = _count("农牧民专业合作社数")
    tourism_households = _count("乡村旅游户数")
    farm_stays = _count("农家乐户数")
    tourism_persons = _count("乡村旅游从业人数")
    tourism_income_fen = models.BigIntegerField("乡村旅游户均年收入", null=True, blank=True)
    medical_insured = _count("参加新农合人数")
    rural_pension_insured = _count("参加城乡居民养老保险人数")
    employee_pension_insured = _count("参加城镇职工养老保险人数")
    has_paved_road = models.BooleanField("到乡镇通沥青（水泥）路", null=True, blank=True)
    has_bus = models.BooleanField("通客运班车", null=True, blank=True)
    unsafe_water_households = _count("未实现饮水安全户数")
    hard_water_households = _count("饮水困难户数")
    powered_natural_villages = _count("通生产用电自然村数")
    unsafe_house_households = _count("危房户数")
    clinics = _count("卫生室数")
    public_toilets = _count("公共卫生厕所数")
    doctors = _count("执业（助理）医师数")
    waste_points = _count("垃圾集中堆放点数")
    libraries = _count("文化（图书）室数")
    broadband_households = _count("通宽带户数")
    broadband_schools = _count("通宽带的村小学数")
    mobile_households = _count("能用手机上网户数")
    information_officers = _count("信息员数")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["division", "year"], name="village_year_once", violation_error_message="该村该年度已有信息表"
            ),
            models.CheckConstraint(
                condition=models.Q(year__gte=2000, year__lte=2100),
                name="village_year_range",
                violation_error_message="年度应在 2000 到 2100 之间",
            ),
        ]
        indexes = [models.Index(fields=["year", "division"], name="village_year")]
