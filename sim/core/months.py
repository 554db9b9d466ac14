"""Months: as people write them (``"2024-07"``), as indices of a run, and as numbers that count.

A run begins in January 2014, which has index 0; ``LIFE`` (-1) stands for what is fixed for life.
"""

from __future__ import annotations

from functools import cache

# Months of a year, 1 for January.
JANUARY, FEBRUARY, MARCH, APRIL, MAY, JUNE = range(1, 7)
JULY, AUGUST, SEPTEMBER, OCTOBER, NOVEMBER, DECEMBER = range(7, 13)

FIRST_YEAR = 2014
FIRST_MONTH = f"{FIRST_YEAR}-01"  # every run begins here


def month_number(month: str) -> int:
    """Months since January of year 0, so that differences count months: 2025-01 minus 2024-12 is 1.

    >>> month_number("2025-01") - month_number("2024-12")
    1
    """
    return int(month[:4]) * 12 + int(month[5:7]) - 1


def month_index(month: str) -> int:
    """Months since January 2014, the index of a month in a run.

    >>> month_index("2015-03")
    14
    """
    return month_number(month) - 12 * FIRST_YEAR


@cache
def month_text(index: int) -> str:
    """The month of an index in a run, as people write it.

    >>> month_text(14)
    '2015-03'
    """
    return f"{FIRST_YEAR + index // 12:04d}-{index % 12 + 1:02d}"


def add_months(month: str, count: int) -> str:
    """The month ``count`` months later, or earlier where it is negative.

    >>> add_months("2024-12", 1)
    '2025-01'
    """
    return month_text(month_index(month) + count)
