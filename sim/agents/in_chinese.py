"""What Chinese words ask of a worker: ``女``, ``河南``, ``30岁``, ``贫困户``, ``在广东务工``.

The words themselves stand in ``sim.core.chinese``, where scenario files have them from.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any
from unicodedata import normalize

from sim.core import chinese
from sim.core.categories import (
    ACTIVITIES,
    MIGRANT_SEARCH,
    MIGRANT_WORK,
    SETTLED_SEARCH,
    SETTLED_WORK,
    activity_set,
)
from sim.world.worker import INSURED, TRAINED

_MORE: tuple[tuple[str, str, Any], ...] = (  # words that name more than one category, or none
    ("外出 农民工 外出农民工", "activities", activity_set(MIGRANT_WORK, MIGRANT_SEARCH)),
    ("求职 失业 找工作", "activities", activity_set(MIGRANT_SEARCH, SETTLED_SEARCH)),
    ("落户 已落户 落户城市 已落户人员", "activities", activity_set(SETTLED_WORK, SETTLED_SEARCH)),
    ("参保 已参保 参加社会保险", "status", INSURED),
    ("受过培训 已培训 完成培训", "status", TRAINED),
    ("跨省 跨省流动 省外 外省", "across", True),
    ("省内 省内流动 本省", "across", False),
)
_NEVER = ("home_township", "exited")  # where nobody is away, and who is not found
_BETWEEN = "、"  # parts the words of a description


def _asked() -> dict[str, tuple[str, Any]]:
    """The condition that each word asks for: its name and its value."""
    found: dict[str, tuple[str, Any]] = {}
    for kind, words in (
        ("education", chinese.EDUCATION),
        ("tier", chinese.TIERS),
        ("sector", chinese.SECTORS),
        ("region", chinese.REGIONS),
        ("poor", chinese.POOR_OR_NOT),
    ):
        found |= {word: (kind, meant) for word, meant in words.items() if meant not in _NEVER}
    found |= {word: ("female", meant == "female") for word, meant in chinese.SEXES.items()}
    found |= {
        word: ("activities", activity_set(ACTIVITIES.index(meant)))
        for word, meant in chinese.ACTIVITIES.items()
        if meant not in _NEVER
    }
    found |= {word: (kind, value) for words, kind, value in _MORE for word in words.split()}
    return {normalize("NFKC", word).lower(): one for word, one in found.items() if _BETWEEN not in word}


WORDS = _asked()

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
