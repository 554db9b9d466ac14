"""What a person gives to a run, as numbers and months: ``1:5000``, ``2014-01``, ``17,42``, a date, ``1.0``.

A number or month means the same in whatever form it comes: from Python, NumPy or pandas.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Mapping
from decimal import Decimal
from fractions import Fraction
from typing import Any

from sim.core import chinese
from sim.core.errors import Problem, UsageError
from sim.core.language import _
from sim.core.meant import month_meant

LARGEST_SCALE = 1_000_000


def whole_number(value: Any, key: str, least: int = 0) -> int:
    """A whole number of at least ``least``, given as an int, a whole float or a number of NumPy.

    ``key`` is what it was given for. Raises ``UsageError`` for anything else: 1.5, True, text, a number too
    small.

    >>> whole_number(1.0, "seed"), whole_number(20, "jobs", least=1)
    (1, 20)
    >>> whole_number(1.5, "seed")
    Traceback (most recent call last):
        ...
    sim.core.errors.UsageError: seed: not a whole number (got 1.5)
        allowed: a whole number, 0 or more
    """
    number = _whole(value)
    allowed = _("a whole number, {least} or more", least=least)
    if number is None:
        raise UsageError(Problem(_("not a whole number"), key=key, value=_shown(value), allowed=allowed))
    if number < least:
        few = _("at least one is needed") if least == 1 else _("too small")
        raise UsageError(Problem(few, key=key, value=number, allowed=allowed))
    return number


def _whole(value: Any) -> int | None:
    """The whole number that a value stands for; None for one that stands for none."""
    if getattr(value, "ndim", None) == 0 and hasattr(value, "item"):  # a number of NumPy
        value = value.item()
    if isinstance(value, bool) or not isinstance(value, (int, float, Fraction, Decimal)):
        return None
    try:
        return int(value) if int(value) == value else None
    except (ValueError, ArithmeticError):  # not a number, or infinite
        return None


def _shown(value: Any) -> Any:
    """A value as a message shows it; None, which a message leaves out, as text."""
    if getattr(value, "ndim", None) == 0 and hasattr(value, "item"):
        value = value.item()
    return "None" if value is None else value


def as_list(values: Any) -> list:
    """One or several, as a list: of what text, a path, a number, a date, a scenario or a list gives.

    >>> as_list("national"), as_list(17), as_list((17, 42)), as_list(None)
    (['national'], [17], [17, 42], [])
    """
    if values is None:
        return []
    if isinstance(values, (str, bytes, os.PathLike)) or not isinstance(values, Iterable):
        return [values]
    if hasattr(type(values), "model_fields") or getattr(values, "ndim", 1) == 0:  # one scenario, one number
        return [values]
    return list(values)


def parse_scale(value: Any, key: str = "scale") -> int:
    """How many real workers one simulated worker stands for, from ``5000``, ``"5000"`` or ``"1:5000"``.

    ``key`` is what it was given for. Raises ``UsageError`` for anything but 1 to ``LARGEST_SCALE``.

    >>> parse_scale("1:5000"), parse_scale("20,000"), parse_scale(1000.0), parse_scale("1:2万")
    (5000, 20000, 1000, 20000)
    """
    number = _whole(value)
    if isinstance(value, str):
        said = re.sub("^1[:：]", "", value.strip())
        shape = re.fullmatch("[0-9]{1,9}", said.replace(",", "").replace("_", ""))
        number = int(shape[0]) if shape else _whole(chinese.number_of(said))
    if number is None or not 1 <= number <= LARGEST_SCALE:
        raise UsageError(
            Problem(
                _("not a scale"),
                key=key,
                value=_shown(value),
                allowed=_("1:1 to 1:{largest_scale}, such as 1:5000 or 5000", largest_scale=LARGEST_SCALE),
            )
        )
    return number


def parse_month(value: Any, key: str) -> str:
    """A month ``YYYY-MM``, from that text or from a date, timestamp or period within one month.

    ``key`` is what it was given for. Raises ``UsageError`` for anything else.

    >>> parse_month(" 2014-01 ", "from"), parse_month("2025年3月", "from")
    ('2014-01', '2025-03')
    >>> import datetime
    >>> parse_month(datetime.date(2016, 12, 31), "to")
    '2016-12'
    >>> parse_month("2014-13", "from")
    Traceback (most recent call last):
        ...
    sim.core.errors.UsageError: from: no such month (got '2014-13')
        allowed: YYYY-MM, such as 2014-01
    """
    text = value.strip() if isinstance(value, str) else _month_of(value)
    text = chinese.month_of(text) or text
    shape = re.fullmatch(r"[0-9]{4}-([0-9]{2})", text)
    if not shape or not 1 <= int(shape[1]) <= 12:
        meant = month_meant(value, is_end=key.endswith("to"))
        allowed = _("YYYY-MM, write {month}", month=meant) if meant else _("YYYY-MM, such as 2014-01")
        raise UsageError(Problem(_("no such month"), key=key, value=_shown(value), allowed=allowed))
    return str(text)


def is_date(value: Any) -> bool:
    """Whether a value is a date, timestamp or period, of Python, NumPy or pandas.

    >>> import datetime
    >>> is_date(datetime.date(2016, 12, 31)), is_date("2016-12")
    (True, False)
    """
    return type(value).__name__ == "datetime64" or all(hasattr(value, name) for name in ("year", "month"))


def as_written(value: Any) -> Any:
    """A value as a file says it: dates as months, numbers and arrays of NumPy as plain ones, paths as text.

    >>> import datetime
    >>> as_written({"from": datetime.date(2026, 1, 1), "regions": ("West",)})
    {'from': '2026-01', 'regions': ['West']}
    """
    if isinstance(value, Mapping):
        return {as_written(key): as_written(child) for key, child in value.items()}
    if isinstance(value, (list, tuple, set, frozenset)):
        return [as_written(child) for child in value]
    if is_date(value):
        return parse_month(value, "month")
    if hasattr(value, "tolist") and hasattr(value, "dtype"):
        return value.tolist()
    return os.fspath(value) if isinstance(value, os.PathLike) else value


def _month_of(value: Any) -> str:
    """The month of a date as ``YYYY-MM``; other text for what is none, or lasts longer."""
    if type(value).__name__ == "datetime64":  # of NumPy: text such as 2016-12-31T00:00
        return str(value)[:7]
    if hasattr(value, "start_time") and _month_of(value.start_time) != _month_of(value.end_time):
        return "longer than a month"  # a period of pandas: a year, a quarter
    year, month = getattr(value, "year", None), getattr(value, "month", None)
    return f"{year:04d}-{month:02d}" if isinstance(year, int) and isinstance(month, int) else ""


def parse_ids(text: str, key: str) -> tuple[int, ...]:
    """Whole numbers separated by commas; ``key`` is what they were given for.

    Raises ``UsageError`` where one of them is no whole number.

    >>> parse_ids("17, 42", "trace")
    (17, 42)
    """
    words = [word for word in chinese.parted(text) if word]
    wrong = next((word for word in words if not (word.isascii() and word.isdigit())), None)
    if wrong is not None:
        raise UsageError(Problem(_("not a whole number"), key=key, value=wrong, allowed=_("such as 17,42")))
    return tuple(int(word) for word in words)
