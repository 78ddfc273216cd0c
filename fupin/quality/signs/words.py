"""Words of signs: what each says, what it does not say, where a sign stands, what somebody found when looking into it."""

from enum import StrEnum

from django.utils.translation import gettext_lazy as _

TITLE = _("数字痕迹")


class State(StrEnum):
    """Where a sign stands."""

    FOUND = "found"
    """seen by the offices above alone"""
    RELEASED = "released"
    """handed down, to be looked into"""
    CLOSED = "closed"


STATES = {State.FOUND: _("未下发"), State.RELEASED: _("已下发，待核实"), State.CLOSED: _("已核实")}
TONES = {State.FOUND: "quiet", State.RELEASED: "warn", State.CLOSED: "good"}


class Answer(StrEnum):
    """What somebody of the level above found."""

    EXPLAINED = "explained"
    CORRECTED = "corrected"
    DISCIPLINE = "discipline"


ANSWERS = {
    Answer.EXPLAINED: _("情况属实，有合理原因"), Answer.CORRECTED: _("数据有误，已更正"),
    Answer.DISCIPLINE: _("涉嫌造假，移送纪检监察"),
}  # fmt: skip
BY = {"village": _("嘎查村"), "officer": _("录入人"), "photos": _("照片")}
KINDS = {
    "heaping": _("收入集中在标准线上方"),
    "last_digit": _("收入末位数不均匀"),
    "first_digit": _("收入首位数偏离本福特分布"),
    "copied": _("收支逐项雷同"),
    "late_rises": _("截止前集中调增"),
    "level": _("收入与同村他人录入的相差明显"),
    "photo": _("不同户用同一张照片"),
}
COUNTED = {
    "heaping": _("标准线附近的户中，有 %(observed)s 户在线上方，按全旗县其他户的情况应约 %(expected)s 户。"),
    "last_digit": _(
        "收入（整元、不以 0 和 5 结尾，相同金额只计一次）的末位数本应各占八分之一，卡方值 %(observed)s，平均应为 %(expected)s。"
    ),
    "first_digit": _("收入首位数与本福特分布平均相差 %(observed)s，超过 %(expected)s 即不符合。"),
    "copied": _("与别户收支逐项相同或只差一项的，有 %(observed)s 对两户都在其中，随机分布应约 %(expected)s 对。"),
    "late_rises": _("截止日前的修改中有 %(observed)s 次调增收入，按平时和其他地方的情况应约 %(expected)s 次。"),
    "level": _("与同村他人录入的户两两相比，收入较高的占 %(observed)s，应约 %(expected)s。"),
    "photo": _("%(observed)s 户的照片实为同一张，本应各不相同。"),
}
MEANS = {
    "heaping": _("人均收入本应在标准线两侧自然过渡；线上方突然增多，可能是把收入“算”过了线。"),
    "last_digit": _("真实收入的末位数大致均匀；人编数字时偏爱某些数。四舍五入到整十、整五的收入没有计入。"),
    "first_digit": _("范围很宽的真实收入，首位数服从本福特分布。"),
    "copied": _("两户的各项收支金额完全相同很少见；集中在一处，可能是照抄。"),
    "late_rises": _("临近截止才集中把收入往上调，可能是为了达标。"),
    "level": _("同一个村，一人录入的户收入普遍高于或低于他人录入的。"),
    "photo": _("一张照片不能证明两户的情况。"),
}
NOT_MEANS = {
    "heaping": _("帮扶措施恰好使收入略高于标准也会如此；整百的收入没有计入。"),
    "last_digit": _("许多户的收入按同一单价和整数的亩数、头数算出也会如此。"),
    "first_digit": _("收入范围窄的地方不适用，也不检验；多数嘎查村的收入达不到这样宽。"),
    "copied": _("人均承包地和补贴相同、合户经营，金额也会相同。"),
    "late_rises": _("补贴、分红恰在此时到账也会如此。"),
    "level": _("分工时本来就分管较好或较差的户也会如此。"),
    "photo": _("共用的房屋、水井、汇总凭证可以相同；纸质表格的扫描件不比较。"),
}
STANDS_ON = {
    "heaping": _("没有人为调整时，标准线附近的户落在线上方的机会不超过一半，也不超过全旗县其他户的比例（取较大者）。"),
    "last_digit": _("没有人为编造时，不同金额的末位数各占八分之一。"),
    "first_digit": _("没有人为编造时，首位数服从本福特分布。"),
    "copied": _("没有照抄时，雷同的两户落在哪个嘎查村、由谁录入全凭偶然。"),
    "late_rises": _("没有人为调整时，截止前的修改调增收入，不比本组平时多，也不比其他地方同期多（取较大者）。"),
    "level": _("没有人为调整时，同村哪一户由谁录入与收入高低无关。"),
    "photo": _("不同户的照片互不相干，相近的机会按本系统现有照片两两相比的结果推算。照片单独成组，误报率另计。"),
}
"""What the chance of each sign supposes of figures that nobody made up; where it does not hold, the rate does not either."""
LABELS = {
    "heaping": (_("线下"), _("线上")),
    "last_digit": tuple("12346789"),
    "first_digit": tuple("123456789"),
    "copied": (_("一户在外"), _("两户都在其中")),
    "late_rises": (_("未调增"), _("调增")),
    "level": (_("较低"), _("较高")),
    "photo": (),
}
"""What each bar of a sign's chart counts."""
MOST_REASON = 500
ACTS: dict[str, tuple[str, str]] = {
    # act: (label, English label)
    "signs.find": ("发现数字痕迹", "Find a sign"),
    "signs.change": ("数字痕迹有变化", "A sign has changed"),
    "signs.pass": ("数字痕迹不再成立", "A sign is gone"),
    "signs.release": ("下发数字痕迹", "Release a sign"),
    "signs.answer": ("核实数字痕迹", "Answer a sign"),
    "signs.export": ("导出数字痕迹", "Export signs"),
    "signs.picture": ("记录照片特征", "Take prints of pictures"),
}
