"""Fields that quality rules need beside the recorded ones, and the SQL that prepares them.

What lies in one household is computed with its rows. What may lie anywhere in the register (a number, a phone or a birth
shared with somebody elsewhere) is a dataset of its own, `shared`, which is small and made whole each time; its rows
name the household whose persons are then made again.
"""

from __future__ import annotations

from collections.abc import Mapping

from fupin.bulk.datasets import Dataset, Field, Type
from fupin.core.id_numbers import SYNTHETIC_AREA, known_areas

ON_DAY = "{t}.valid_from <= $on AND ({t}.valid_to IS NULL OR {t}.valid_to > $on)"
YEAR_BEFORE = ON_DAY.replace("$on", "$year_before")
GRADES = {
    "17": 4, "02": 5, "03": 6, "04": 7, "05": 8, "06": 9, "07": 10, "08": 11, "09": 12, "10": 10, "11": 11, "12": 12,
    "13": 13, "14": 14, "15": 15, "16": 13, "18": 13, "19": 14, "20": 15, "21": 16, "22": 13, "23": 14, "24": 15,
    "25": 16, "26": 17, "27": 18,
}  # fmt: skip
"""The order of attendance codes: 6 is primary school as a whole, 7 the seventh grade, 13 the first year after 12."""
LEVELS = {"06": 0, "01": 1, "02": 2, "03": 3, "04": 4, "05": 5, "07": 5, "08": 6}
"""The order of schooling codes."""
ITEMS = {"a1": "务工收入", "b2": "养殖业收入", "d2": "低保金", "d3": "特困供养金", "d4": "养老金", "d5": "生态补偿金",
         "e2": "养殖业成本"}  # fmt: skip
_ITEMS_EN = {"a1": "work away from home", "b2": "livestock", "d2": "subsistence allowance", "d3": "destitute support",
             "d4": "pension", "d5": "ecological compensation", "e2": "cost of livestock"}  # fmt: skip
KINDS = {"wage": ("a", "工资性", "wage"), "business": ("b", "生产经营性", "business"), "property": ("c", "财产性", "property"),
         "transfer": ("d", "转移性", "transfer"), "cost": ("e", "生产经营支出", "cost")}  # fmt: skip
"""The classes of income items by their letter."""
_ALIKE = ("cultivated_mu", "irrigated_mu", "forest_mu", "pasture_mu", "road_km", "house_area_m2")


def on_day(table: str) -> str:
    return ON_DAY.format(t=table)


def year_before(table: str) -> str:
    """As of one year before the day."""
    return YEAR_BEFORE.format(t=table)


def order_of(column: str, order: Mapping[str, int]) -> str:
    """The place of a code in an order, as SQL; nothing for a code without one."""
    return f"CASE {column} {' '.join(f'''WHEN '{code}' THEN {place}''' for code, place in order.items())} END"


def _money(name: str, label: str, label_en: str) -> Field:
    return Field(name, label, Type.MONEY, label_en, "yuan")


