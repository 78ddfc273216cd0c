"""The headers of the three files, in the order of the import templates.

This package may not read the register's own columns; a test of the demonstration holds the two lists equal.
"""

from __future__ import annotations

HOUSEHOLDS = {
    "number": "户编号", "national_number": "国家系统户编号", "village": "行政村", "natural_village": "自然村",
    "village_group": "村民小组", "head_name": "户主姓名", "head_id": "户主证件号", "phone": "联系电话",
    "is_herder": "是否牧户", "winter_camp": "冬营地", "summer_camp": "夏营地", "herding_unit": "浩特/独贵龙",
    "otor_from": "走敖特尔起", "otor_to": "走敖特尔止", "household_kind": "户属性", "is_martyr_family": "军烈属",
    "is_one_child_family": "独生子女户", "is_two_daughter_family": "双女户", "status": "脱贫属性",
    "monitor_kind": "监测类别", "standard": "识别标准", "identified_on": "识别时间",
    "first_identified_on": "首次识别时间", "exit_year": "脱贫年度", "return_year": "返贫年度",
    "is_risk_cleared": "风险是否消除", "risk_cleared_on": "风险消除时间", "risk_clear_mode": "风险消除方式",
    "main_cause": "主要致贫原因", "other_causes": "其他致贫原因", "cause_note": "致贫原因说明", "risks": "致贫返贫风险",
    "disaster_kind": "自然灾害类别", "not_exit_reason": "不宜退出原因", "has_no_labour": "整户无劳动能力兜底户",
    "cultivated_mu": "耕地面积", "irrigated_mu": "有效灌溉面积", "forest_mu": "林地面积",
    "returned_forest_mu": "退耕还林面积", "orchard_mu": "林果面积", "pasture_mu": "牧草地面积", "water_mu": "水面面积",
    "grass_contract_mu": "承包草牧场面积", "grass_ban_mu": "禁牧面积", "grass_balance_mu": "草畜平衡面积",
    "in_cooperative": "是否加入农牧民专业合作社", "has_production_power": "是否通生产用电",
    "has_household_power": "是否通生活用电", "is_water_difficult": "饮水是否困难", "is_water_safe": "是否解决安全饮用水",
    "water_source": "饮水情况", "road_km": "与村主干路距离", "road_type": "入户路类型", "house_area_m2": "住房面积",
    "house_structure": "住房结构", "house_built_year": "建房年份", "is_house_dangerous": "是否危房户",
    "house_grade": "住房安全等级", "has_toilet": "是否有卫生厕所", "fuel": "主要燃料类型", "is_relocated": "是否搬迁户",
    "relocation_mode": "搬迁方式", "relocation_settlement": "安置方式", "relocation_place": "安置地",
    "relocation_site": "安置点", "is_willing_to_relocate": "搬迁意愿", "relocation_difficulty": "搬迁可能存在的困难",
    "bank_name": "开户银行", "bank_account": "银行账号", "remark": "备注", "is_synthetic": "合成数据",
}  # fmt: skip
PERSONS = {
    "number": "人编号", "national_number": "国家系统人口编号", "household_number": "户编号", "village": "行政村",
    "head_id": "户主证件号", "name": "姓名", "mongolian_name": "蒙古文姓名", "document_kind": "证件类型",
    "id_number": "证件号码", "relation": "与户主关系", "sex": "性别", "born_on": "出生日期", "ethnicity": "民族",
    "political": "政治面貌", "phone": "成员电话", "joined_by": "增加原因", "education": "文化程度",
    "student": "在校生状况", "dropout_reason": "未上学原因", "speaks_mandarin": "是否会讲普通话", "health": "健康状况",
    "disability_card": "残疾证号", "disability_card_year": "残疾证办证年度", "disability_category": "残疾类别",
    "disability_grade": "残疾等级", "labour": "劳动技能", "work_place": "务工状况", "work_division_code": "务工所在地",
    "work_months": "务工时间", "employer": "务工企业", "monthly_wage": "务工月收入", "job_channel": "就业渠道",
    "public_job": "公益性岗位类型", "public_job_months": "公益性岗位月数", "works_abroad": "是否国（境）外务工",
    "is_in_service": "是否现役军人", "has_resident_medical": "是否参加城乡居民基本医疗保险",
    "has_employee_medical": "是否参加城镇职工基本医疗保险", "has_major_illness_insurance": "是否参加大病保险",
    "has_commercial_medical": "是否参加商业补充医疗保险", "has_medical_assistance": "是否接受大病救助",
    "has_other_health_help": "是否接受其他健康扶贫", "has_resident_pension": "是否参加城乡居民基本养老保险",
    "has_employee_pension": "是否参加城镇职工基本养老保险", "gets_subsistence_allowance": "是否享受低保",
    "gets_destitute_support": "是否特困供养", "remark": "备注", "is_synthetic": "合成数据",
}  # fmt: skip
INCOME = {
    "household_number": "户编号", "village": "行政村", "head_name": "户主姓名", "head_id": "户主证件号", "year": "年度",
    "window_from": "核算期起", "window_to": "核算期止", "counted_basis": "人口口径", "counted_persons": "计算人口",
    "line": "对照标准", "a1": "务工收入", "a2": "行业部门公益岗收入", "a3": "乡镇公益岗收入", "a4": "村级公益岗收入",
    "a5": "自主采摘及其他工资性收入", "b1": "种植业收入", "b2": "养殖业收入", "b3": "林果业收入", "b4": "其他生产经营收入",
    "c1": "资产收益分红", "c2": "土地草牧场流转收入", "c3": "金融贷款项目分红", "c4": "代种代养收入", "c5": "其他财产性收入",
    "d1": "计划生育金", "d2": "低保金", "d3": "特困供养金", "d4": "养老金", "d5": "生态补偿金", "d6": "其他转移性收入",
    "e1": "种植业支出", "e2": "养殖业支出", "e3": "林果业支出", "e4": "其他生产经营支出", "claims": "理赔收入",
    "self_paid": "合规自付支出", "wage": "工资性收入", "business": "生产经营性收入", "property": "财产性收入",
    "transfer": "转移性收入", "cost": "生产经营性支出", "net": "年纯收入", "per_head": "人均纯收入", "signed_on": "签字日期",
}  # fmt: skip
LEDGERS = {"households": HOUSEHOLDS, "persons": PERSONS, "income": INCOME}
MARK = "合成数据"
