"""Widen-only calibration: intervals that missed the recent past are widened until they would not have.

The forecast is repeated from up to `MOST_ORIGINS` earlier points. Each step of each gives a score

    |y - centre| / half-width on the side of the miss

and the interval of level L is widened by the ceil((n + 1) L)-th smallest of the n scores (split conformal prediction:
Vovk, Gammerman and Shafer 2005), never narrowed. Narrowing as well gives sharper intervals that cover too little. The
steps of one origin depend on each other, so the finite-sample guarantee of independent scores does not hold.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from cxsim.forecast.quantiles import Array, Quantiles

MOST_ORIGINS = 8
LEAST_SEASONS = 2
LEAST_POINTS = 24
"""What a repeated forecast must see: from fewer points it says more about the members' need of data than about the interval."""
WIDEST = 5.0

Forecaster = Callable[[Array, int], Quantiles]
"""Takes a history and a horizon."""


def widening(forecaster: Forecaster, values: Array, period: int, horizon: int, probabilities: Array) -> Array:
    """Return by how much each quantile moves away from the centre: (probabilities,) factors of at least 1."""
    scores = past_scores(forecaster, values, period, horizon, probabilities)
    factors = [conformal_factor(scores[:, index], abs(2.0 * p - 1.0)) for index, p in enumerate(probabilities)]
    both_sides = np.maximum(factors, factors[::-1])
    return np.clip(both_sides, 1.0, WIDEST)


def conformal_factor(scores: Array, coverage: float) -> float:
    """Return the ceil((n + 1) coverage)-th smallest of n scores, the largest where that order does not exist."""
    usable = np.sort(scores[np.isfinite(scores)])
    if usable.size == 0 or coverage <= 0.0:
        return 1.0
    order = int(np.ceil((usable.size + 1) * coverage))
    return float(usable[min(max(order, 1), usable.size) - 1])


def widen(forecast: Quantiles, factors: Array, floor: float = -np.inf) -> Quantiles:
    """Return the forecast with its quantiles moved away from the centre, none below `floor`."""
    moved = forecast.centre[:, None] + factors[None, :] * (forecast.values - forecast.centre[:, None])
    return Quantiles(forecast.centre, np.maximum(np.sort(moved, axis=1), floor))


def past_origins(points: int, period: int, horizon: int) -> list[int]:
    """Return how many points each repeated forecast may see, evenly spread and at most `MOST_ORIGINS` of them."""
    first = max(LEAST_SEASONS * period, LEAST_POINTS, points - MOST_ORIGINS * max(horizon // 2, 1))
    if first >= points:
        return []
    return sorted({int(origin) for origin in np.linspace(first, points - 1, MOST_ORIGINS)})


def past_scores(forecaster: Forecaster, values: Array, period: int, horizon: int, probabilities: Array) -> Array:
    """Return the scores of the repeated forecasts, of shape (scores, probabilities)."""
    rows: list[Array] = [np.empty((0, probabilities.size))]
    for origin in past_origins(values.size, period, horizon):
        actual = values[origin : origin + horizon]
        past = forecaster(values[:origin], actual.size)
        error = (actual - past.centre)[:, None]
        lower, upper = past.values, past.values[:, ::-1]
        low, high = np.minimum(lower, upper), np.maximum(lower, upper)
        width = np.where(error < 0.0, past.centre[:, None] - low, high - past.centre[:, None])
        with np.errstate(divide="ignore", invalid="ignore"):
            score = np.abs(error) / width
        rows.append(score[np.isfinite(actual)])
    return np.concatenate(rows)
