"""The spreadsheet columns of households, persons and income: one list for template, import, export, form and API.

Headers are the official Chinese field names of the collection forms (handbook §1.2, §1.3, §2.2); the names of the
2014 and 2016 forms, other spellings and the national register's field codes are read too. Statistical year and
validity flag are no columns: facts are dated, the day is given with the import.
"""

from __future__ import annotations

from decimal import Decimal

from django.utils.translation import gettext_noop

from fupin.core.columns import Column, Kind, Sensitivity


def _code(name: str, label: str, codes: str, *aliases: str, national: str = "", group: str = "") -> Column:
    return Column(name, label, Kind.CODE, aliases, codes=codes, national=national, group=group, max_length=12)


def _codes(name: str, label: str, codes: str, most: int, *aliases: str, national: str = "", group: str = "") -> Column:
    return Column(name, label, Kind.CODES, aliases, codes=codes, national=national, most=most, group=group)


def _yes(name: str, label: str, *aliases: str, national: str = "", group: str = "") -> Column:
    return Column(name, label, Kind.YES_NO, aliases, national=national, group=group)


def _text(name: str, label: str, length: int, *aliases: str, national: str = "", group: str = "") -> Column:
    return Column(name, label, Kind.TEXT, aliases, max_length=length, national=national, group=group)


def _area(name: str, label: str, *aliases: str, national: str = "", unit: str = "亩", group: str = "土地与草场",
          most: int = 999_999) -> Column:  # fmt: skip
    return Column(name, label, Kind.DECIMAL, aliases, unit=unit, decimals=2, least=0, most=most,
                  national=national, group=group)  # fmt: skip


def _day(name: str, label: str, *aliases: str, group: str = "") -> Column:
    return Column(name, label, Kind.DATE, aliases, group=group, example="2018-12-05")


def _year(name: str, label: str, *aliases: str, group: str = "", least: int = 1900) -> Column:
    return Column(name, label, Kind.YEAR, aliases, least=least, most=2100, group=group)


def _months(name: str, label: str, *aliases: str, group: str = "") -> Column:
    return Column(name, label, Kind.INTEGER, aliases, unit="月", least=0, most=12, group=group)


def _money(name: str, label: str, *aliases: str, national: str = "", group: str = "", least: int | None = 0) -> Column:
    return Column(name, label, Kind.MONEY, aliases, unit="元", least=least, most=Decimal("99999999.99"),
                  national=national, group=group)  # fmt: skip


def _sealed(name: str, label: str, kind: Kind, *aliases: str, national: str = "", group: str = "", key: bool = False,
            required: bool = False, example: str = "") -> Column:  # fmt: skip
    return Column(name, label, kind, aliases, national=national, sensitivity=Sensitivity.SEALED, group=group,
                  key=key, required=required, example=example)  # fmt: skip


_PLACE, _STATUS, _CAUSE, _LAND = "户与地点", "建档立卡状态", "致贫原因与风险", "土地与草场"
_LIVING, _MOVE, _ACCOUNT = "生产生活条件", "易地搬迁", "账户与备注"

