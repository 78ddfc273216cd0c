"""Households: the stable row, what holds of it, and whether it is registered (建档立卡)."""

from django.db import models

from fupin.core.dated import DatedFact, Stable, dated_constraints
from fupin.divisions.models import Division
from fupin.registry.models.fields import area, code, codes, count, day, sealed, text, token, yes_no


class Household(Stable):
    """A rural household. Its number never changes with its head; being registered is a dated status."""

    number = models.CharField("户编号", max_length=20, unique=True, db_comment="aac001")
    national_number = models.CharField("国家系统户编号", max_length=24, null=True, unique=True)
    is_synthetic = models.BooleanField("合成数据", default=False)
    version = models.PositiveIntegerField("版本", default=1)
    created_at = models.DateTimeField("建立时间", auto_now_add=True)

    def __str__(self) -> str:
        return self.number


class HouseholdFact(DatedFact):
    """What is true of a household from a day: place, attributes, cause, land, house, water, relocation (handbook §1.2)."""

    household = models.ForeignKey(Household, models.CASCADE, related_name="facts", db_index=False)
    village = models.ForeignKey(Division, models.PROTECT, related_name="+", db_comment="aad001")
    natural_village = text("自然村", 60, "aad041")
    village_group = text("村民小组", 60, "aar007")
    is_herder = yes_no("牧户")
    winter_camp = text("冬营地", 80)
    summer_camp = text("夏营地", 80)
    herding_unit = text("浩特/独贵龙", 80)
    otor_from = day("走敖特尔起")
    otor_to = day("走敖特尔止")
    phone_sealed = sealed("联系电话", "aar012")
    phone_token = token("联系电话检索值")
    phone_form = models.CharField("电话形式", max_length=6, null=True, blank=True)  # mobile, area, local
    household_kind = code("户属性", "aac006")
    is_martyr_family = yes_no("军烈属", "aac011")
    is_one_child_family = yes_no("独生子女户", "aac012")
    is_two_daughter_family = yes_no("双女户", "aac013")
    main_cause = code("主要致贫原因", "aac007")
    other_causes = codes("其他致贫原因", "aac008")
    cause_note = text("致贫原因说明", 200)
    risks = codes("致贫返贫风险", "100A27")
    disaster_kind = code("自然灾害类别")
    cultivated_mu = area("耕地面积（亩）", "aac301")
    irrigated_mu = area("有效灌溉面积（亩）", "aac302")
    forest_mu = area("林地面积（亩）", "aac303")
    returned_forest_mu = area("退耕还林面积（亩）", "aac304")
    orchard_mu = area("林果面积（亩）", "aac305")
    pasture_mu = area("牧草地面积（亩）", "aac306")
    water_mu = area("水面面积（亩）", "aac307")
    grass_contract_mu = area("承包草牧场（亩）")
    grass_ban_mu = area("禁牧面积（亩）")
    grass_balance_mu = area("草畜平衡面积（亩）")
    in_cooperative = yes_no("加入农牧民专业合作社", "aac084")
    has_production_power = yes_no("通生产用电", "aac308")
    has_household_power = yes_no("通生活用电", "aac313")
    is_water_difficult = yes_no("饮水困难", "aac311")
    is_water_safe = yes_no("解决安全饮用水", "aac312")
    water_source = code("饮水情况")
    road_km = area("与村主干路距离（公里）", "aac315")
    road_type = code("入户路类型", "aac316")
    house_area_m2 = area("住房面积（平方米）", "aac317")
    house_structure = code("住房结构")
    house_built_year = count("建房年份")
    is_house_dangerous = yes_no("危房户", "aac318")
    house_grade = code("住房安全等级", "aac322")
    has_toilet = yes_no("卫生厕所", "aac319")
    fuel = code("主要燃料类型", "aac320")
    is_relocated = yes_no("搬迁户", "acr075")
    relocation_mode = code("搬迁方式", "acr077")
    relocation_settlement = code("安置方式")
    relocation_place = code("安置地")
    relocation_site = text("安置点", 80)
    is_willing_to_relocate = yes_no("搬迁意愿")
    relocation_difficulty = code("搬迁困难")
    not_exit_reason = code("不宜退出原因")
    has_no_labour = yes_no("整户无劳动能力")
    bank_name = text("开户银行", 60, "aac004")
    bank_account_sealed = sealed("银行账号", "aaq002")
    remark = text("备注", 300)

    class Meta:
        constraints = dated_constraints("household_fact", "household")


class RegisterStatus(DatedFact):
    """Whether a household is registered and in which state, from a day. No row: an ordinary rural household.

    Import writes it only while its division is in opening; afterwards it moves by procedure.
    """

    household = models.ForeignKey(Household, models.CASCADE, related_name="statuses", db_index=False)
    status = code("脱贫属性", "aar010")
    monitor_kind = code("监测类别", "100A03")
    standard = code("识别标准")
    identified_on = day("识别时间")
    first_identified_on = day("首次识别时间")
    exit_year = count("脱贫年度")
    return_year = count("返贫年度")
    is_risk_cleared = yes_no("风险是否消除")
    risk_cleared_on = day("风险消除时间")
    risk_clear_mode = code("风险消除方式")
    entered_by = models.CharField("进入方式", max_length=12, default="opening")  # opening, taken_over, procedure
    document = text("依据文件", 200)

    class Meta:
        constraints = dated_constraints("register_status", "household")


class Opening(models.Model):
    """A division's opening (期初): while it is open, import may set the register status; two people close it."""

    division = models.OneToOneField(Division, models.CASCADE, related_name="+")
    opened_at = models.DateTimeField("开启时间", auto_now_add=True)
    opened_by = models.BigIntegerField("开启人", null=True)
    closing_asked_by = models.BigIntegerField("申请关闭人", null=True)
    closing_asked_at = models.DateTimeField("申请关闭时间", null=True)
    closed_by = models.BigIntegerField("关闭人", null=True)
    closed_at = models.DateTimeField("关闭时间", null=True)
