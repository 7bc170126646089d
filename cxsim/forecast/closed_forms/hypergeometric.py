"""Gauss's hypergeometric function where the general routine loses digits."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

type FloatArray = NDArray[np.float64]


def hyp2f1_unit(b: FloatArray, c: FloatArray, v: float) -> FloatArray:
    r"""Return :math:`{}_2F_1(1, b; c; v) = \sum_k v^k (b)_k / (c)_k` for c >= b > 0 and 0 <= v < 1, the shape of `b`.

    Gauss's continued fraction converges fast even for v close to 1 and large b and c, which is where weekly discounting
    of loyal customers lands.

    Source: Cuyt et al. (2008), Handbook of Continued Fractions for Special Functions, 15.3.
    """
    root = np.sqrt(1.0 - v)
    levels = int(np.ceil(37.0 / -np.log((1.0 - root) / (1.0 + root)))) + 10 if v > 0 else 2
    value = np.ones_like(b)
    for m in range(levels, 1, -1):
        even = m * (c - 1.0 - b + m) / ((c + (2 * m - 2)) * (c + (2 * m - 1)))
        odd = (b + (m - 1)) * (c + (m - 2)) / ((c + (2 * m - 3)) * (c + (2 * m - 2)))
        value = 1.0 - odd * v / (1.0 - even * v / value)
    return np.asarray(1.0 / (1.0 - b / c * v / (1.0 - (c - b) / (c * (c + 1.0)) * v / value)))