HOUSEHOLD_FIELDS = (
    Field("head_born_on", "户主出生日期", Type.DATE, "head's birth day"),
    Field("head_sex", "户主性别", Type.CODE, "head's sex", codes="sex"),
    *(_money(f"item_{item}_fen", label, _ITEMS_EN[item]) for item, label in ITEMS.items()),
    _money("item_posts_fen", "公益岗收入", "public-interest posts"),
    *(_money(f"items_{name}_fen", f"{label}明细合计", f"sum of {english} items") for name, (_, label, english) in KINDS.items()),
    Field("repeats_main_cause", "其他致贫原因含主因", Type.BOOLEAN, "other causes repeat the main one",
          stands_on=("main_cause", "other_causes")),
    Field("other_causes_count", "其他致贫原因项数", Type.INTEGER, "number of other causes", "item", stands_on=("other_causes",)),
    Field("was_struck_off", "曾注销后再纳入", Type.BOOLEAN, "struck off once and listed again"),
    Field("missing_income_years", "缺收支账的年度数", Type.INTEGER, "years without an account", "year"),
    Field("village.cultivated_mu_per_head", "本村人均耕地", Type.DECIMAL, "village: farmland a head", "mu", stands_on=()),
    Field("village.pasture_mu_per_head", "本村人均草牧场", Type.DECIMAL, "village: pasture a head", "mu", stands_on=()),
    Field("alike_households", "本村六项数值完全相同的户数", Type.INTEGER, "households of the village with the same six figures",
          "household", stands_on=()),
    Field("split_off_children", "分户到本村未建档户的子女", Type.INTEGER, "children now in an unlisted household of the village",
          "person", stands_on=()),
    Field("unexplained_changes", "一年内没有原因的人员增减数", Type.INTEGER, "members who came or left within a year without a reason",
          "person"),
)  # fmt: skip
_SIX = f"hash({', '.join(f'f.{name}' for name in _ALIKE)})"
HOUSEHOLD_CTES = f"""
    entered AS (SELECT e.account_id, {", ".join(f"coalesce(sum(e.amount_fen) FILTER (WHERE e.item = '{item}'), 0) AS item_{item}_fen" for item in ITEMS)},
        coalesce(sum(e.amount_fen) FILTER (WHERE e.item IN ('a2', 'a3', 'a4')), 0) AS item_posts_fen,
        {", ".join(f"coalesce(sum(e.amount_fen) FILTER (WHERE substr(e.item, 1, 1) = '{letter}'), 0) AS items_{name}_fen" for name, (letter, _, _) in KINDS.items())}
        FROM income_entry e JOIN account ON account.id = e.account_id GROUP BY e.account_id),
    years AS (SELECT household_id, max(year) - min(year) + 1 - count(*) AS missing FROM income_account
              WHERE year <= year($on) GROUP BY household_id),
    struck AS (SELECT DISTINCT household_id FROM register_status WHERE valid_from <= $on AND status = '99'),
    split AS (SELECT o.household_id, count(DISTINCT o.person_id) AS children
        FROM membership o JOIN membership n ON n.person_id = o.person_id AND n.household_id <> o.household_id AND {on_day("n")}
        JOIN household_fact fo ON fo.household_id = o.household_id AND {on_day("fo")}
        JOIN household_fact fn ON fn.household_id = n.household_id AND {on_day("fn")}
        JOIN {{places}} po ON po.id = fo.village_id JOIN {{places}} pn ON pn.id = fn.village_id AND pn.place_id = po.place_id
        LEFT JOIN register_status s ON s.household_id = n.household_id AND {on_day("s")}
        WHERE o.relation IN ('03', '04', '05', '06') AND o.valid_to <= $on AND coalesce(s.status, '') IN ('', '99')
        GROUP BY o.household_id),
    moved AS (SELECT m.household_id, m.person_id, max(CASE WHEN {year_before("m")} THEN 1 ELSE 0 END) AS was,
                     max(CASE WHEN {on_day("m")} THEN 1 ELSE 0 END) AS is_now,
                     max(CASE WHEN {on_day("m")} THEN m.joined_by ELSE '' END) AS joined_by,
                     max(CASE WHEN m.valid_to <= $on THEN m.left_by ELSE '' END) AS left_by
              FROM membership m WHERE m.valid_from <= $on AND (m.valid_from > $year_before
                  OR (m.valid_to > $year_before AND m.valid_to <= $on)) GROUP BY m.household_id, m.person_id),
    unexplained AS (SELECT household_id, count(*) AS changes FROM moved
        WHERE ((is_now = 1 AND was = 0 AND joined_by = '') OR (was = 1 AND is_now = 0 AND left_by = ''))
        AND household_id IN (SELECT b.household_id FROM membership b WHERE {year_before("b")}) GROUP BY household_id),
    own_place AS (SELECT f.household_id, p.place_id, f.cultivated_mu, f.pasture_mu, {_SIX} AS six
                  FROM household_fact f JOIN {{places}} p ON p.id = f.village_id WHERE {on_day("f")}),
    place AS (SELECT o.place_id, avg(a.per_head_fen) AS per_head,
                     sum(CAST(o.cultivated_mu AS DECIMAL(14, 2))) / NULLIF(sum(members.persons), 0) AS cultivated,
                     sum(CAST(o.pasture_mu AS DECIMAL(14, 2))) / NULLIF(sum(members.persons), 0) AS pasture
              FROM own_place o LEFT JOIN members ON members.household_id = o.household_id
              LEFT JOIN account a ON a.household_id = o.household_id GROUP BY o.place_id),
    alike AS (SELECT place_id, six, count(*) AS households FROM own_place GROUP BY place_id, six HAVING count(*) > 1)"""