HOUSEHOLDS: tuple[Column, ...] = (
    Column("number", "户编号", aliases=("户编码", "贫困户编号", "家庭编号", "household_number", "hh_no"), key=True,
           max_length=20, national="aac001", group=_PLACE, note=gettext_noop("系统给出；新户留空")),
    Column("national_number", "国家系统户编号", aliases=("国办户编号", "全国系统户编号"), max_length=24, group=_PLACE),
    Column("village", "行政村", Kind.DIVISION, ("村代码", "村编码", "行政村代码", "行政村编码", "嘎查村", "嘎查村代码",
           "嘎查", "村", "所在村", "village_code"), key=True, required=True, national="aad001", group=_PLACE,
           example="150522100201", note=gettext_noop("12 位区划代码，或本区划内不重名的村名")),
    _text("natural_village", "自然村", 60, "自然屯", "艾里", national="aad042", group=_PLACE),
    _text("village_group", "村民小组", 60, "组", "小组", "group", national="aar007", group=_PLACE),
    Column("head_name", "户主姓名", aliases=("户主", "贫困户姓名"), key=True, required=True, max_length=60,
           sensitivity=Sensitivity.PERSONAL, national="aac029", group=_PLACE, example="宝音"),
    _sealed("head_id", "户主证件号", Kind.ID_NUMBER, "户主证件号码", "户主身份证号", "户主身份证号码", "户主身份证",
            national="aac031", group=_PLACE, key=True, required=True, example="150522196001011234"),
    _sealed("phone", "联系电话", Kind.PHONE, "户联系电话", "电话", "手机号", "手机号码", "联系方式", national="aar012",
            group=_PLACE, example="13800138000"),
    _yes("is_herder", "是否牧户", "牧户", group=_PLACE),
    _text("winter_camp", "冬营地", 80, "冬营盘", group=_PLACE),
    _text("summer_camp", "夏营地", 80, "夏营盘", group=_PLACE),
    _text("herding_unit", "浩特/独贵龙", 80, "浩特", "独贵龙", group=_PLACE),
    _day("otor_from", "走敖特尔起", "走敖特尔开始日期", group=_PLACE),
    _day("otor_to", "走敖特尔止", "走敖特尔结束日期", group=_PLACE),
    _code("household_kind", "户属性", "household_kind", "贫困户属性", "户类别", "贫困户类型", "A2", "hh_attr",
          national="aac006", group=_PLACE),
    _yes("is_martyr_family", "军烈属", "是否军烈属", national="aac011", group=_PLACE),
    _yes("is_one_child_family", "独生子女户", "是否独生子女户", national="aac012", group=_PLACE),
    _yes("is_two_daughter_family", "双女户", "是否双女户", national="aac013", group=_PLACE),
    _code("status", "脱贫属性", "register_status", "脱贫标志", "脱贫状态", "poverty_status", national="aar010",
          group=_STATUS),
    _code("monitor_kind", "监测类别", "monitor_kind", "户类型", "监测对象类型", "监测对象类别", "monitor_type",
          national="100A03", group=_STATUS),
    _code("standard", "识别标准", "poverty_standard", "A1", "poverty_standard", group=_STATUS),
    _day("identified_on", "识别时间", "识别日期", "风险识别时间", group=_STATUS),
    _day("first_identified_on", "首次识别时间", "首次识别日期", group=_STATUS),
    _year("exit_year", "脱贫年度", "脱贫年份", "退出年度", group=_STATUS),
    _year("return_year", "返贫年度", "返贫年份", group=_STATUS),
    _yes("is_risk_cleared", "风险是否消除", "风险是否已消除", group=_STATUS),
    _day("risk_cleared_on", "风险消除时间", "风险消除日期", group=_STATUS),
    _code("risk_clear_mode", "风险消除方式", "risk_clear_mode", group=_STATUS),
    _code("main_cause", "主要致贫原因", "main_cause", "致贫原因", "致贫原因1", "主要致贫原因(单选)", "A3a",
          national="aac007", group=_CAUSE),
    _codes("other_causes", "其他致贫原因", "main_cause", 2, "次要致贫原因", "其他致贫原因(多选)", "A3b",
           national="aac008", group=_CAUSE),
    _text("cause_note", "致贫原因说明", 200, "致贫原因备注", group=_CAUSE),
    _codes("risks", "致贫返贫风险", "risk_cause", 5, "返贫致贫风险", "致贫风险", "风险类型", national="100A27",
           group=_CAUSE),
    _code("disaster_kind", "自然灾害类别", "disaster_kind", "因灾子项", "disaster_type", group=_CAUSE),
    _code("not_exit_reason", "不宜退出原因", "not_exit_reason", "未脱贫原因", group=_CAUSE),
    _yes("has_no_labour", "整户无劳动能力兜底户", "整户无劳动能力", "no_labour_hh", group=_CAUSE),
    _area("cultivated_mu", "耕地面积", "耕地", "耕地面积(亩)", national="aac301"),
    _area("irrigated_mu", "有效灌溉面积", "有效灌溉", national="aac302"),
    _area("forest_mu", "林地面积", "林地", national="aac303"),
    _area("returned_forest_mu", "退耕还林面积", "退耕", "退耕还林", national="aac304"),
    _area("orchard_mu", "林果面积", "林果", national="aac305"),
    _area("pasture_mu", "牧草地面积", "牧草地", national="aac306"),
    _area("water_mu", "水面面积", "水面", national="aac307"),
    _area("grass_contract_mu", "承包草牧场面积", "草牧场面积", "承包草场"),
    _area("grass_ban_mu", "禁牧面积", "禁牧"),
    _area("grass_balance_mu", "草畜平衡面积", "草畜平衡"),
    _yes("in_cooperative", "是否加入农牧民专业合作社", "是否加入合作社", "是否加入农民专业合作组织", "加入合作社",
         national="aac084", group=_LIVING),
    _yes("has_production_power", "是否通生产用电", "生产用电", "通生产用电", national="aac308", group=_LIVING),
    _yes("has_household_power", "是否通生活用电", "生活用电", "通生活用电", national="aac313", group=_LIVING),
    _yes("is_water_difficult", "饮水是否困难", "饮水困难", "是否饮水困难", national="aac311", group=_LIVING),
    _yes("is_water_safe", "是否解决安全饮用水", "安全饮用水", "饮水是否安全", national="aac312", group=_LIVING),
    _code("water_source", "饮水情况", "water_source", "水源类型", "A37", group=_LIVING),
    _area("road_km", "与村主干路距离", "与村主干路距离(公里)", national="aac315", unit="公里", group=_LIVING, most=999),
    _code("road_type", "入户路类型", "road_type", "入户路情况", "A30", national="aac316", group=_LIVING),
    _area("house_area_m2", "住房面积", "住房面积(平方米)", "A21", national="aac317", unit="平方米", group=_LIVING,
          most=9_999),
    _code("house_structure", "住房结构", "house_structure", "主要结构", "房屋结构", group=_LIVING),
    _year("house_built_year", "建房年份", "建房时间", "建造年份", "A23", group=_LIVING, least=1800),
    _yes("is_house_dangerous", "是否危房户", "是否危房", "危房户", "是否属于危房", national="aac318", group=_LIVING),
    _code("house_grade", "住房安全等级", "house_grade", "危房级别", "危房等级", "房屋等级", national="aac322",
          group=_LIVING),
    _yes("has_toilet", "是否有卫生厕所", "卫生厕所", "有无卫生厕所", national="aac319", group=_LIVING),
    _code("fuel", "主要燃料类型", "fuel", "主要燃料", "燃料类型", national="aac320", group=_LIVING),
    _yes("is_relocated", "是否搬迁户", "搬迁户", "是否易地搬迁户", "A24", national="acr075", group=_MOVE),
    _code("relocation_mode", "搬迁方式", "relocation_mode", "A45", national="acr077", group=_MOVE),
    _code("relocation_settlement", "安置方式", "relocation_settlement", "A47", group=_MOVE),
    _code("relocation_place", "安置地", "relocation_place", "A48", group=_MOVE),
    _text("relocation_site", "安置点", 80, "安置点名称", group=_MOVE),
    _yes("is_willing_to_relocate", "搬迁意愿", "是否愿意搬迁", group=_MOVE),
    _code("relocation_difficulty", "搬迁可能存在的困难", "relocation_difficulty", "搬迁困难", group=_MOVE),
    _text("bank_name", "开户银行", 60, "开户行", "开户银行名称", national="aac004", group=_ACCOUNT),
    _sealed("bank_account", "银行账号", Kind.ACCOUNT, "银行卡号", "一卡通", "一卡通账号", "银行账户", national="aaq002",
            group=_ACCOUNT),
    _text("remark", "备注", 300, group=_ACCOUNT),
    _yes("is_synthetic", "合成数据", "是否合成数据", group=_ACCOUNT),
)  # fmt: skip

