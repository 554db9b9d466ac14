"""Unpaid wages."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.rules.rights import arrears_loss_share, arrears_probability, is_pay_withheld

SHARES = st.floats(0.0, 1.0)

FEARS = (3.5, 8.0, 0.5)  # months owed, months in which they may be recovered, most that is feared


def test_onset_by_hand():
    assert arrears_probability(0.001, 2.2, 1.0) == pytest.approx(0.0022)
    assert arrears_probability(0.001, 2.2, 0.5) == pytest.approx(0.0011)
    assert arrears_probability(0.9, 2.2, 1.0) == 1.0


def test_pay_is_withheld_until_three_and_a_half_months_are_owed():
    pay, owed, months = 4000, 0, 0
    while is_pay_withheld(owed, pay, months == 0, 3.5):
        owed += pay
        months += 1
        assert months < 10
    assert months == 3 and owed / pay == pytest.approx(3.5, abs=0.5)


def test_nothing_owed_and_nothing_starting_is_paid():
    assert not is_pay_withheld(0, 4000, False, 3.5)
    assert is_pay_withheld(0, 4000, True, 3.5)


def test_expected_loss_by_hand():
    # 0.1 % a month onset, 3.5 months' pay, recovered with 12 % in each of eight chances
    assert arrears_loss_share(0.001, 0.12, *FEARS) == pytest.approx(0.001 * 3.5 * 0.88**8)
    assert arrears_loss_share(0.001, 1.0, *FEARS) == 0.0
    assert arrears_loss_share(0.0, 0.12, *FEARS) == 0.0


@given(SHARES, SHARES)
def test_expected_loss_is_bounded_and_falls_with_recovery(onset, recovery):
    here = arrears_loss_share(onset, recovery, *FEARS)
    assert 0.0 <= here <= 0.5
    assert arrears_loss_share(onset, min(recovery + 0.1, 1.0), *FEARS) <= here
