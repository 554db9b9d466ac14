"""Exponential, logarithm and normal quantile in plain arithmetic.

The mathematical library of a machine and NumPy's differ in the last bit, and a worker's life must
not depend on either. These use additions, multiplications and exact scalings only, so Python, the
compiler and every machine give the same bits. Accurate to about 1e-15 relative (normal: 1e-9).
"""

from __future__ import annotations

import math

import numpy as np

from sim.compiled import rule

_LOG2_E = 1.4426950408889634
_LN2_HIGH = 0.693147180369123816490
_LN2_LOW = 1.90821492927058770002e-10
_POWERS_OF_TWO = np.ldexp(np.ones(2200), np.arange(-1074, 1126).clip(max=1023))
_SQRT_HALF = 0.7071067811865476


@rule
def exp(x: float) -> float:
    """e to the power x. Arguments beyond +-700 are cut there."""
    x = min(max(x, -700.0), 700.0)
    k = math.floor(x * _LOG2_E + 0.5)
    r = (x - k * _LN2_HIGH) - k * _LN2_LOW
    # Taylor series on |r| <= ln(2)/2, nested
    p = 1.0 + r * (1.0 / 11.0) * (1.0 + r * (1.0 / 12.0) * (1.0 + r * (1.0 / 13.0)))
    p = 1.0 + r * (1.0 / 9.0) * (1.0 + r * (1.0 / 10.0) * p)
    p = 1.0 + r * (1.0 / 7.0) * (1.0 + r * (1.0 / 8.0) * p)
    p = 1.0 + r * (1.0 / 5.0) * (1.0 + r * (1.0 / 6.0) * p)
    p = 1.0 + r * (1.0 / 3.0) * (1.0 + r * 0.25 * p)
    p = 1.0 + r * (1.0 + r * 0.5 * p)
    return p * _POWERS_OF_TWO[int(k) + 1074]


@rule
def log(x: float) -> float:
    """Natural logarithm of x > 0 (values below 1e-300 are cut there)."""
    mantissa, exponent = math.frexp(max(x, 1e-300))
    if mantissa < _SQRT_HALF:
        mantissa *= 2.0
        exponent -= 1
    s = (mantissa - 1.0) / (mantissa + 1.0)
    z = s * s
    series = 1.0 / 15.0 + z * (1.0 / 17.0 + z * (1.0 / 19.0 + z * (1.0 / 21.0)))
    series = 1.0 / 9.0 + z * (1.0 / 11.0 + z * (1.0 / 13.0 + z * series))
    series = 1.0 / 3.0 + z * (1.0 / 5.0 + z * (1.0 / 7.0 + z * series))
    return exponent * _LN2_HIGH + (2.0 * s + 2.0 * s * z * series + exponent * _LN2_LOW)


@rule
def logistic(x: float) -> float:
    """Probability of log-odds x."""
    return 1.0 / (1.0 + exp(-x))


@rule
def power(x: float, exponent: float) -> float:
    """x > 0 to any power."""
    return exp(exponent * log(x))


@rule
def normal_quantile(u: float) -> float:
    """Standard normal quantile of u in (0, 1).

    Source: P. Acklam's rational approximation, relative error below 1.2e-9.
    """
    if u < 0.02425 or u > 0.97575:
        q = math.sqrt(-2.0 * log(min(u, 1.0 - u)))
        tail = (
            ((((-7.784894002430293e-03 * q - 3.223964580411365e-01) * q - 2.400758277161838e00) * q
              - 2.549732539343734e00) * q + 4.374664141464968e00) * q + 2.938163982698783e00
        ) / (
            (((7.784695709041462e-03 * q + 3.224671290700398e-01) * q + 2.445134137142996e00) * q
             + 3.754408661907416e00) * q + 1.0
        )
        return tail if u < 0.5 else -tail
    q = u - 0.5
    r = q * q
    return (
        ((((-3.969683028665376e01 * r + 2.209460984245205e02) * r - 2.759285104469687e02) * r
          + 1.383577518672690e02) * r - 3.066479806614716e01) * r + 2.506628277459239e00
    ) * q / (
        ((((-5.447609879822406e01 * r + 1.615858368580409e02) * r - 1.556989798598866e02) * r
          + 6.680131188771972e01) * r - 1.328068155288572e01) * r + 1.0
    )
