"""The table of effects that every hazard model shares."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from scipy.special import ndtr, ndtri

from cxsim.forecast.survival.columns import FloatArray


def hazard_ratios(terms: Sequence[str], coefficients: FloatArray, se: FloatArray, confidence: float) -> pd.DataFrame:
    """Return ``term, coefficient, se, hazard_ratio, low, high, p_value``; low and high bound the ratio."""
    half = ndtri((1.0 + confidence) / 2.0) * se
    return pd.DataFrame(
        {
            "term": list(terms),
            "coefficient": coefficients,
            "se": se,
            "hazard_ratio": np.exp(coefficients),
            "low": np.exp(coefficients - half),
            "high": np.exp(coefficients + half),
            "p_value": 2.0 * ndtr(-np.abs(coefficients) / se),
        }
    )
