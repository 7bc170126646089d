"""Exponentials and powers of additions and multiplications alone, so that a loop over customers can compute several at a time.

The C library's are as good for one number, but no compiler turns a call into vector code. Nothing but IEEE arithmetic is used,
so plain Python and compiled code give the same bits on every machine.
"""

from __future__ import annotations

import math

_LOG_2 = 0.6931471805599453
_SHRINK = 1.0 / 256.0
_LARGEST = 40.0


def exponential(x: float) -> float:
    """Return exp(x) for x within -40 to 40, clipped there; relative error below 1e-11 within -10 to 10, below 2e-7 at the ends.

    exp(x) = exp(x / 256)^256: the Taylor series to the sixth power, in pairs (Estrin's scheme), then eight squarings.
    """
    y = min(_LARGEST, max(-_LARGEST, x)) * _SHRINK
    yy = y * y
    low = (1.0 + y) + yy * (0.5 + y * (1.0 / 6.0))
    high = (1.0 / 24.0 + y * (1.0 / 120.0)) + yy * (1.0 / 720.0)
    e = low + (yy * yy) * high
    e *= e
    e *= e
    e *= e
    e *= e
    e *= e
    e *= e
    e *= e
    return e * e


def logistic(z: float) -> float:
    """Return 1 / (1 + exp(-z)); absolute error below 1e-11."""
    return 1.0 / (1.0 + exponential(-z))


def hyperbolic_tangent(x: float) -> float:
    """Return tanh(x); absolute error below 1e-11."""
    return 1.0 - 2.0 / (exponential(2.0 * x) + 1.0)


def power(x: float, exponent: float) -> float:
    """Return x to the power of `exponent`, 0 for x = 0 or below; as exact as `exponential` of `exponent` ln(x)."""
    return exponential(exponent * logarithm(x)) if x > 0.0 else 0.0


def logarithm(x: float) -> float:
    """Return ln(x) for a normal x > 0; absolute error below 1e-12.

    With x = m 2^k and m between sqrt(1/2) and sqrt(2): ln(x) = k ln(2) + 2 artanh(s), s = (m - 1) / (m + 1), as a Taylor series.
    """
    half, doublings = parts(x)
    small = half < 0.7071067811865476
    m = 2.0 * half if small else half
    k = float(doublings) - 1.0 if small else float(doublings)
    s = (m - 1.0) / (m + 1.0)
    r = s * s
    rr = r * r
    low = (1.0 + r * (1.0 / 3.0)) + rr * (1.0 / 5.0 + r * (1.0 / 7.0))
    high = (1.0 / 9.0 + r * (1.0 / 11.0)) + rr * (1.0 / 13.0)
    return k * _LOG_2 + (2.0 * s) * (low + (rr * rr) * high)


def parts(x: float) -> tuple[float, int]:
    """Return x > 0 as a number in [1/2, 1) and the power of two that it is multiplied with."""
    return math.frexp(x)
