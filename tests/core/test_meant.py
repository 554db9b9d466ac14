"""What people write for a number, a share and a month, and how it is written so that it can be used."""

from __future__ import annotations

import pytest

from sim.core.arguments import parse_month
from sim.core.errors import UsageError
from sim.core.meant import month_meant, number_meant, share_meant


@pytest.mark.parametrize(
    "text, number",
    [
        ("2,000,000,000", "2000000000"),
        ("2 000 000", "2000000"),
        ("2_000", "2000"),
        ("1,234.5", "1234.5"),
        ("40%", "0.4"),
        ("40 %", "0.4"),
        ("４０％", "0.4"),
        ("2.5 percent", "0.025"),
        ("百分之40", "0.4"),
        ("20亿", "2000000000"),
        ("1.5万元", "15000"),
        ("2 billion yuan", "2000000000"),
        ("2bn", "2000000000"),
        ("¥8000", "8000"),
        ("8000 yuan", "8000"),
        ("0,4", "0.4"),
        ("0.4", "0.4"),
        ("much", None),
        ("1,2,3", None),
        ("2026-01", None),
        ("", None),
        (True, None),
        (40, None),
    ],
)
def test_numbers(text, number):
    assert number_meant(text) == number


@pytest.mark.parametrize(
    "value, share",
    [(40, "0.4"), (100, "1"), (1.5, "0.015"), (101, None), (0.4, None), (-5, None), (True, None)],
)
def test_shares(value, share):
    assert share_meant(value) == share


@pytest.mark.parametrize(
    "value, month",
    [
        (2026, "2026-01"),
        ("2026", "2026-01"),
        ("2026年", "2026-01"),
        ("2026-3", "2026-03"),
        ("2026/03", "2026-03"),
        (2026.03, "2026-03"),
        ("2026.3", "2026-03"),
        ("202603", "2026-03"),
        ("03/2026", "2026-03"),
        ("2026年3月", "2026-03"),
        ("2026年3月1日", "2026-03"),
        ("2026-03-31", "2026-03"),
        ("Mar 2026", "2026-03"),
        ("march 2026", "2026-03"),
        ("2026-13", None),
        ("soon", None),
        (40, None),
        (True, None),
    ],
)
def test_months(value, month):
    assert month_meant(value) == month


def test_a_year_ends_in_december():
    assert month_meant(2026, is_end=True) == "2026-12" and month_meant("2026-3", is_end=True) == "2026-03"


@pytest.mark.parametrize(
    "value, key, told",
    [
        ("2026", "--from", "write 2026-01"),
        ("2026", "--to", "write 2026-12"),
        ("2026/3", "from", "write 2026-03"),
    ],
)
def test_options_say_it_too(value, key, told):
    with pytest.raises(UsageError, match=told):
        parse_month(value, key)