_WHO, _SCHOOL, _HEALTH, _WORK, _INSURANCE = "基本情况", "教育", "健康", "劳动与务工", "保险与保障"

PERSONS: tuple[Column, ...] = (
    Column("number", "人编号", aliases=("人口编号", "人员编号", "成员编号", "person_number", "person_no"), key=True,
           max_length=24, national="aab001", group=_WHO, note=gettext_noop("系统给出；新成员留空")),
    Column("national_number", "国家系统人口编号", aliases=("国办人口编号", "全国系统人口编号"), max_length=28, group=_WHO),
    Column("household_number", "户编号", aliases=("户编码", "所在户编号", "家庭编号", "hh_no"), key=True, max_length=20,
           national="aac001", group=_WHO, note=gettext_noop("户编号与户主证件号填一项即可")),
    Column("village", "行政村", Kind.DIVISION, ("村代码", "村编码", "行政村代码", "嘎查村", "嘎查", "村", "village_code"),
           key=True, national="aad001", group=_WHO, example="150522100201"),
    _sealed("head_id", "户主证件号", Kind.ID_NUMBER, "户主证件号码", "户主身份证号", "户主身份证号码", "户主身份证",
            national="aac031", group=_WHO, key=True, example="150522196001011234"),
    Column("name", "姓名", aliases=("成员姓名", "人口姓名", "A4"), required=True, max_length=60,
           sensitivity=Sensitivity.PERSONAL, national="aab002", group=_WHO, example="乌云"),
    Column("mongolian_name", "蒙古文姓名", aliases=("蒙文姓名",), max_length=120, sensitivity=Sensitivity.PERSONAL,
           group=_WHO),
    _code("document_kind", "证件类型", "document_kind", "A3", "id_type", national="aab018", group=_WHO),
    _sealed("id_number", "证件号码", Kind.ID_NUMBER, "身份证号", "身份证号码", "公民身份号码", "证件号", "身份证号/残疾证",
            "A6", "id_no", national="aab004", group=_WHO, key=True, required=True, example="150522196502021234"),
    _code("relation", "与户主关系", "relation_to_head", "关系", "与户主的关系", "A7", national="aab006", group=_WHO),
    _code("sex", "性别", "sex", "A2", national="aab003", group=_WHO),
    Column("born_on", "出生日期", Kind.DATE, ("出生年月日", "birth"), sensitivity=Sensitivity.PERSONAL, national="aab005",
           group=_WHO, example="1965-02-02"),
    _code("ethnicity", "民族", "ethnicity", "A5", "ethnic", national="aab007", group=_WHO),
    _code("political", "政治面貌", "political", national="aak033", group=_WHO),
    _sealed("phone", "成员电话", Kind.PHONE, "联系电话", "电话", "手机号", "手机号码", national="aar012", group=_WHO),
    _code("joined_by", "增加原因", "member_change", "人员增加原因", group=_WHO),
    _code("education", "文化程度", "education", "A8", "学历", national="aab008", group=_SCHOOL),
    _code("student", "在校生状况", "student", "在校生情况", "A9", national="aab009", group=_SCHOOL),
    _code("dropout_reason", "未上学原因", "dropout_reason", "失学辍学原因", "失学或辍学原因", "义务教育阶段未上学原因",
          group=_SCHOOL),
    _yes("speaks_mandarin", "是否会讲普通话", "普通话", "会讲普通话", group=_SCHOOL),
    _codes("health", "健康状况", "health", 3, "身体状况", "A10", national="aab017", group=_HEALTH),
    _sealed("disability_card", "残疾证号", Kind.ID_NUMBER, "残疾人证号", "残疾证号码", group=_HEALTH),
    _year("disability_card_year", "残疾证办证年度", "办证年度", group=_HEALTH),
    _code("disability_category", "残疾类别", "disability_category", "残疾类型", group=_HEALTH),
    _code("disability_grade", "残疾等级", "disability_grade", "残疾级别", group=_HEALTH),
    _code("labour", "劳动技能", "labour", "劳动能力", "劳动力情况", "A11", national="aab010", group=_WORK),
    _code("work_place", "务工状况", "work_place", "务工情况", "务工地点类型", "A12", "work_status", group=_WORK),
    _text("work_division_code", "务工所在地", 15, "务工地点", "务工地区划代码", group=_WORK),
    _months("work_months", "务工时间", "务工时间(月)", "务工月数", group=_WORK),
    _text("employer", "务工企业", 100, "务工企业名称", "务工单位", group=_WORK),
    _money("monthly_wage", "务工月收入", "月收入", "务工月工资", group=_WORK),
    _code("job_channel", "就业渠道", "job_channel", group=_WORK),
    _code("public_job", "公益性岗位类型", "public_job", "公益性岗位", "公益岗类型", "公益岗位", group=_WORK),
    _months("public_job_months", "公益性岗位月数", "公益性岗位(月数)", "公益岗月数", group=_WORK),
    _yes("works_abroad", "是否国（境）外务工", "国外务工", "国(境)外务工", group=_WORK),
    _yes("is_in_service", "是否现役军人", "现役军人", national="aab019", group=_WORK),
    _yes("has_resident_medical", "是否参加城乡居民基本医疗保险", "新农合", "城乡居民医保", "居民医保", "是否参加新农合",
         "是否参加新型农村合作医疗", "med_resident", national="aab013", group=_INSURANCE),
    _yes("has_employee_medical", "是否参加城镇职工基本医疗保险", "职工医保", "城镇职工医保", "med_employee",
         group=_INSURANCE),
    _yes("has_major_illness_insurance", "是否参加大病保险", "大病保险", "大病险", "med_major", national="aab020",
         group=_INSURANCE),
    _yes("has_commercial_medical", "是否参加商业补充医疗保险", "商业补充医保", "商业补充医疗保险", "med_commercial",
         group=_INSURANCE),
    _yes("has_medical_assistance", "是否接受大病救助", "大病救助", "医疗救助", national="aab022", group=_INSURANCE),
    _yes("has_other_health_help", "是否接受其他健康扶贫", "其他健康扶贫", group=_INSURANCE),
    _yes("has_resident_pension", "是否参加城乡居民基本养老保险", "城乡居民养老", "城乡养老", "居民养老", "pension_resident",
         national="aab014", group=_INSURANCE),
    _yes("has_employee_pension", "是否参加城镇职工基本养老保险", "职工养老", "城镇职工养老", "pension_employee",
         national="aab021", group=_INSURANCE),
    _yes("gets_subsistence_allowance", "是否享受低保", "低保", "是否低保", "A14", "dibao", national="aab030",
         group=_INSURANCE),
    _yes("gets_destitute_support", "是否特困供养", "特困供养", "五保", "tekun", group=_INSURANCE),
    _text("remark", "备注", 300, group=_INSURANCE),
    _yes("is_synthetic", "合成数据", "是否合成数据", group=_INSURANCE),
)  # fmt: skip

