"""Persons: the stable row, what holds of them, their documents, and which household they belong to."""

from django.db import models

from fupin.core.dated import DatedFact, Stable, dated_constraints
from fupin.registry.models.fields import code, codes, count, sealed, text, token, yes_no
from fupin.registry.models.household import Household


class Person(Stable):
    """A person. The number stays for life; moving house changes the membership only."""

    number = models.CharField("人编号", max_length=24, unique=True, db_comment="aab001")
    national_number = models.CharField("国家系统人口编号", max_length=28, null=True, unique=True)
    is_synthetic = models.BooleanField("合成数据", default=False)
    version = models.PositiveIntegerField("版本", default=1)
    created_at = models.DateTimeField("建立时间", auto_now_add=True)

    def __str__(self) -> str:
        return self.number


class PersonFact(DatedFact):
    """What is true of a person from a day: who, schooling, health, work, insurance (handbook §1.3)."""

    person = models.ForeignKey(Person, models.CASCADE, related_name="facts", db_index=False)
    name = models.CharField("姓名", max_length=60, db_comment="aab002")
    mongolian_name = text("蒙古文姓名", 120)
    sex = code("性别", "aab003", 1)
    born_on = models.DateField("出生日期", null=True, blank=True, db_comment="aab005")
    ethnicity = code("民族", "aab007", 2)
    education = code("文化程度", "aab008")
    student = code("在校生状况", "aab009")
    dropout_reason = code("未上学原因")
    political = code("政治面貌", "aak033")
    health = codes("健康状况", "aab017")
    disability_category = code("残疾类别")
    disability_grade = code("残疾等级")
    disability_card_sealed = sealed("残疾证号")
    disability_card_year = count("残疾证办证年度")
    labour = code("劳动技能", "aab010")
    work_place = code("务工状况")
    work_division_code = text("务工所在地", 15)
    work_months = count("务工时间（月）")
    employer = text("务工企业", 100)
    monthly_wage_fen = models.BigIntegerField("务工月收入（分）", null=True, blank=True)
    job_channel = code("就业渠道")
    public_job = code("公益性岗位类型")
    public_job_months = count("公益性岗位月数")
    has_resident_medical = yes_no("城乡居民医保", "aab013")
    has_employee_medical = yes_no("城镇职工医保")
    has_major_illness_insurance = yes_no("大病保险", "aab020")
    has_commercial_medical = yes_no("商业补充医保")
    has_medical_assistance = yes_no("大病救助", "aab022")
    has_other_health_help = yes_no("其他健康扶贫")
    has_resident_pension = yes_no("城乡居民养老保险", "aab014")
    has_employee_pension = yes_no("城镇职工养老保险", "aab021")
    gets_subsistence_allowance = yes_no("享受低保", "aab030")
    gets_destitute_support = yes_no("特困供养")
    is_in_service = yes_no("现役军人", "aab019")
    works_abroad = yes_no("国（境）外务工")
    speaks_mandarin = yes_no("会讲普通话")
    phone_sealed = sealed("联系电话")
    phone_token = token("联系电话检索值")
    phone_form = models.CharField("电话形式", max_length=6, null=True, blank=True)  # mobile, area, local
    remark = text("备注", 300)

    class Meta:
        constraints = dated_constraints("person_fact", "person")


class PersonIdentity(DatedFact):
    """A person's document. The number is sealed; what rules need of it is kept beside it at write."""

    person = models.ForeignKey(Person, models.CASCADE, related_name="identities", db_index=False)
    document_kind = code("证件类型", "aab018")
    number_sealed = sealed("证件号码", "aab004")
    number_token = token("证件号码检索值")
    number_kind = models.CharField("号码类别", max_length=16, blank=True)  # resident, disability, temporary, other
    is_valid = models.BooleanField("校验通过", default=False)
    is_temporary = models.BooleanField("临时号码", default=False)
    number_born_on = models.DateField("号码中的出生日期", null=True, blank=True)
    number_sex = code("号码中的性别", "", 1)
    number_area = text("号码中的地区", 6)

    class Meta:
        constraints = dated_constraints("person_identity", "person")
        indexes = [
            models.Index(fields=["number_area", "number_token"], name="identity_area_token"),
            # The desk asks for the few that are overdue among all that there are.
            models.Index(
                fields=["valid_from"], condition=models.Q(is_temporary=True, valid_to=None), name="identity_temporary"
            ),
        ]


class Membership(DatedFact):
    """A person's place in a household, with the relation to its head and how they came and left."""

    person = models.ForeignKey(Person, models.CASCADE, related_name="memberships", db_index=False)
    household = models.ForeignKey(Household, models.CASCADE, related_name="memberships", db_index=False)
    relation = code("与户主关系", "aab006")
    joined_by = code("增加原因")
    left_by = code("减少原因")

    class Meta:
        constraints = dated_constraints("membership", "person")
        indexes = [models.Index(fields=["household", "valid_to"], name="membership_household")]
