"""What a value that cannot be used was probably meant to be, written as it can be used.

People write 40 for a share of 40 percent, 2026 for a month, and 2,000,000 or 200万 for a number. The answers
are texts for a message ("write 0.4"); None where nothing is plain.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Any

_PERCENT = 100.0
_SCALES = {
    "万": 10**4,
    "亿": 10**8,
    "thousand": 10**3,
    "k": 10**3,
    "million": 10**6,
    "mio": 10**6,
    "m": 10**6,
    "billion": 10**9,
    "bn": 10**9,
    "b": 10**9,
}
_UNITS = re.compile(
    r"\s*(?:yuan|rmb|cny|元|圆|¥|￥|persons?|people|人|jobs?|个|months?|个月|years?|年|岁)\s*"
)
_DIGITS = re.compile(r"[+-]?(?:\d{1,3}(?:[, '_\u2009]\d{3})+|\d+)(?:\.\d+)?(?:e[+-]?\d+)?")
_DECIMAL_COMMA = re.compile(r"[+-]?\d+,\d{1,2}")
_WORDS_OF_MONTHS = "jan feb mar apr may jun jul aug sep oct nov dec".split()
_FIRST, _LAST = 1, 12  # months of a year
_EARLIEST, _LATEST = 1900, 2200  # years that a number is taken for


def number_meant(text: Any) -> str | None:
    """The number that a text was meant to be, as a file has it.

    >>> number_meant("2,000,000,000"), number_meant("40%"), number_meant("20亿"), number_meant("0,4")
    ('2000000000', '0.4', '2000000000', '0.4')
    >>> number_meant("much") is None
    True
    """
    if not isinstance(text, str):
        return None
    plain = unicodedata.normalize("NFKC", text).strip().lower()
    factor = 1.0
    if plain.startswith("百分之") or plain.endswith(("%", "percent", "per cent")):
        plain = re.sub(r"百分之|%|per ?cent", "", plain).strip()
        factor = 1.0 / _PERCENT
    plain = _UNITS.sub("", plain)
    for word, size in _SCALES.items():
        if re.fullmatch(rf"[\d., ']+\s*{word}", plain):
            plain, factor = plain[: -len(word)].strip(), factor * size
            break
    if _DECIMAL_COMMA.fullmatch(plain):
        plain = plain.replace(",", ".")
    if not _DIGITS.fullmatch(plain):
        return None
    return plainly(float(re.sub("[, '_\u2009]", "", plain)) * factor)


def share_meant(value: Any) -> str | None:
    """The share that a number of percent was meant to be.

    >>> share_meant(40), share_meant(2.5), share_meant(4000) is None
    ('0.4', '0.025', True)
    """
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not 1.0 < value <= _PERCENT:
        return None
    return plainly(value / _PERCENT)


def month_meant(value: Any, is_end: bool = False) -> str | None:
    """The month that a year (its first, or its last), a date or a month in another form was meant to be.

    >>> month_meant(2026), month_meant("2026", is_end=True), month_meant("2026/3"), month_meant("2026年3月")
    ('2026-01', '2026-12', '2026-03', '2026-03')
    >>> month_meant("March 2026"), month_meant("2026-03-31"), month_meant("soon") is None
    ('2026-03', '2026-03', True)
    """
    if isinstance(value, bool):
        return None
    text = unicodedata.normalize("NFKC", str(value)).strip().lower()
    if re.fullmatch(r"\d{4}年?", text):
        return _month(int(text[:4]), _LAST if is_end else _FIRST)
    for pattern in (
        r"(?P<year>\d{4})\s*年\s*(?P<month>\d{1,2})(?:\s*月(?:\d{1,2}日)?)?",
        r"(?P<year>\d{4})\s*[-/._ ]\s*(?P<month>\d{1,2})(?:[-/.]\d{1,2}(?:[t ].*)?)?",
        r"(?P<year>\d{4})(?P<month>\d{2})",
        r"(?P<month>\d{1,2})[-/.](?P<year>\d{4})",
    ):
        shape = re.fullmatch(pattern, text)
        if shape:
            return _month(int(shape["year"]), int(shape["month"]))
    shape = re.fullmatch(r"([a-z]{3,9})\.?,? (\d{4})", text)
    if shape and shape[1][:3] in _WORDS_OF_MONTHS:
        return _month(int(shape[2]), 1 + _WORDS_OF_MONTHS.index(shape[1][:3]))
    return None


def _month(year: int, month: int) -> str | None:
    is_one = _EARLIEST <= year <= _LATEST and _FIRST <= month <= _LAST
    return f"{year:04d}-{month:02d}" if is_one else None


def plainly(number: float) -> str:
    """A number without an exponent and without needless zeros.

    >>> plainly(2e9), plainly(0.4), plainly(1234.5)
    ('2000000000', '0.4', '1234.5')
    """
    return f"{number:.10f}".rstrip("0").rstrip(".")