_ACCOUNTING = "核算口径"
INCOME_ITEMS: tuple[tuple[str, str, str, str], ...] = (
    ("a1", "务工收入", "wage", ""),
    ("a2", "行业部门公益岗收入", "wage", ""),
    ("a3", "乡镇公益岗收入", "wage", ""),
    ("a4", "村级公益岗收入", "wage", ""),
    ("a5", "自主采摘及其他工资性收入", "wage", ""),
    ("b1", "种植业收入", "business", ""),
    ("b2", "养殖业收入", "business", ""),
    ("b3", "林果业收入", "business", ""),
    ("b4", "其他生产经营收入", "business", ""),
    ("c1", "资产收益分红", "property", ""),
    ("c2", "土地草牧场流转收入", "property", ""),
    ("c3", "金融贷款项目分红", "property", ""),
    ("c4", "代种代养收入", "property", ""),
    ("c5", "其他财产性收入", "property", ""),
    ("d1", "计划生育金", "transfer", "aac076"),
    ("d2", "低保金", "transfer", "aac077"),
    ("d3", "特困供养金", "transfer", "aac086"),
    ("d4", "养老金", "transfer", "aac087"),
    ("d5", "生态补偿金", "transfer", "aac078"),
    ("d6", "其他转移性收入", "transfer", "aac083"),
    ("e1", "种植业支出", "cost", ""),
    ("e2", "养殖业支出", "cost", ""),
    ("e3", "林果业支出", "cost", ""),
    ("e4", "其他生产经营支出", "cost", ""),
)
"""Item, label, the class that it is summed into, national code (handbook §2.2)."""

