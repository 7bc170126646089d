"""How much of a history its season explains."""

from __future__ import annotations

import numpy as np
from statsmodels.tsa.seasonal import STL

from cxsim.forecast.quantiles import Array

STRONG_SEASON = 0.64
"""Strength from which a season is taken for granted (the threshold of Hyndman and Athanasopoulos 2021)."""


def season_strength(level: Array, period: int) -> float:
    """Return the share of the detrended variance that the season explains, 0 to 1 (Wang, Smith and Hyndman 2006).

    Parameters
    ----------
    level : (points,) without missing values, two seasons or more.
    """
    parts = STL(level, period=period).fit()
    detrended = float(np.var(parts.resid + parts.seasonal))
    return max(0.0, 1.0 - float(np.var(parts.resid)) / detrended) if detrended > 0.0 else 0.0
