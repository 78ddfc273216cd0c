"""The columns of the record types of divisions: form, list, file and API come from them."""

from __future__ import annotations

from decimal import Decimal

from django.utils.translation import gettext_noop

from fupin.core.columns import Column, Kind, Sensitivity

CODE = Column("code", "区划代码", key=True, required=True, max_length=15, example="150522100200",
              note=gettext_noop("12 位统计用区划代码；自然村可在村代码后加 3 位"))  # fmt: skip

DIVISIONS: tuple[Column, ...] = (
    CODE,
    Column("name", "名称", aliases=("区划名称",), required=True, max_length=80, example="甘旗卡镇"),
    Column("level", "层级", Kind.CODE, codes="division_level", required=True),
    Column("kind", "类型", Kind.CODE, codes="division_kind", required=True),
    Column("parent", "上级区划", Kind.DIVISION, aliases=("上级代码",)),
    Column("valid_from", "生效日期", Kind.DATE),
    Column("valid_to", "失效日期", Kind.DATE),
)

DESIGNATIONS: tuple[Column, ...] = (
    Column("division", "区划", Kind.DIVISION, required=True, key=True, example="150522000000"),
    Column("kind", "认定类别", Kind.CODE, codes="designation_kind", required=True, key=True),
    Column(
        "valid_from", "自", Kind.DATE, aliases=("认定日期", "生效日期"), required=True, key=True, example="2012-03-19"
    ),
    Column("valid_to", "止", Kind.DATE, aliases=("失效日期", "退出日期"), note=gettext_noop("不含当日；仍有效的留空")),
    Column("document", "依据文件", required=True, max_length=200),
)

REFERENCE_FIGURES: tuple[Column, ...] = (
    Column("division", "区划", Kind.DIVISION, required=True, key=True, example="150522000000"),
    Column("indicator", "指标", Kind.CODE, codes="reference_indicator", required=True, key=True),
    Column("period", "时期", required=True, key=True, max_length=20, example="2018-12-31",
           note=gettext_noop("2018、2018-12-31、2014/2018 或 2018-Q1/Q3")),
    Column("value", "数值", Kind.DECIMAL, decimals=4, required=True),
    Column("unit", "单位", Kind.CODE, codes="unit", required=True),
    Column("citation", "来源", required=True, max_length=200),
    Column("published_on", "发布日期", Kind.DATE),
)  # fmt: skip

SUCCESSIONS: tuple[Column, ...] = (
    Column("predecessor", "原区划", Kind.DIVISION, key=True),
    Column("successor", "现区划", Kind.DIVISION, key=True),
    Column("kind", "变更", Kind.CODE, codes="succession_kind"),
    Column("happened_on", "生效日期", Kind.DATE),
    Column("document", "依据文件"),
)

_ORGANISATION, _LAND, _PEOPLE = gettext_noop("组织"), gettext_noop("土地"), gettext_noop("人口")
_ECONOMY, _SECURITY = gettext_noop("经济"), gettext_noop("保障")
_WORKS, _SERVICES = gettext_noop("基础设施"), gettext_noop("公共服务")


def _count(name: str, label: str, group: str, national: str, unit: str = "人", **more: object) -> Column:
    return Column(name, label, Kind.INTEGER, unit=unit, least=0, most=1_000_000, group=group, national=national,
                  **more)  # type: ignore[arg-type]  # fmt: skip


def _area(name: str, label: str, national: str) -> Column:
    return Column(
        name, label, Kind.DECIMAL, unit="亩", least=0, most=Decimal(100_000_000), group=_LAND, national=national
    )


