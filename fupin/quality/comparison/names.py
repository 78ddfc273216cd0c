"""A Chinese or Mongolian name in the forms in which two spellings of one person meet.

Homophones meet in `sounds` (every reading of every character), swapped characters in `ordered`, characters that look
alike in `shape`, transliterations of a Mongolian name in `skeleton`, a character too many, missing or wrong in `gaps`.
"""

from __future__ import annotations

from functools import cache, lru_cache
from itertools import islice, product
from typing import NamedTuple

from fupin.registry import names

MOST_SOUNDS = 6
NEAR = (
    "己已巳 未末 土士 干千于 日曰 天夫 大太犬丈 人入八 王玉主壬 木本术 田由甲申 午牛 力刀九 贝见 风凤 乌鸟 广厂 "
    "今令 亨享 杨扬 梅海悔 清请情晴睛 洋详祥 波玻 玲铃伶怜 珍诊 伟炜玮纬 杰木 军车 明朋 昌晶品 亮高 敏繁 丽俪 "
    "娟捐 娜挪 莲连 兰三 英莫 荣营 萍苹 芳苏 芬分 茹如 菊匊 薇微 蕾雷 燕蒸 鹏朋 飞气 龙尤 宇字 宁守 安字 "
    "辉挥 晖浑 峰锋蜂 岭玲 岩岸 泉皇 浩洁 涛寿 淑叔 滨宾 源原 润闰 波彼 佳佳 住往佳 侯候 俊浚峻骏 传转 "
    "建健 廷延 强弘 彬林 志忘 忠中 恒桓垣 慧惠 成戌戍 战占 振震 旭九 昊吴昃 春舂 晓哓 景影 智知 曼慢 月用 "
    "朴仆 柏拍 根银 桂佳 栋拣 梁粱 楠喃 欣歆 正止 武式 民氏 永水冰 汉仅 江汪 沙少 治冶 泽译 洪供 瑞端 瑛英 "
    "璐露 生主 白自 石右 福幅 秀季 秋私 立位 红江 绍韶 继断 美关 群郡 胜性 艳绝 花化 苗田 贵责 贤坚 超起 "
    "跃妖 达选 远运 连莲 通逼 道首 邦郁 郑邓 金全 铁钦 锁销 长卡 阳阴 陈阵 陶淘 雪雷 青责 顺须 颖颖 马鸟 "
    "吉古 嘎戛 孟盂 孛字 布市 巴已 图圆 斯期 塔搭 额颜 敦教 那哪 音意 宝室 格恪 其具 朝潮 鲁曾 毕华"
)
"""Groups of characters that are mistaken for each other in handwriting and by readers of scanned forms: our own list, by
shared components, of characters that names are made of."""
HAN_FAMILIES = frozenset(
    "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕苏卢蒋蔡贾丁魏薛叶阎余潘杜戴夏钟汪田任姜范方石"
    "姚谭廖邹熊金陆郝孔白崔康毛邱秦江史顾侯邵孟龙万段雷钱汤尹黎易常武乔贺包韩席佟海鲍齐赖龚文"
)
_SEMI = {"er", "ri", "le", "li", "lu", "luo", "r", "l"}
"""Syllables by which one writes the r or l that closes a Mongolian syllable, or leaves it out."""
_FIRST = {"zh": "z", "ch": "q", "sh": "s", "c": "q", "x": "s", "j": "z"}


class Forms(NamedTuple):
    """The forms of one name; a form that does not apply is empty."""

    name: str
    sounds: tuple[str, ...]
    ordered: str
    shape: str
    skeleton: str
    gaps: tuple[str, ...]
    family: str
    """how the first character is read"""


@cache
def _shapes() -> dict[int, int]:
    table: dict[int, int] = {}
    for group in NEAR.split():
        first = table.get(ord(group[0]), ord(group[0]))
        table |= {ord(character): first for character in group if ord(character) not in table}
    return table


@lru_cache(maxsize=400_000)
def forms(text: str | None) -> Forms | None:
    """The forms of a name; None where nothing of one is there."""
    name = names.fold(text or "")
    if not name:
        return None
    readings = [_READINGS.get(character) or _read(character) for character in name]
    first = [each[0] for each in readings]
    sounds: tuple[str, ...] = ("".join(first),)
    if max(map(len, readings)) > 1:
        sounds = tuple(dict.fromkeys("".join(way) for way in islice(product(*readings), MOST_SOUNDS)))
    gaps, size = [], len(name)
    if size > 1:
        gaps += [f"{name[:at]}_{name[at + 1 :]}" for at in range(size)]
    if size > 2:
        gaps += [name[:at] + name[at + 1 :] for at in range(size)]
    return Forms(
        name, sounds, "".join(sorted(name)), name.translate(_shapes()), skeleton(name, first), (*gaps, name), first[0],
    )  # fmt: skip


_READINGS: dict[str, tuple[str, ...]] = {}
"""Of the characters that were met: a register has a million names of a few thousand."""


def _read(character: str) -> tuple[str, ...]:
    return _READINGS.setdefault(character, names.readings_of(character) or (character,))


def skeleton(name: str, readings: list[str]) -> str:
    """The consonants of a Mongolian name as its transliterations share them: 巴特尔 and 巴特, 宝音 and 布音 are one.

    Empty for what looks like a Han name: two or three characters of it share their consonants with far too many.
    """
    if name.isascii() or name[0] in HAN_FAMILIES or len(name) < 2:
        return ""
    first, *rest = readings
    kept = [_consonant(first), *(_consonant(each) for each in rest if each not in _SEMI)]
    return "".join(kept) if len(kept) > 1 else ""


def _consonant(reading: str) -> str:
    """The consonant that a syllable begins with; a syllable without one counts by its glide."""
    two = _FIRST.get(reading[:2])
    if two is not None:
        return two
    if reading[0] in "aoe":
        return "a"
    return _FIRST.get(reading[0], reading[0])
