"""Scores of forecasts: accuracy of the centre, honesty of the interval, and whether one model beats another.

Errors are divided by the mean absolute (or squared) error that the seasonal naive forecast makes inside the history,
so that series of different size can be averaged (Hyndman and Koehler 2006). Interval and quantile scores are those of
Gneiting and Raftery (2007) and, weighted over levels, Bracher and others (2021).
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from statsmodels.tsa.stattools import diebold_mariano_test

from cxsim.forecast.candidates.naive import seasonal_differences
from cxsim.forecast.quantiles import Array

FEWEST_ORIGINS = 4


def naive_scale(history: Array, period: int) -> tuple[float, float]:
    """Return mean absolute and mean squared seasonal differences of a history; NaN where it never moves."""
    differences = seasonal_differences(history, period if history.size > period else 1)
    if differences.size == 0 or not np.any(differences):
        return float("nan"), float("nan")
    return float(np.mean(np.abs(differences))), float(np.mean(differences**2))


def mase(actual: Array, centre: Array, scale: float) -> float:
    """Return the mean absolute error over `scale`, the mean absolute seasonal difference of the history."""
    return float(np.mean(np.abs(actual - centre)) / scale)


def rmsse(actual: Array, centre: Array, squared_scale: float) -> float:
    """Return the root of the mean squared error over the mean squared seasonal difference of the history."""
    return float(np.sqrt(np.mean((actual - centre) ** 2) / squared_scale))


def bias(actual: Array, centre: Array, scale: float) -> float:
    """Return the mean of forecast less actual, over `scale`: above 0 the forecast is too high."""
    return float(np.mean(centre - actual) / scale)


def coverage(actual: Array, lower: Array, upper: Array) -> float:
    """Return the share of actual values inside their interval, the ends included."""
    return float(np.mean((actual >= lower) & (actual <= upper)))


def interval_score(actual: Array, lower: Array, upper: Array, level: float) -> Array:
    """Return width plus 2 / alpha times the miss, of shape (points,), with alpha = 1 - level / 100."""
    alpha = 1.0 - level / 100.0
    missed = np.maximum(lower - actual, 0.0) + np.maximum(actual - upper, 0.0)
    return upper - lower + 2.0 / alpha * missed


def weighted_interval_score(
    actual: Array, median: Array, lower: Sequence[Array], upper: Sequence[Array], levels: Sequence[float]
) -> Array:
    """Return the weighted interval score, of shape (points,): the mean over levels of alpha / 2 times their score.

    WIS = (|y - median| / 2 + sum over levels of alpha / 2 * IS) / (number of levels + 1 / 2).
    """
    total = 0.5 * np.abs(actual - median)
    for low, high, level in zip(lower, upper, levels, strict=True):
        total = total + 0.5 * (1.0 - level / 100.0) * interval_score(actual, low, high, level)
    return np.asarray(total / (len(levels) + 0.5), dtype=np.float64)


def pinball_loss(actual: Array, quantiles: Array, probabilities: Array) -> Array:
    """Return the pinball loss of quantiles of shape (points, probabilities), in the same shape."""
    error = actual[:, None] - quantiles
    return np.maximum(probabilities * error, (probabilities - 1.0) * error)


def crps_of_quantiles(actual: Array, quantiles: Array, probabilities: Array) -> Array:
    """Return the continuous ranked probability score, of shape (points,): twice the pinball loss over probabilities.

    The integral runs from 0 to 1; beyond the outermost quantile its loss is carried on.
    """
    losses = pinball_loss(actual, quantiles, probabilities)
    edges = np.concatenate([[0.0], (probabilities[1:] + probabilities[:-1]) / 2.0, [1.0]])
    return np.asarray(2.0 * losses @ np.diff(edges), dtype=np.float64)


def crps_of_ensemble(actual: Array, draws: Array) -> Array:
    """Return the unbiased score of draws of shape (draws, points): E|X - y| - E|X - X'| / 2, over distinct pairs."""
    count = draws.shape[0]
    ordered = np.sort(draws, axis=0)
    weights = 2.0 * np.arange(1, count + 1) - count - 1.0
    spread = weights @ ordered / (count * (count - 1.0))
    return np.asarray(np.mean(np.abs(draws - actual), axis=0) - spread, dtype=np.float64)


def diebold_mariano(losses: Array, rival_losses: Array, overlap: int) -> tuple[float, float]:
    """Return statistic and two-sided p of equal accuracy; below 0 the first model is the better one.

    Parameters
    ----------
    losses, rival_losses : (origins,) the loss of each forecast, in order of origin.
    overlap : how many neighbouring origins forecast the same step; sets the lags of the variance.

    The small-sample correction of Harvey, Leybourne and Newbold (1997) is on. NaN with fewer than four origins or
    where the losses never differ.
    """
    usable = np.isfinite(losses) & np.isfinite(rival_losses)
    first, second = losses[usable], rival_losses[usable]
    if first.size < max(FEWEST_ORIGINS, overlap + 2) or np.ptp(first - second) == 0.0:
        return float("nan"), float("nan")
    nothing = np.zeros(first.size)
    lags = overlap - 1  # more of them, as the library would take, reject too often with few origins
    result = diebold_mariano_test(nothing, first, second, criterion="mae", harvey_adj=True, horizon=overlap, lags=lags)
    return float(result.statistic), float(result.pvalue)
