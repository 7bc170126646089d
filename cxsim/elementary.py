"""Exponentials made of additions and multiplications alone, so that a loop over customers can compute several at a time.

The C library's are as good for one number, but no compiler turns a call into vector code. Nothing but IEEE arithmetic is used,
so plain Python and compiled code give the same bits on every machine.
"""

from __future__ import annotations

_SHRINK = 1.0 / 256.0
_LARGEST = 40.0


def exponential(x: float) -> float:
    """Return exp(x) for x within -40 to 40, clipped there; relative error below 1e-12.

    exp(x) = exp(x / 256)^256: the Taylor series to the ninth power, in pairs (Estrin's scheme), then eight squarings.
    """
    y = min(_LARGEST, max(-_LARGEST, x)) * _SHRINK
    yy = y * y
    low = (1.0 + y) + yy * (0.5 + y * (1.0 / 6.0))
    middle = (1.0 / 24.0 + y * (1.0 / 120.0)) + yy * (1.0 / 720.0 + y * (1.0 / 5040.0))
    high = 1.0 / 40320.0 + y * (1.0 / 362880.0)
    e = low + (yy * yy) * (middle + (yy * yy) * high)
    e *= e
    e *= e
    e *= e
    e *= e
    e *= e
    e *= e
    e *= e
    return e * e


def logistic(z: float) -> float:
    """Return 1 / (1 + exp(-z)); absolute error below 1e-12."""
    return 1.0 / (1.0 + exponential(-z))


def hyperbolic_tangent(x: float) -> float:
    """Return tanh(x); absolute error below 1e-12."""
    return 1.0 - 2.0 / (exponential(2.0 * x) + 1.0)
