"""What a person types for a run, as numbers and months: ``1:5000``, ``2014-01``, ``17,42``."""

from __future__ import annotations

import re
from typing import Any

from sim.core.errors import Problem, UsageError

LARGEST_SCALE = 1_000_000


def parse_scale(value: Any, key: str = "scale") -> int:
    """How many real workers one simulated worker stands for, from ``5000``, ``"5000"`` or ``"1:5000"``.

    ``key`` is what it was given for. Raises ``UsageError`` for anything but 1 to ``LARGEST_SCALE``.

    >>> parse_scale("1:5000"), parse_scale("20,000"), parse_scale(1000)
    (5000, 20000, 1000)
    """
    text = str(value).strip().replace(",", "").replace("_", "")
    shape = re.fullmatch(r"(?:1:)?([0-9]{1,9})", text)
    if not shape or isinstance(value, bool) or not 1 <= int(shape[1]) <= LARGEST_SCALE:
        raise UsageError(
            Problem(
                "not a scale",
                key=key,
                value=value,
                allowed=f"1:1 to 1:{LARGEST_SCALE}, such as 1:5000 or 5000",
            )
        )
    return int(shape[1])


def parse_month(text: str, key: str) -> str:
    """A month ``YYYY-MM``; ``key`` is what it was given for. Raises ``UsageError`` for anything else.

    >>> parse_month(" 2014-01 ", "from")
    '2014-01'
    >>> parse_month("2014-13", "from")
    Traceback (most recent call last):
        ...
    sim.core.errors.UsageError: from: no such month (got '2014-13')
        allowed: YYYY-MM, such as 2014-01
    """
    shape = re.fullmatch(r"[0-9]{4}-([0-9]{2})", text.strip())
    if not shape or not 1 <= int(shape[1]) <= 12:
        raise UsageError(Problem("no such month", key=key, value=text, allowed="YYYY-MM, such as 2014-01"))
    return text.strip()


def parse_ids(text: str, key: str) -> tuple[int, ...]:
    """Whole numbers separated by commas; ``key`` is what they were given for.

    Raises ``UsageError`` where one of them is no whole number.

    >>> parse_ids("17, 42", "trace")
    (17, 42)
    """
    words = [word.strip() for word in text.split(",") if word.strip()]
    wrong = next((word for word in words if not (word.isascii() and word.isdigit())), None)
    if wrong is not None:
        raise UsageError(Problem("not a whole number", key=key, value=wrong, allowed="such as 17,42"))
    return tuple(int(word) for word in words)
