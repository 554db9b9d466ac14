"""The project's own exp, log and normal quantile: accurate, and the same bits compiled or not."""

from __future__ import annotations

import math
from statistics import NormalDist

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from sim.core.arithmetic import exp, log, logistic, normal_quantile, power
from sim.core.compiled import kernel

EXACT = 2e-15  # relative; the module promises about 1e-15
QUANTILE = 1.2e-9  # relative, as the source of the approximation says


def numbers(low: float, high: float):
    return st.floats(low, high, allow_nan=False, allow_infinity=False)


# --- accuracy -----------------------------------------------------------------------------------------


@given(numbers(-700.0, 700.0))
@example(0.0)
@example(-700.0)
@example(700.0)
@example(0.5 * math.log(2.0))
@example(1e-300)
def test_exp_is_accurate(x):
    assert exp(x) == pytest.approx(math.exp(x), rel=EXACT)


@pytest.mark.parametrize("x", [701.0, 1e6, math.inf])
def test_exp_is_cut_rather_than_infinite(x):
    assert exp(x) == exp(700.0)
    assert 0.0 < exp(-x) == exp(-700.0)


def test_exp_of_zero_is_one_and_log_of_one_is_zero():
    assert exp(0.0) == 1.0
    assert log(1.0) == 0.0


@given(numbers(1e-300, 1e300))
@example(1.0 + 2.0**-52)
@example(1.0 - 2.0**-53)
@example(math.sqrt(0.5))
@example(0.7071067811865475)
@example(2.0**-996)
@example(1e300)
def test_log_is_accurate(x):
    assert log(x) == pytest.approx(math.log(x), rel=EXACT, abs=1e-300)


@pytest.mark.parametrize("x", [0.0, 5e-324, 1e-301])
def test_log_is_cut_rather_than_infinite(x):
    assert log(x) == log(1e-300) == pytest.approx(math.log(1e-300))


@given(numbers(-650.0, 650.0))
def test_log_undoes_exp(x):
    assert log(exp(x)) == pytest.approx(x, rel=1e-15, abs=1e-15)


@given(numbers(-690.0, 690.0), numbers(1e-12, 5.0))
def test_exp_never_falls(x, step):
    assert exp(x + step) >= exp(x)


@given(numbers(-800.0, 800.0))
def test_logistic_is_a_probability_and_symmetric(x):
    assert 0.0 <= logistic(x) <= 1.0
    assert logistic(x) + logistic(-x) == pytest.approx(1.0, rel=1e-15)


@given(numbers(-36.0, 36.0))
def test_logistic_inverts_the_log_odds(x):
    p = logistic(-abs(x))
    assert math.log(p / (1.0 - p)) == pytest.approx(-abs(x), rel=1e-12, abs=1e-12)


@given(numbers(1e-9, 1e9), numbers(-20.0, 20.0))
@example(1e-6, 0.5)
def test_power_is_accurate(x, exponent):
    # an error of the last bit in exponent * log(x) is multiplied by its size
    size = abs(exponent * math.log(x))
    assert power(x, exponent) == pytest.approx(x**exponent, rel=EXACT * (1.0 + size))


@given(numbers(1e-9, 1e9))
def test_power_of_one_and_none(x):
    assert power(x, 0.0) == 1.0
    assert power(x, 1.0) == pytest.approx(x, rel=5e-14)


@given(numbers(2.0**-33, 1.0 - 2.0**-33))
@example(2.0**-33)  # the smallest and largest uniform numbers that can be drawn
@example(1.0 - 2.0**-33)
@example(0.02425)
@example(0.97575)
@example(math.nextafter(0.02425, 0.0))
@example(math.nextafter(0.97575, 1.0))
def test_normal_quantile_is_accurate(u):
    assert normal_quantile(u) == pytest.approx(NormalDist().inv_cdf(u), rel=QUANTILE, abs=1e-15)


@given(numbers(0.0001, 0.9999), numbers(1e-7, 0.0001))
def test_normal_quantile_rises(u, step):
    assert normal_quantile(min(u + step, 1.0 - 1e-9)) > normal_quantile(u)


def test_normal_quantile_is_finite_at_the_ends_and_odd():
    assert normal_quantile(0.5) == 0.0
    assert math.isfinite(normal_quantile(0.0)) and math.isfinite(normal_quantile(1.0))
    for u in (0.001, 0.02, 0.1, 0.3):
        assert normal_quantile(u) == pytest.approx(-normal_quantile(1.0 - u), rel=1e-12)


# --- compiled and as written --------------------------------------------------------------------------


@kernel
def _all_functions(x, positive, u, exponent, out):
    for i in range(len(x)):
        out[0, i] = exp(x[i])
        out[1, i] = log(positive[i])
        out[2, i] = logistic(x[i])
        out[3, i] = power(positive[i], exponent[i])
        out[4, i] = normal_quantile(u[i])


def test_compiled_code_gives_the_same_bits():
    spread = (np.arange(20_000) * 0.6180339887498949) % 1.0  # evenly spread, no random numbers
    x = np.concatenate([1500.0 * spread - 750.0, 20.0 * spread - 10.0, [0.0, 700.0, -700.0]])
    positive = np.exp(np.clip(x, -700.0, 700.0))
    positive[:4] = [0.0, 5e-324, 1.0, 1e300]
    u = np.clip(np.resize(spread, len(x)), 2.0**-33, 1.0 - 2.0**-33)
    exponent = 8.0 * np.resize(spread[::-1], len(x)) - 4.0
    compiled, written = np.empty((2, 5, len(x)))
    _all_functions(x, positive, u, exponent, compiled)
    _all_functions.python(x, positive, u, exponent, written)
    assert np.array_equal(compiled.view(np.int64), written.view(np.int64))