_ITEM_NAMES = (*ITEMS, "posts")
HOUSEHOLD_COLUMNS = f"""members.head_born_on, members.head_sex, {", ".join(f"entered.item_{item}_fen" for item in _ITEM_NAMES)},
           {", ".join(f"entered.items_{name}_fen" for name in KINDS)},
           CASE WHEN f.other_causes <> '' AND f.main_cause <> ''
                THEN instr(',' || f.other_causes || ',', ',' || f.main_cause || ',') > 0 ELSE FALSE END AS repeats_main_cause,
           CASE WHEN f.other_causes <> '' THEN length(f.other_causes) - length(replace(f.other_causes, ',', '')) + 1
                ELSE 0 END AS other_causes_count,
           struck.household_id IS NOT NULL AND coalesce(s.status, '99') NOT IN ('', '99') AS was_struck_off,
           years.missing AS missing_income_years, place.cultivated AS "village.cultivated_mu_per_head",
           place.pasture AS "village.pasture_mu_per_head", coalesce(alike.households, 1) AS alike_households,
           coalesce(split.children, 0) AS split_off_children, coalesce(unexplained.changes, 0) AS unexplained_changes"""
HOUSEHOLD_JOINS = f"""LEFT JOIN place ON place.place_id = p.place_id
    LEFT JOIN alike ON alike.place_id = p.place_id AND alike.six = {_SIX} LEFT JOIN entered ON entered.account_id = a.id LEFT JOIN years ON years.household_id = h.id
    LEFT JOIN struck ON struck.household_id = h.id LEFT JOIN split ON split.household_id = h.id
    LEFT JOIN unexplained ON unexplained.household_id = h.id"""

PERSON_FIELDS = (
    Field("school_year_age", "本学年 8 月 31 日年龄", Type.INTEGER, "age on 31 August of the school year", "year",
          stands_on=("born_on",)),
    Field("grade", "年级序", Type.INTEGER, "order of the grade", stands_on=("student",)),
    Field("schooling_level", "文化程度序", Type.INTEGER, "order of schooling", stands_on=("education",)),
    Field("student_since", "现在校状况起始日", Type.DATE, "attending as now since"),
    Field("previous.student", "上年在校生状况", Type.CODE, "attendance a year before", codes="student"),
    Field("previous.education", "上年文化程度", Type.CODE, "schooling a year before", codes="education"),
    Field("previous.grade", "上年年级序", Type.INTEGER, "order of the grade a year before", stands_on=("previous.student",)),
    Field("previous.schooling_level", "上年文化程度序", Type.INTEGER, "order of schooling a year before",
          stands_on=("previous.education",)),
    Field("is_area_known", "号码前六位是行政区划代码", Type.BOOLEAN, "the number's area exists", stands_on=("number_area",)),
    Field("previous.number_token", "上年身份证号检索值", Type.TOKEN, "token of the resident number a year before"),
    Field("same_number_persons", "同号人数", Type.INTEGER, "persons with the same number", "person", stands_on=("number_token",)),
    Field("same_number_reach", "同号范围", Type.CODE, "how far apart they live", codes="division_level", stands_on=("number_token",)),
    Field("same_birth_persons", "本苏木乡镇同名同性别同生日而异号的人数", Type.INTEGER,
          "persons of the township with the same name, sex and birth day and another number", "person",
          stands_on=("name", "sex", "born_on")),
    Field("phone_households", "登记同一电话的户数", Type.INTEGER, "households with the same phone", "household",
          stands_on=("phone_token",)),
    Field("shares_phone_apart", "与务工地不同的家人同号", Type.BOOLEAN, "same phone as a member who works elsewhere",
          stands_on=("phone_token", "work_division_code")),
    Field("previous.headed_household", "上年任户主的另一户", Type.INTEGER, "another household that the head headed a year before"),
)  # fmt: skip
PERSON_CTES = f"""
    former AS (SELECT person_id, student, education FROM person_fact f WHERE {year_before("f")}),
    run AS (SELECT c.person_id, c.student, max(b.valid_from) FILTER (WHERE b.student IS DISTINCT FROM c.student) AS other_from
            FROM person_fact c JOIN person_fact b ON b.person_id = c.person_id AND b.valid_from <= $on
            WHERE {on_day("c")} AND c.student NOT IN ('', '01') GROUP BY c.person_id, c.student),
    since AS (SELECT run.person_id, min(b.valid_from) AS student_since FROM run
              JOIN person_fact b ON b.person_id = run.person_id AND b.student = run.student AND b.valid_from <= $on
              AND (run.other_from IS NULL OR b.valid_from > run.other_from) GROUP BY run.person_id),
    number_before AS (SELECT person_id, lower(hex(number_token)) AS number_token FROM person_identity i
                      WHERE {year_before("i")} AND number_kind = 'resident' AND is_valid),
    away AS (SELECT m.person_id, m.household_id, f.phone_token, substr(f.work_division_code, 1, 6) AS county FROM membership m
             JOIN person_fact f ON f.person_id = m.person_id AND {on_day("f")}
             WHERE {on_day("m")} AND f.phone_token IS NOT NULL AND f.work_division_code <> ''),
    apart AS (SELECT DISTINCT a.person_id FROM away a JOIN away b ON b.household_id = a.household_id
              AND b.phone_token = a.phone_token AND b.county <> a.county)"""
