"""Exponential, logarithm and normal quantile in plain arithmetic.

The mathematical library of a machine and NumPy's differ in the last bit, and a worker's life must
not depend on either. These use additions, multiplications and exact scalings only, so Python, the
compiler and every machine give the same bits. Accurate to about 1e-15 relative (normal: 1e-9).
"""

from __future__ import annotations

import math

import numpy as np

from sim.core.compiled import inlined_rule, rule

GOLDEN_RATIO = (1.0 + 5.0**0.5) / 2.0  # what its multiples leave of whole numbers is spread evenly
_STEPS_PER_LOG = 92.33248261689366  # 64 / ln 2
_STEP_HIGH = 0.010830424493178725  # ln 2 / 64, with the low bits of the product cleared
_STEP_LOW = 2.030704202170295e-10
# 2 ** (j / 64), each correctly rounded, in full digits so that no library computes them anew
_ROOTS = np.array(
    [
        float.fromhex(text)
        for text in (
            "0x1.0000000000000p+0",
            "0x1.02c9a3e778061p+0",
            "0x1.059b0d3158574p+0",
            "0x1.0874518759bc8p+0",
            "0x1.0b5586cf9890fp+0",
            "0x1.0e3ec32d3d1a2p+0",
            "0x1.11301d0125b51p+0",
            "0x1.1429aaea92de0p+0",
            "0x1.172b83c7d517bp+0",
            "0x1.1a35beb6fcb75p+0",
            "0x1.1d4873168b9aap+0",
            "0x1.2063b88628cd6p+0",
            "0x1.2387a6e756238p+0",
            "0x1.26b4565e27cddp+0",
            "0x1.29e9df51fdee1p+0",
            "0x1.2d285a6e4030bp+0",
            "0x1.306fe0a31b715p+0",
            "0x1.33c08b26416ffp+0",
            "0x1.371a7373aa9cbp+0",
            "0x1.3a7db34e59ff7p+0",
            "0x1.3dea64c123422p+0",
            "0x1.4160a21f72e2ap+0",
            "0x1.44e086061892dp+0",
            "0x1.486a2b5c13cd0p+0",
            "0x1.4bfdad5362a27p+0",
            "0x1.4f9b2769d2ca7p+0",
            "0x1.5342b569d4f82p+0",
            "0x1.56f4736b527dap+0",
            "0x1.5ab07dd485429p+0",
            "0x1.5e76f15ad2148p+0",
            "0x1.6247eb03a5585p+0",
            "0x1.6623882552225p+0",
            "0x1.6a09e667f3bcdp+0",
            "0x1.6dfb23c651a2fp+0",
            "0x1.71f75e8ec5f74p+0",
            "0x1.75feb564267c9p+0",
            "0x1.7a11473eb0187p+0",
            "0x1.7e2f336cf4e62p+0",
            "0x1.82589994cce13p+0",
            "0x1.868d99b4492edp+0",
            "0x1.8ace5422aa0dbp+0",
            "0x1.8f1ae99157736p+0",
            "0x1.93737b0cdc5e5p+0",
            "0x1.97d829fde4e50p+0",
            "0x1.9c49182a3f090p+0",
            "0x1.a0c667b5de565p+0",
            "0x1.a5503b23e255dp+0",
            "0x1.a9e6b5579fdbfp+0",
            "0x1.ae89f995ad3adp+0",
            "0x1.b33a2b84f15fbp+0",
            "0x1.b7f76f2fb5e47p+0",
            "0x1.bcc1e904bc1d2p+0",
            "0x1.c199bdd85529cp+0",
            "0x1.c67f12e57d14bp+0",
            "0x1.cb720dcef9069p+0",
            "0x1.d072d4a07897cp+0",
            "0x1.d5818dcfba487p+0",
            "0x1.da9e603db3285p+0",
            "0x1.dfc97337b9b5fp+0",
            "0x1.e502ee78b3ff6p+0",
            "0x1.ea4afa2a490dap+0",
            "0x1.efa1bee615a27p+0",
            "0x1.f50765b6e4540p+0",
            "0x1.fa7c1819e90d8p+0",
        )
    ]
)
_LN2_HIGH = 0.693147180369123816490
_LN2_LOW = 1.90821492927058770002e-10
_SQRT_HALF = 0.7071067811865476
_FRACTION, _HALF = (1 << 52) - 1, 1022 << 52  # bits of a double: its fraction, and those of 0.5