_ITEM_ALIASES = {
    "a1": ("务工工资", "工资收入"),
    "b1": ("种植收入",),
    "b2": ("养殖收入",),
    "b3": ("林果收入",),
    "c1": ("光伏分红", "资产收益"),
    "c2": ("土地流转收入", "土地流转"),
    "d1": ("计生金", "领取计划生育金"),
    "d2": ("领取低保金", "低保收入"),
    "d3": ("五保金", "领取五保金"),
    "d4": ("养老保险金", "领取养老保险金"),
    "d5": ("生态补偿", "草原奖补"),
}
_CLASSES = {"wage": "工资性收入", "business": "生产经营性收入", "property": "财产性收入", "transfer": "转移性收入",
            "cost": "生产经营性支出"}  # fmt: skip

INCOME: tuple[Column, ...] = (
    Column("household_number", "户编号", aliases=("户编码", "家庭编号", "hh_no"), key=True, max_length=20,
           national="aac001", group=_ACCOUNTING, note=gettext_noop("户编号与户主证件号填一项即可")),
    Column("village", "行政村", Kind.DIVISION, ("村代码", "村编码", "行政村代码", "嘎查村", "嘎查", "村", "village_code"),
           key=True, national="aad001", group=_ACCOUNTING, example="150522100201"),
    Column("head_name", "户主姓名", aliases=("户主", "姓名"), max_length=60, sensitivity=Sensitivity.PERSONAL,
           national="aac029", group=_ACCOUNTING),
    _sealed("head_id", "户主证件号", Kind.ID_NUMBER, "户主证件号码", "户主身份证号", "户主身份证号码", "户主身份证",
            national="aac031", group=_ACCOUNTING, key=True),
    Column("year", "年度", Kind.YEAR, ("核算年度", "统计年度", "收入年度"), required=True, key=True, least=2005,
           most=2100, national="aar040", group=_ACCOUNTING, example="2018"),
    _day("window_from", "核算期起", "核算开始日期", group=_ACCOUNTING),
    _day("window_to", "核算期止", "核算结束日期", group=_ACCOUNTING),
    _code("counted_basis", "人口口径", "counted_basis", "计算口径", group=_ACCOUNTING),
    Column("counted_persons", "计算人口", Kind.INTEGER, ("家庭人口", "家庭人口数", "人口数"), unit="人", least=1, most=99,
           group=_ACCOUNTING, note=gettext_noop("留空按在册成员数")),
    _money("line", "对照标准", "贫困线", "监测范围", group=_ACCOUNTING),
    *(_money(item, label, *_ITEM_ALIASES.get(item, ()), national=national, group=_CLASSES[kind])
      for item, label, kind, national in INCOME_ITEMS),
    _money("claims", "理赔收入", group="参考收入"),
    _money("self_paid", "合规自付支出", group="参考收入"),
    _money("wage", "工资性收入", "A17a", national="aac073", group="合计（填写则与分项核对）"),
    _money("business", "生产经营性收入", "A17b", national="aac071", group="合计（填写则与分项核对）"),
    _money("property", "财产性收入", "A17d", national="aac072", group="合计（填写则与分项核对）"),
    _money("transfer", "转移性收入", "A17c", national="aac085", group="合计（填写则与分项核对）"),
    _money("cost", "生产经营性支出", "A18", national="aac074", group="合计（填写则与分项核对）"),
    _money("net", "年纯收入", "纯收入", "A19", national="aac079", group="合计（填写则与分项核对）", least=None),
    _money("per_head", "人均纯收入", "年人均纯收入", "A20", national="aac082", group="合计（填写则与分项核对）", least=None),
    _day("signed_on", "签字日期", group="签字"),
)  # fmt: skip
