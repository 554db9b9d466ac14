"""Loans of businesses: instalments, interest, what may be lent, and what capital costs."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.rules.loans import (
    can_be_served,
    cost_of_capital,
    loan_units,
    monthly_interest,
    owed_after,
    private_credit,
)


@given(st.integers(0, 510_000), st.integers(1, 120))
def test_equal_instalments_pay_a_loan_back_to_the_yuan(principal, term):
    owed = [owed_after(principal, month, term) for month in range(term + 3)]
    instalments = [before - after for before, after in zip(owed, owed[1:], strict=False)]
    assert owed[0] == principal and owed[term:] == [0, 0, 0]
    assert sum(instalments) == principal
    assert max(instalments[:term]) - min(instalments[:term]) <= 1


def test_interest_by_hand():
    assert monthly_interest(120_000, 0.05) == 500
    assert monthly_interest(0, 0.05) == monthly_interest(1000, 0.0) == 0


def test_what_can_be_served_is_just_served():
    rate, term, profit, share, savings = 0.06, 36, 5000.0, 0.5, 20_000
    most = int((2500 * 36 + 20_000) / (1 + 0.06 * 37 / 24))
    assert can_be_served(most, profit, share, savings, rate, term)
    assert not can_be_served(most + 1, profit, share, savings, rate, term)
    interest = sum(monthly_interest(owed_after(most, m, term), rate) for m in range(term))
    assert most + interest == pytest.approx(share * profit * term + savings, abs=40)


@pytest.mark.parametrize(
    "wanted, most, units",
    [
        (0, 9e9, 0),
        (-5, 9e9, 0),
        (1, 9e9, 1),
        (2000, 9e9, 1),
        (2001, 9e9, 2),
        (9e5, 3999, 1),
        (3000, 3001, 2),
        (5, -1, 0),
    ],
)
def test_loans_are_granted_in_whole_units(wanted, most, units):
    assert loan_units(wanted, most, 2000) == units


def test_lenders_who_know_the_founder_lend_more_for_a_better_idea():
    assert private_credit(20_000.0, 0.0, 4.0) == 20_000.0
    assert private_credit(20_000.0, 0.25, 4.0) == pytest.approx(20_000 * math.e)
    assert private_credit(20_000.0, 0.25, 0.0) == 20_000.0
    assert private_credit(0.0, 1.0, 4.0) == 0.0


def test_capital_costs_whoever_it_belongs_to():
    assert cost_of_capital(60_000.0, 0.03, 120_000.0, 0.05) == pytest.approx(150 + 500)
