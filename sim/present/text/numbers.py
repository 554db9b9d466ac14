"""Numbers as people write them: scaled to thousands, millions and billions, with their unit and sign.

Persons, jobs and yuan share the scale words; percentages differ in points. The minus is a real one. Chinese
counts in ten thousands and hundred millions (万, 亿) and writes units without a space.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import NamedTuple

from sim.core.language import N_, _, language
from sim.core.width import columns

_SCALES = {
    "en": ((1e9, "billion"), (1e6, "million"), (1e3, "thousand")),
    "zh": ((1e12, "万亿"), (1e8, "亿"), (1e4, "万")),
}
_NOUNS = {"persons": N_("people"), "businesses": N_("businesses"), "jobs": N_("jobs")}
_UNITS = {
    **_NOUNS,
    "percent": "%",
    "points": N_("points"),
    "yuan": N_("yuan"),
    "yuan per month": N_("yuan a month"),
    "yuan per year": N_("yuan a year"),
}
_MONTHS = tuple(
    "January February March April May June July August September October November December".split()
)
_DIFFERENCE_UNITS = {"percent": "points"}


def scale_of(largest: float) -> tuple[float, str]:
    """Factor and word that keep ``largest`` readable: (1e6, "million"), or (1, "") below ten thousand."""
    for factor, word in _SCALES[language()]:
        if abs(largest) >= (1e4 if factor == 1e3 else factor):
            return factor, word
    return 1.0, ""


def number(value: float, digits: int = 0, signed: bool = False) -> str:
    """``value`` with thousands separated; signed writes the plus too. Nothing known is a dash."""
    if value is None or not math.isfinite(value):
        return "–"
    text = f"{abs(value):,.{digits}f}"
    is_zero = not any(figure in "123456789" for figure in text)
    sign = "" if is_zero else "−" if value < 0 else "+" if signed else ""
    return sign + text


def percent(value: float, digits: int = 0, signed: bool = False) -> str:
    """A percentage: ``12 %``, in Chinese ``12%``."""
    return join(number(value, digits, signed), "%")


def significant(value: float) -> int:
    """Decimals that leave a scaled value three figures."""
    size = abs(value)
    return 0 if size >= 100 or size == 0 else 1 if size >= 10 else 2


def amount(value: float, unit: str, digits: int = 0, signed: bool = False, noun: bool = True) -> str:
    """A value with its unit. ``noun=False`` leaves out what is counted, for lines that have named it already.

    >>> amount(172_400_000, "persons"), amount(-0.31, "percent", 2), amount(4427, "yuan per month")
    ('172 million people', '−0.31 %', '4,427 yuan a month')
    """
    if value is None or not math.isfinite(value):
        return "–"
    factor, word, digits = _on_scale(value, unit, digits)
    return join(number(value / factor, digits, signed), word, unit_word(unit, noun))


def bare_amount(value: float, unit: str, digits: int = 0, signed: bool = False) -> str:
    """A value on its scale without its unit, which something else names: ``1.20 billion``."""
    if value is None or not math.isfinite(value):
        return "–"
    factor, word, digits = _on_scale(value, unit, digits)
    return join(number(value / factor, digits, signed), word)


def difference(value: float, unit: str, digits: int = 0, noun: bool = True) -> str:
    """A signed difference: ``+12.4 thousand people``, ``−0.31 points``."""
    return amount(value, _DIFFERENCE_UNITS.get(unit, unit), digits, signed=True, noun=noun)


def scale_number(scale: float | str) -> str:
    """How many real workers a simulated one stands for, in the digits that ``--scale`` takes.

    >>> scale_number("20000"), scale_number(5e3)
    ('20000', '5000')
    """
    return f"{float(scale):.0f}"


def with_interval(
    value: float,
    low: float,
    high: float,
    unit: str,
    digits: int = 0,
    signed: bool = True,
    with_unit: bool = True,
) -> tuple[str, str]:
    """A value and its interval on one scale, what is counted left out: ``+5.0 thousand``, ``−1.0 to +11.0``.

    Signed numbers are differences, so that percentages become points. No interval is a dash. ``with_unit=False``
    leaves out yuan and points too, where something else names them.
    """
    said = _interval(value, low, high, unit, digits, signed)
    return join(said.value, said.scale, said.unit if with_unit else ""), said.ends


def interval_alone(
    value: float, low: float, high: float, unit: str, digits: int = 0, with_unit: bool = True
) -> str:
    """The interval of a difference with its scale and unit: ``−1.0 to +11.0 thousand``."""
    said = _interval(value, low, high, unit, digits, signed=True)
    scale = "" if language() == "zh" else said.scale  # Chinese has it at both ends already
    return join(said.ends, scale, said.unit if with_unit else "")


def change(value: float, low: float, high: float, unit: str, digits: int = 0) -> tuple[str, str]:
    """A difference inside a sentence, and its interval. English gives it a sign (``+5.0 thousand``), Chinese says
    that it rises or falls (``增加5,000人``).
    """
    said = _interval(value, low, high, unit, digits, signed=True)
    if language() == "en":
        return join(said.value, said.scale, said.unit), said.ends
    up, down = ("增加", "减少") if unit in (*_NOUNS, "yuan") else ("提高", "下降")
    size = said.value.lstrip("+−")
    return join(down if value < 0 else up, size, said.scale, said.unit or unit_word(unit)), said.ends


class _Interval(NamedTuple):
    value: str
    scale: str
    unit: str
    ends: str


def _interval(value: float, low: float, high: float, unit: str, digits: int, signed: bool) -> _Interval:
    unit = _DIFFERENCE_UNITS.get(unit, unit) if signed else unit
    known = [abs(end) for end in (value, low, high) if math.isfinite(end)]
    largest = max(known, default=0.0)
    factor, word, digits = _on_scale(largest, unit, digits)
    if factor == 1 and largest < 10:
        digits = max(digits, 1)
    texts = [number(end / factor, digits, signed) for end in (value, low, high)]
    near = word if language() == "zh" else ""  # Chinese says the scale at both ends
    is_known = math.isfinite(low) and math.isfinite(high)
    ends = _("{low} to {high}", low=texts[1] + near, high=texts[2] + near) if is_known else "–"
    return _Interval(texts[0], word, unit_word(unit, noun=False), ends)


def _on_scale(value: float, unit: str, digits: int) -> tuple[float, str, int]:
    """Factor, scale word and decimals for a value; only counts and sums of money are scaled."""
    factor, word = scale_of(value) if unit in (*_NOUNS, "yuan") else (1.0, "")
    return factor, word, significant(value / factor) if factor > 1 else digits


def unit_word(unit: str, noun: bool = True) -> str:
    """The unit as it is written after a number; without the noun, what is counted is left out."""
    return "" if unit in _NOUNS and not noun else _(_UNITS.get(unit, unit))


def join(*words: str) -> str:
    """Words in a row, the empty ones left out."""
    return (" " if language() == "en" else "").join(word for word in words if word)


def ordinal(count: int) -> str:
    """First to tenth in words, beyond that in figures."""
    if language() == "zh":
        return f"第{count}"
    words = ("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth")
    return words[count - 1] if 1 <= count <= len(words) else f"{count}th"


def listing(words: list[str], are_clauses: bool = False) -> str:
    """Words in a row; with semicolons where a word has a comma of its own, in Chinese without an "and" then.
    Clauses have commas alone in Chinese.

    >>> listing(["a", "b", "c"]), listing(["a, or b", "c"]), listing(["a"])
    ('a, b and c', 'a, or b and c', 'a')
    """
    *others, last = words or [""]
    if language() == "zh":
        if any("，" in word for word in words):
            return "；".join(words)
        if are_clauses:
            return "，".join(words)
        return f"{'、'.join(others)}和{last}" if others else last
    between = "; " if any("," in word for word in words) else ", "
    return f"{between.join(others)} and {last}" if others else last


def in_a_row(words: Iterable[str]) -> str:
    """Words with commas between them, the last one like the others: ``a, b, c``."""
    return (", " if language() == "en" else "、").join(words)


def apart(parts: Iterable[str]) -> str:
    """Parts of a sentence with semicolons between them, the empty ones left out: ``it costs; it gains``."""
    return ("; " if language() == "en" else "；").join(part for part in parts if part)


def month_name(number_of_month: int) -> str:
    """A month of the year: ``January``, in Chinese ``1月``."""
    return f"{number_of_month}月" if language() == "zh" else _MONTHS[number_of_month - 1]


def month_in_words(month: str) -> str:
    """A month ``YYYY-MM`` in words.

    >>> month_in_words("2025-01")
    'January 2025'
    """
    year, number_of_month = month.split("-")
    if language() == "zh":
        return f"{year}年{int(number_of_month)}月"
    return f"{month_name(int(number_of_month))} {year}"


def month_label(month: str) -> str:
    """A month ``YYYY-MM`` at the head of a line: as it is, in Chinese in words."""
    return month if language() == "en" else month_in_words(month)


def sentence(*parts: str) -> str:
    """Parts as sentences, one after another: first letters large, a full stop after each; the empty ones left out.

    >>> sentence("it costs nothing", "", "nobody loses")
    'It costs nothing. Nobody loses.'
    """
    if language() == "zh":
        return "".join(f"{part}。" for part in parts if part)
    return " ".join(f"{part[:1].upper()}{part[1:]}." for part in parts if part)


def left(text: str, width: int) -> str:
    """Text at the left of a field of ``width`` columns; Chinese characters take two."""
    return text + " " * (width - columns(text))


def right(text: str, width: int) -> str:
    """Text at the right of a field of ``width`` columns."""
    return " " * (width - columns(text)) + text