PERSON_COLUMNS = f"""CASE WHEN month($on) * 100 + day($on) >= 831 THEN year($on) ELSE year($on) - 1 END - year(f.born_on)
               - CAST(month(f.born_on) * 100 + day(f.born_on) > 831 AS INTEGER) AS school_year_age,
           {order_of("f.student", GRADES)} AS grade, {order_of("f.education", LEVELS)} AS schooling_level,
           since.student_since, former.student AS "previous.student", former.education AS "previous.education",
           {order_of("former.student", GRADES)} AS "previous.grade",
           {order_of("former.education", LEVELS)} AS "previous.schooling_level",
           CASE WHEN i.number_area <> '' THEN area.code IS NOT NULL OR substr(i.number_area, 1, {len(SYNTHETIC_AREA)}) = '{SYNTHETIC_AREA}' END
               AS is_area_known,
           number_before.number_token AS "previous.number_token",
           CASE WHEN shared.number_token IS NOT NULL AND shared.number_token = lower(hex(i.number_token))
               THEN shared.same_number_persons ELSE 1 END AS same_number_persons,
           CASE WHEN shared.number_token IS NOT NULL AND shared.number_token = lower(hex(i.number_token))
               THEN shared.same_number_reach END AS same_number_reach,
           CASE WHEN shared.birth IS NOT NULL AND shared.birth = {{birth}} THEN shared.same_birth_persons ELSE 1 END AS same_birth_persons,
           CASE WHEN shared.phone_token IS NOT NULL AND shared.phone_token = {{phone}} THEN shared.phone_households ELSE 1 END AS phone_households,
           apart.person_id IS NOT NULL AS shares_phone_apart, shared.headed_household AS "previous.headed_household\""""
PERSON_JOINS = """LEFT JOIN former ON former.person_id = m.person_id LEFT JOIN since ON since.person_id = m.person_id
    LEFT JOIN number_before ON number_before.person_id = m.person_id LEFT JOIN apart ON apart.person_id = m.person_id
    LEFT JOIN {shared} shared ON shared.person_id = m.person_id AND shared.household_id = m.household_id
    LEFT JOIN {areas} area ON area.code = i.number_area"""
BIRTH = "f.name || '|' || f.sex || '|' || CAST(f.born_on AS VARCHAR)"
PHONE = "coalesce(lower(hex(f.phone_token)), CASE WHEN m.relation = '01' THEN h.phone_token END)"
"""A member's own phone; the head's may stand at the household."""
PERSON_COLUMNS = PERSON_COLUMNS.replace("{birth}", BIRTH).replace("{phone}", PHONE)

