"""What a course is worth, and how it fades."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.rules.skills import training_premium


def test_by_hand():
    assert training_premium(True, 0.0, 0.04, 0.1) == 0.04
    assert training_premium(True, 24.0, 0.04, 0.1) == pytest.approx(0.04 * math.exp(-0.2))
    assert training_premium(False, 0.0, 0.04, 0.1) == 0.0


def test_without_decay_it_lasts():
    assert training_premium(True, 500.0, 0.04, 0.0) == 0.04


@given(st.floats(0.0, 600.0), st.floats(0.0, 60.0), st.floats(0.0, 0.2), st.floats(0.0, 1.0))
def test_it_only_fades(months, more, premium, decay):
    here = training_premium(True, months, premium, decay)
    assert 0.0 <= training_premium(True, months + more, premium, decay) <= here <= premium
