r"""Kaplan-Meier: the share of customers still there, when some are still there at the end of the data.

.. math:: \hat S(t) = \prod_{t_j \le t} \left(1 - \frac{d_j}{n_j}\right)

with d_j lost among n_j at risk. The pointwise interval is normal on log(-log S), which stays within 0 and 1; the band
holds for the whole curve at once (Hall & Wellner 1980).

Sources: Kaplan & Meier (1958); Greenwood (1926); Kalbfleisch & Prentice (2002), ch. 1.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy.special import ndtri

from cxsim.errors import Fault, InputError
from cxsim.forecast.survival.columns import FloatArray, read_durations, require_columns


def kaplan_meier(
    table: pd.DataFrame, time: str, churned: str, *, entry: str = "", by: str = "", confidence: float = 0.95
) -> pd.DataFrame:
    """Return the survival curve, one row per time of a churn: ``time, at_risk, churned, survival, low, high``.

    Parameters
    ----------
    time, churned : columns of the time watched and of whether it ended in churn.
    entry : column of the tenure at which a customer came under observation, for customers not watched from the start.
    by : column whose values get a curve each, as a first column of that name.

    Raises
    ------
    InputError : columns or values that cannot be used.
    """
    if by:
        require_columns(table, [by])
        curves = [
            kaplan_meier(part, time, churned, entry=entry, confidence=confidence).assign(**{by: level})
            for level, part in table.groupby(by, sort=True, observed=True)
        ]
        curve = pd.concat(curves, ignore_index=True)
        return curve[[by, *(name for name in curve.columns if name != by)]]
    start, end, event = read_durations(table, time, churned, entry)
    times, lost, at_risk = _counts(start, end, event)
    survival = np.cumprod(1.0 - lost / at_risk)
    low, high = _pointwise(survival, lost, at_risk, confidence)
    columns = {"time": times, "at_risk": at_risk, "churned": lost, "survival": survival, "low": low, "high": high}
    return pd.DataFrame(columns)


def simultaneous_band(table: pd.DataFrame, time: str, churned: str, confidence: float = 0.95) -> pd.DataFrame:
    """Return columns ``time, low, high``: a band that holds the whole curve with the nominal confidence.

    Raises
    ------
    InputError : a confidence other than .90, .95 or .99, for which the band is tabulated.
    """
    from statsmodels.duration.survfunc import SurvfuncRight

    if confidence not in (0.90, 0.95, 0.99):
        raise InputError([Fault("confidence", "of a band must be 0.90, 0.95 or 0.99", confidence)])
    _, end, event = read_durations(table, time, churned)
    curve = SurvfuncRight(end, event)
    with np.errstate(divide="ignore", invalid="ignore"):
        low, high = curve.simultaneous_cb(alpha=round(1.0 - confidence, 2), method="hw", transform="log")
    return pd.DataFrame({"time": curve.surv_times, "low": np.clip(low, 0.0, 1.0), "high": np.clip(high, 0.0, 1.0)})


def survival_at(curve: pd.DataFrame, times: FloatArray) -> pd.DataFrame:
    """Return ``time, survival, low, high`` of one curve read at any times; 1 before the first churn."""
    row = np.searchsorted(curve["time"].to_numpy(), np.asarray(times, dtype=np.float64), side="right")
    padded = {name: np.concatenate(([1.0], curve[name].to_numpy())) for name in ("survival", "low", "high")}
    return pd.DataFrame({"time": times, **{name: values[row] for name, values in padded.items()}})


def median_time(curve: pd.DataFrame) -> tuple[float, float, float]:
    """Return (median, low, high) time to churn; infinite where the curve or its bound never falls to one half."""
    return _first_time(curve, "survival"), _first_time(curve, "low"), _first_time(curve, "high")


def _first_time(curve: pd.DataFrame, column: str) -> float:
    below = curve.loc[curve[column] <= 0.5, "time"]
    return float(below.iloc[0]) if len(below) else np.inf


def _counts(start: FloatArray, end: FloatArray, event: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Return the distinct times of churn, the customers lost at each, and those at risk just before."""
    times, lost = np.unique(end[event == 1.0], return_counts=True)
    left = np.searchsorted(np.sort(end), times, side="left")
    entered = np.searchsorted(np.sort(start), times, side="left")
    return times, lost.astype(np.float64), (entered - left).astype(np.float64)


def _pointwise(
    survival: FloatArray, lost: FloatArray, at_risk: FloatArray, confidence: float
) -> tuple[FloatArray, FloatArray]:
    """Return the bounds of the interval on log(-log S), by Greenwood's variance; [0, 1] once everybody is gone."""
    with np.errstate(divide="ignore", invalid="ignore"):
        variance = np.cumsum(lost / (at_risk * (at_risk - lost)))
        spread = ndtri((1.0 + confidence) / 2.0) * np.sqrt(variance) / np.abs(np.log(survival))
        low, high = survival ** np.exp(spread), survival ** np.exp(-spread)
    gone = survival <= 0.0
    return np.where(gone, 0.0, low), np.where(gone, 1.0, high)