AREAS = Dataset(
    "areas", "历史区划代码", "areas of id numbers", (Field("code", "代码", Type.TEXT, "code"),),
    f"SELECT unnest(string_split('{','.join(sorted(known_areas()))}', ',')) AS code", key="code", division="",
    looked_up=("code", "person_identity", "number_area"),
)  # fmt: skip
SHARED = Dataset(
    "shared", "跨户相同信息", "what persons share",
    (
        Field("person_id", "人", Type.INTEGER, "person"), Field("household_id", "户", Type.INTEGER, "household"),
        Field("number_token", "证件号码检索值", Type.TOKEN, "id token"), Field("phone_token", "联系电话检索值", Type.TOKEN, "phone token"),
        Field("birth", "姓名性别生日", Type.TOKEN, "token of name, sex and birth day"),
        *(one for one in PERSON_FIELDS if one.name in ("same_number_reach",)),
        Field("same_number_persons", "同号人数", Type.INTEGER, "persons with the same number", "person"),
        Field("same_birth_persons", "同名同生日人数", Type.INTEGER, "persons with the same name and birth day", "person"),
        Field("phone_households", "登记同一电话的户数", Type.INTEGER, "households with the same phone", "household"),
        Field("headed_household", "上年任户主的另一户", Type.INTEGER, "another household headed a year before"),
    ),
    f"""
    WITH living AS (SELECT m.person_id, m.household_id, m.relation, h.place_id, h.township_id, h.banner_id, h.league_id,
                           i.number_token, f.name, f.sex, f.born_on, {PHONE} AS phone_token
                    FROM membership m JOIN {{households}} h ON h.household_id = m.household_id
                    LEFT JOIN person_fact f ON f.person_id = m.person_id AND {on_day("f")}
                    LEFT JOIN person_identity i ON i.person_id = m.person_id AND {on_day("i")} WHERE {on_day("m")}),
    numbers AS (SELECT number_token, count(*) AS same_number_persons,
                       CASE WHEN count(DISTINCT league_id) > 1 THEN 'region' WHEN count(DISTINCT banner_id) > 1 THEN 'league'
                            WHEN count(DISTINCT place_id) > 1 THEN 'banner' ELSE 'village' END AS same_number_reach
                FROM living WHERE number_token IS NOT NULL GROUP BY number_token HAVING count(*) > 1),
    births AS (SELECT name, sex, born_on, township_id, count(*) AS same_birth_persons FROM living WHERE born_on IS NOT NULL
               GROUP BY name, sex, born_on, township_id HAVING count(*) > 1 AND count(DISTINCT number_token) > 1),
    phones AS (SELECT phone_token, count(DISTINCT household_id) AS phone_households FROM living
               WHERE phone_token IS NOT NULL GROUP BY phone_token HAVING count(DISTINCT household_id) > 1),
    headed AS (SELECT l.person_id, max(b.household_id) AS headed_household FROM living l
               JOIN membership b ON b.person_id = l.person_id AND b.relation = '01' AND b.household_id <> l.household_id
               AND {year_before("b")} WHERE l.relation = '01' GROUP BY l.person_id)
    SELECT l.person_id, l.household_id, CASE WHEN n.same_number_persons > 1 THEN lower(hex(l.number_token)) END AS number_token,
           CASE WHEN p.phone_households > 1 THEN l.phone_token END AS phone_token,
           CASE WHEN b.same_birth_persons > 1 THEN {BIRTH.replace('f.', 'b.')} END AS birth, n.same_number_reach, n.same_number_persons,
           b.same_birth_persons, p.phone_households, headed.headed_household
    FROM living l LEFT JOIN numbers n ON n.number_token = l.number_token
    LEFT JOIN births b ON b.name = l.name AND b.sex = l.sex AND b.born_on = l.born_on AND b.township_id = l.township_id
    LEFT JOIN phones p ON p.phone_token = l.phone_token LEFT JOIN headed ON headed.person_id = l.person_id
    WHERE n.number_token IS NOT NULL OR b.name IS NOT NULL OR p.phone_token IS NOT NULL OR headed.person_id IS NOT NULL
    """,
    key="person_id", division="", needs=("households",), tells="household_id", looked_up=("household_id", "membership", "household_id"),
)  # fmt: skip

DIVISION_FIELDS = (
    Field("hanging_persons", "不属于任何有效户的人数", Type.INTEGER, "persons whose household is gone", "person", stands_on=()),
    Field("listed_incomes", "有收支账的建档户数", Type.INTEGER, "listed households with an account", "household", stands_on=()),
    Field("spread_of_per_head_fen", "建档户人均纯收入标准差", Type.MONEY, "standard deviation of income a head of listed households",
          "yuan", stands_on=()),
    Field("same_last_digit_percent", "人均纯收入元位数字最集中的比例", Type.DECIMAL,
          "share of the commonest last digit of income a head", "percent", stands_on=()),
)  # fmt: skip
DIVISION_CTES = f"""
    hanging AS (SELECT p.place_id AS id, count(*) AS persons FROM membership m
        LEFT JOIN household_fact f ON f.household_id = m.household_id AND {on_day("f")}
        JOIN (SELECT household_id, arg_max(village_id, valid_from) AS village_id FROM household_fact GROUP BY household_id) was
             ON was.household_id = m.household_id
        JOIN {{places}} p ON p.id = was.village_id WHERE {on_day("m")} AND f.household_id IS NULL GROUP BY p.place_id),
    earned AS (SELECT place_id AS id, per_head_fen, (per_head_fen // 100) % 10 AS digit FROM {{households}}
               WHERE was_registered AND coalesce(status, '') <> '99' AND per_head_fen IS NOT NULL),
    spread AS (SELECT id, count(*) AS incomes, round(stddev_pop(per_head_fen)) AS spread FROM earned GROUP BY id),
    digits AS (SELECT id, max(households) AS most FROM (SELECT id, digit, count(*) AS households FROM earned GROUP BY id, digit)
               GROUP BY id)"""
DIVISION_COLUMNS = """coalesce(hanging.persons, 0) AS hanging_persons, coalesce(spread.incomes, 0) AS listed_incomes,
           spread.spread AS spread_of_per_head_fen, 100.0 * digits.most / spread.incomes AS same_last_digit_percent"""
DIVISION_JOINS = """LEFT JOIN hanging ON hanging.id = f.division_id LEFT JOIN spread ON spread.id = f.division_id
    LEFT JOIN digits ON digits.id = f.division_id"""
