"""What Chinese words ask of a worker: ``女``, ``河南``, ``30岁``, ``贫困户``, ``在广东务工``."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from sim.core.categories import (
    FARM,
    LOCAL_WORK,
    MIGRANT_SEARCH,
    MIGRANT_WORK,
    OWN_BUSINESS,
    SETTLED_SEARCH,
    SETTLED_WORK,
    TRAINING,
    activity_set,
)
from sim.world.worker import INSURED, TRAINED

_ASKED: tuple[tuple[str, str, Any], ...] = (  # words, the name of a condition, its value
    ("女 女性 女人 妇女 女工 女劳动者", "female", True),
    ("男 男性 男人 男工 男劳动者", "female", False),
    ("贫困 贫困户 脱贫户 贫困家庭 脱贫家庭", "poor", True),
    ("非贫困 非贫困户 不贫困", "poor", False),
    ("未上过学 没上过学 文盲", "education", "none"),
    ("小学", "education", "primary"),
    ("初中", "education", "junior"),
    ("高中 中专", "education", "senior"),
    ("大专 本科 大学 大专及以上", "education", "college"),
    ("务农 农业 种地 农民 闲居 务农或闲居", "activities", activity_set(FARM)),
    ("本地 本地务工 本地就业 就近务工 本地农民工", "activities", activity_set(LOCAL_WORK)),
    ("创业 自主创业 返乡创业 个体户 老板", "activities", activity_set(OWN_BUSINESS)),
    ("外出 农民工 外出农民工", "activities", activity_set(MIGRANT_WORK, MIGRANT_SEARCH)),
    ("外出务工 打工 外出打工", "activities", activity_set(MIGRANT_WORK)),
    ("外出求职", "activities", activity_set(MIGRANT_SEARCH)),
    ("求职 失业 找工作", "activities", activity_set(MIGRANT_SEARCH, SETTLED_SEARCH)),
    ("落户 已落户 落户城市 已落户人员", "activities", activity_set(SETTLED_WORK, SETTLED_SEARCH)),
    ("落户就业", "activities", activity_set(SETTLED_WORK)),
    ("落户求职", "activities", activity_set(SETTLED_SEARCH)),
    ("培训 参加培训", "activities", activity_set(TRAINING)),
    ("参保 已参保 参加社会保险", "status", INSURED),
    ("受过培训 已培训 完成培训", "status", TRAINED),
    ("跨省 跨省流动 省外 外省", "across", True),
    ("省内 省内流动 本省", "across", False),
    ("县 县城 城镇 小城镇 100万人以下城镇 县城及100万人以下的城镇", "tier", "county_town"),
    ("城市 中等城市 100万至300万人的城市", "tier", "city"),
    ("大城市 300万至500万人的城市", "tier", "large_city"),
    ("特大城市 超大城市 500万人以上的城市", "tier", "mega_city"),
    ("制造业 工厂", "sector", "manufacturing"),
    ("建筑业 建筑 工地 建筑工地", "sector", "construction"),
    ("批发 零售 批发零售 批发和零售业 商店", "sector", "wholesale_retail"),
    ("运输 交通运输 仓储和邮政业 快递 司机", "sector", "transport"),
    ("餐饮 住宿餐饮 酒店 餐馆 住宿和餐饮业", "sector", "hotel_catering"),
    ("服务业 居民服务 居民服务业 家政", "sector", "resident_services"),
    ("其他行业", "sector", "other"),
    ("东部 东部地区", "region", "East"),
    ("中部 中部地区", "region", "Central"),
    ("西部 西部地区", "region", "West"),
    ("东北 东北地区", "region", "Northeast"),
)
WORDS = {word: (kind, value) for words, kind, value in _ASKED for word in words.split()}

_LONGEST = 60  # letters without a comma
_DOING = "(?:外出)?(?:务工|打工|工作|上班|就业)?"
_ORIGIN = re.compile(
    r"(?:来自|户籍(?:地|在|为)?|老家(?:是|在)?|籍贯|家在)?(?P<name>.+?)(?:人|籍|户籍|老家|农民工)?"
)
_DESTINATION = re.compile(rf"(?:在|到|去)(?P<name>.+?){_DOING}")
_DIGITS = {digit: number for number, digit in enumerate("一二三四五六七八九", start=1)}
_NUMERAL = re.compile("([一二三四五六七八九])?十([一二三四五六七八九])?")
_N = r"(?P<low>\d{2})(?:周?岁)?"
_AGES = (  # a shape, and the youngest and oldest of it; law counts the number itself as above and below
    (re.compile(rf"{_N}(?:及|或)?以上"), lambda low, high: (low, 99)),
    (re.compile(rf"{_N}(?:及|或)?以下"), lambda low, high: (0, low)),
    (re.compile(rf"(?:超过|大于|高于){_N}"), lambda low, high: (low + 1, 99)),
    (re.compile(rf"(?:不满|未满|不到|小于|低于){_N}"), lambda low, high: (0, low - 1)),
    (re.compile(r"(?P<low>\d0)多岁"), lambda low, high: (low, low + 9)),
    (
        re.compile(rf"(?:年龄)?{_N}(?:[-–—~至到](?P<high>\d{{2}})(?:周?岁)?)?"),
        lambda low, high: (low, high or low),
    ),
)


def conditions_in_chinese(words: str, provinces: Mapping[str, int]) -> list[tuple[str, Any]]:
    """The names of conditions and their values that Chinese words stand for; empty for words not known.

    provinces: their numbers by Chinese name. Blanks count for nothing, and commas may be left out.

    >>> conditions_in_chinese("四十岁以上", {}), conditions_in_chinese("在河南务工的女性", {"河南": 15})
    ([('age', (40, 99))], [('province', 15), ('female', True)])
    """
    words = _NUMERAL.sub(_as_digits, re.sub(r"\s", "", words))
    if len(words) > _LONGEST:
        return []
    # what the words up to each letter ask for, in the fewest conditions; None where they ask for nothing
    asked: list[list[tuple[str, Any]] | None] = [[]]
    for end in range(1, len(words) + 1):
        ways = [
            [*before, one]
            for start, before in enumerate(asked)
            if before is not None and (one := _condition(words[start:end].removesuffix("的"), provinces))
        ]
        asked.append(min(ways, key=len, default=None))
    return asked[-1] or []


def _condition(words: str, provinces: Mapping[str, int]) -> tuple[str, Any] | None:
    if words in WORDS:
        return WORDS[words]
    for shape, ends in _AGES:
        found = shape.fullmatch(words)
        if found:
            high = found.groupdict().get("high")
            return "age", ends(int(found["low"]), int(high) if high else None)
    for shape, kind in ((_ORIGIN, "home"), (_DESTINATION, "province")):
        found = shape.fullmatch(words)
        if found and found["name"] in provinces:
            return kind, provinces[found["name"]]
    found = _DESTINATION.fullmatch(words)
    if found and WORDS.get(found["name"], ("",))[0] in ("tier", "sector", "across"):
        return WORDS[found["name"]]
    return None


def _as_digits(numeral: re.Match[str]) -> str:
    tens, ones = (
        _DIGITS.get(digit or "", nothing) for digit, nothing in zip(numeral.groups(), (1, 0), strict=True)
    )
    return str(10 * tens + ones)