@rule
def exp(x: float) -> float:
    """e to the power x. Arguments beyond +-700 are cut there."""
    x = min(max(x, -700.0), 700.0)
    k = math.floor(x * _STEPS_PER_LOG + 0.5)
    r = (x - k * _STEP_HIGH) - k * _STEP_LOW
    square = r * r
    # Taylor series on |r| <= ln(2) / 128
    p = 1.0 + r + square * (0.5 + r * (1.0 / 6.0) + square * (1.0 / 24.0 + r * (1.0 / 120.0)))
    whole = int(k)
    power_of_two = np.int64(((whole >> 6) + 1023) << 52).view(np.float64)  # from its bits: no look-up
    return p * _ROOTS[whole & 63] * float(power_of_two)


@rule
def log(x: float) -> float:
    """Natural logarithm of x > 0 (values below 1e-300 are cut there)."""
    # x = mantissa * 2**exponent, 0.5 <= mantissa < 1, from the bits: loops over this are vectorised
    bits = int(np.float64(max(x, 1e-300)).view(np.int64))
    exponent = float((bits >> 52) - 1022)
    mantissa = float(np.int64((bits & _FRACTION) | _HALF).view(np.float64))
    is_small = mantissa < _SQRT_HALF
    mantissa = 2.0 * mantissa if is_small else mantissa
    exponent = exponent - 1.0 if is_small else exponent
    s = (mantissa - 1.0) / (mantissa + 1.0)
    z = s * s
    series = 1.0 / 15.0 + z * (1.0 / 17.0 + z * (1.0 / 19.0 + z * (1.0 / 21.0)))
    series = 1.0 / 9.0 + z * (1.0 / 11.0 + z * (1.0 / 13.0 + z * series))
    series = 1.0 / 3.0 + z * (1.0 / 5.0 + z * (1.0 / 7.0 + z * series))
    value = exponent * _LN2_HIGH + (2.0 * s + 2.0 * s * z * series + exponent * _LN2_LOW)
    return value + (x - x)  # what is not a number stays so


@inlined_rule
def picked(condition: bool, one: int, other: int) -> int:
    """One of two whole numbers, without a branch, which the processor might guess wrong."""
    return other + (one - other) * condition


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
            (
                (
                    ((-7.784894002430293e-03 * q - 3.223964580411365e-01) * q - 2.400758277161838e00) * q
                    - 2.549732539343734e00
                )
                * q
                + 4.374664141464968e00
            )
            * q
            + 2.938163982698783e00
        ) / (
            (
                ((7.784695709041462e-03 * q + 3.224671290700398e-01) * q + 2.445134137142996e00) * q
                + 3.754408661907416e00
            )
            * q
            + 1.0
        )
        return tail if u < 0.5 else -tail
    q = u - 0.5
    r = q * q
    return (
        (
            (
                (
                    ((-3.969683028665376e01 * r + 2.209460984245205e02) * r - 2.759285104469687e02) * r
                    + 1.383577518672690e02
                )
                * r
                - 3.066479806614716e01
            )
            * r
            + 2.506628277459239e00
        )
        * q
        / (
            (
                (
                    ((-5.447609879822406e01 * r + 1.615858368580409e02) * r - 1.556989798598866e02) * r
                    + 6.680131188771972e01
                )
                * r
                - 1.328068155288572e01
            )
            * r
            + 1.0
        )
    )
