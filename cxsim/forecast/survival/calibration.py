"""Whether predicted churn is right on average (calibration) and in order (concordance), with customers still there."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from cxsim.errors import Fault, InputError
from cxsim.forecast.survival.columns import FloatArray, read_durations
from cxsim.forecast.survival.kaplan_meier import kaplan_meier, survival_at


def calibration_table(
    table: pd.DataFrame,
    predicted_churn: ArrayLike,
    time: str,
    churned: str,
    horizon: float,
    groups: int = 10,
    confidence: float = 0.95,
) -> pd.DataFrame:
    """Return ``group, customers, predicted, observed, low, high`` of customers grouped by predicted churn by `horizon`.

    Observed churn is 1 - Kaplan-Meier, so customers who are watched for less than `horizon` count for as long as they
    are.

    Parameters
    ----------
    predicted_churn : (rows,) probability of having churned by `horizon`.

    Raises
    ------
    InputError : a prediction per row is missing or outside 0 to 1, or columns that cannot be used.
    """
    predicted = np.asarray(predicted_churn, dtype=np.float64)
    if predicted.shape != (len(table),) or not np.all((predicted >= 0) & (predicted <= 1)):
        raise InputError([Fault("predicted_churn", "needs one probability per row", predicted.shape)])
    order = np.argsort(predicted, kind="stable")
    rows = []
    for group, members in enumerate(np.array_split(order, min(groups, order.size)), start=1):
        curve = kaplan_meier(table.iloc[members], time, churned, confidence=confidence)
        at = survival_at(curve, np.asarray([horizon])).iloc[0]
        rows.append(
            {
                "group": group,
                "customers": members.size,
                "predicted": predicted[members].mean(),
                "observed": 1.0 - at["survival"],
                "low": 1.0 - at["high"],
                "high": 1.0 - at["low"],
            }
        )
    return pd.DataFrame(rows)


def concordance(table: pd.DataFrame, risk: ArrayLike, time: str, churned: str) -> float:
    """Return the share of comparable pairs in which the customer of higher `risk` churned first; ties count half.

    A pair is comparable when the earlier of its two times is a churn (Harrell 1982); .5 is chance. NaN without such a
    pair.
    """
    _, end, event = read_durations(table, time, churned)
    score = np.asarray(risk, dtype=np.float64)
    if score.shape != end.shape or np.isnan(score).any():
        raise InputError([Fault("risk", "needs one number per row", score.shape)])
    rank = np.unique(score, return_inverse=True)[1]
    latest_first = np.lexsort((event, -end))
    end, event, rank = end[latest_first], event[latest_first], rank[latest_first]
    outlived = _outliving(end, event)[event == 1.0]
    lower = _count_below(rank, outlived, rank[event == 1.0])
    not_higher = _count_below(rank, outlived, rank[event == 1.0] + 1)
    pairs = float(outlived.sum())
    return float((lower + not_higher).sum() / 2.0 / pairs) if pairs else np.nan


def _outliving(end: FloatArray, event: FloatArray) -> NDArray[np.int64]:
    """Return how many customers outlive each: the length of the head of a list ordered by time, latest first.

    Who is still there at the very time of a churn has outlived it, and is ordered before it.
    """
    fresh = np.concatenate(([True], (end[1:] != end[:-1]) | (event[1:] != event[:-1])))
    return np.asarray(np.flatnonzero(fresh)[np.cumsum(fresh) - 1])


def _count_below(values: NDArray[np.int64], heads: NDArray[np.int64], below: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return, for each query, how many of the first ``heads`` values are smaller than ``below``.

    A wavelet matrix: the values are split by one bit after the other, so a million customers take a second and no table
    of pairs is made (Claude, Navarro and Ordonez 2015).
    """
    low, high = np.zeros_like(heads), heads.copy()
    count = np.zeros_like(heads)
    for bit in range(int(values.max(initial=0) + 1).bit_length() - 1, -1, -1):
        is_zero = (values >> bit) & 1 == 0
        zeros = np.concatenate(([0], np.cumsum(is_zero)))
        goes_right = (below >> bit) & 1 == 1
        zeros_low, zeros_high = zeros[low], zeros[high]
        count += np.where(goes_right, zeros_high - zeros_low, 0)
        low = np.where(goes_right, zeros[-1] + low - zeros_low, zeros_low)
        high = np.where(goes_right, zeros[-1] + high - zeros_high, zeros_high)
        values = np.concatenate((values[is_zero], values[~is_zero]))
    return count