VILLAGES: tuple[Column, ...] = (
    Column("division", "嘎查村", Kind.DIVISION, aliases=("行政村", "村", "区划代码"), required=True, key=True,
           national="aad001", group=_ORGANISATION, example="150522100200"),
    Column("year", "年度", Kind.YEAR, required=True, key=True, least=2000, most=2100, group=_ORGANISATION, example="2018"),
    Column("head", "负责人", aliases=("村负责人",), max_length=40, national="aar011", group=_ORGANISATION),
    Column("head_duty", "负责人职务", aliases=("职务",), max_length=40, national="aaf031", group=_ORGANISATION),
    Column("head_phone", "负责人电话", Kind.PHONE, aliases=("联系电话", "电话", "负责人联系电话"), sensitivity=Sensitivity.SEALED,
           national="aar012", group=_ORGANISATION),
    Column("kind", "村属性", Kind.CODE, codes="village_kind", national="aad004", group=_ORGANISATION),
    Column("terrain", "地形地貌", Kind.CODE, codes="village_terrain", national="aad036", group=_ORGANISATION),
    Column("direction", "发展方向", Kind.CODE, codes="village_direction", national="aad035", group=_ORGANISATION),
    Column("production", "农牧区类型", Kind.CODE, codes="village_production", group=_ORGANISATION),
    _count("party_members", "党员数", _ORGANISATION, "aad037"),
    Column("has_graduate_official", "有大学生村官", Kind.YES_NO, aliases=("大学生村官",), national="aad038",
           group=_ORGANISATION),
    Column("longitude", "经度", Kind.DECIMAL, decimals=6, unit="°", least=97, most=127, national="aar101",
           group=_ORGANISATION),
    Column("latitude", "纬度", Kind.DECIMAL, decimals=6, unit="°", least=37, most=54, national="aar102",
           group=_ORGANISATION),
    _area("arable_mu", "耕地面积", "aad019"),
    _area("irrigated_mu", "有效灌溉面积", "aad027"),
    _area("forest_mu", "林地面积", "aad021"),
    _area("returned_mu", "退耕还林面积", "aad022"),
    _area("orchard_mu", "林果面积", "aad023"),
    _area("grassland_mu", "牧草地面积", "aad024"),
    _area("water_mu", "水域面积", "aad025"),
    _count("households", "总户数", _PEOPLE, "aad005", "户"),
    _count("persons", "总人口", _PEOPLE, "aad010", aliases=("总人口数",)),
    _count("natural_villages", "自然村数", _PEOPLE, "aad006", "个"),
    _count("allowance_households", "低保户数", _PEOPLE, "aad008", "户"),
    _count("allowance_persons", "低保人数", _PEOPLE, "aad012"),
    _count("destitute_households", "五保户数", _PEOPLE, "aad009", "户", aliases=("特困供养户数",)),
    _count("destitute_persons", "五保人数", _PEOPLE, "aad013", aliases=("特困供养人数",)),
    _count("minority_persons", "少数民族人数", _PEOPLE, "aad014"),
    _count("women", "妇女人数", _PEOPLE, "aad015"),
    _count("disabled_persons", "残疾人数", _PEOPLE, "aad016"),
    _count("labour_persons", "劳动力人数", _PEOPLE, "aad017"),
    _count("migrant_persons", "外出务工人数", _PEOPLE, "aad018"),
    Column("net_income", "农牧民人均纯收入", Kind.MONEY, unit="元", aliases=("农民人均纯收入",), national="aad301",
           group=_ECONOMY),
    Column("collective_income", "村集体经济收入", Kind.MONEY, unit="元", least=0, national="aad302", group=_ECONOMY,
           note=gettext_noop("以元填报；国家系统以万元计")),
    _count("cooperatives", "农牧民专业合作社数", _ECONOMY, "aad371", "个"),
    _count("tourism_households", "乡村旅游户数", _ECONOMY, "aad381", "户"),
    _count("farm_stays", "农家乐户数", _ECONOMY, "aad382", "户"),
    _count("tourism_persons", "乡村旅游从业人数", _ECONOMY, "aad383"),
    Column("tourism_income", "乡村旅游户均年收入", Kind.MONEY, unit="元", least=0, national="aad384", group=_ECONOMY),
    _count("medical_insured", "参加新农合人数", _SECURITY, "aad311"),
    _count("rural_pension_insured", "参加城乡居民养老保险人数", _SECURITY, "aad313"),
    _count("employee_pension_insured", "参加城镇职工养老保险人数", _SECURITY, "aad314"),
    Column("has_paved_road", "到乡镇通沥青（水泥）路", Kind.YES_NO, national="aad328", group=_WORKS),
    Column("has_bus", "通客运班车", Kind.YES_NO, national="aad323", group=_WORKS),
    _count("unsafe_water_households", "未实现饮水安全户数", _WORKS, "aad331", "户"),
    _count("hard_water_households", "饮水困难户数", _WORKS, "aad332", "户"),
    _count("powered_natural_villages", "通生产用电自然村数", _WORKS, "aad358", "个"),
    _count("unsafe_house_households", "危房户数", _WORKS, "aad361", "户"),
    _count("clinics", "卫生室数", _SERVICES, "aad391", "个"),
    _count("public_toilets", "公共卫生厕所数", _SERVICES, "aad392", "个"),
    _count("doctors", "执业（助理）医师数", _SERVICES, "aad393"),
    _count("waste_points", "垃圾集中堆放点数", _SERVICES, "aad394", "个"),
    _count("libraries", "文化（图书）室数", _SERVICES, "aad401", "个"),
    _count("broadband_households", "通宽带户数", _SERVICES, "aad411", "户"),
    _count("broadband_schools", "通宽带的村小学数", _SERVICES, "aad412", "个"),
    _count("mobile_households", "能用手机上网户数", _SERVICES, "aad413", "户"),
    _count("information_officers", "信息员数", _SERVICES, "aad414"),
)  # fmt: skip
