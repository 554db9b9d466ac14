"""What becomes of a month's money: whole yuan, never more than there is."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.rules.household import dissaving, remittance, saving, share_of

YUAN = st.integers(0, 2_000_000)
SHARES = st.floats(0.0, 1.0)


def test_by_hand():
    assert share_of(4567, 0.105) == 479
    assert remittance(4000, 0.18, True) == 720
    assert remittance(4000, 0.18, False) == 0
    assert saving(3280, 0.25) == 820


@pytest.mark.parametrize(
    "savings, cost, income, expected",
    [
        (5000, 1200, 0, 1200),
        (500, 1200, 0, 500),
        (5000, 1200, 900, 300),
        (5000, 1200, 1500, 0),
        (0, 1200, 0, 0),
    ],
)
def test_savings_pay_what_income_does_not_while_they_last(savings, cost, income, expected):
    assert dissaving(savings, cost, income) == expected


@given(YUAN, SHARES, SHARES)
def test_parts_of_pay_are_whole_and_within_it(pay, sent_share, saved_share):
    sent = remittance(pay, sent_share, True)
    saved = saving(pay - sent, saved_share)
    assert isinstance(sent, int) and isinstance(saved, int)
    assert 0 <= sent <= pay and 0 <= saved <= pay - sent
    assert pay - sent - saved >= 0


@given(YUAN, YUAN, YUAN)
def test_nobody_goes_into_debt(savings, cost, income):
    assert 0 <= dissaving(savings, cost, income) <= savings
