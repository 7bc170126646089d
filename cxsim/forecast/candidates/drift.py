"""Seasonal random walk with drift: the last season repeated, plus the mean change from one season to the next.

    y[T+h] = y[T+h-m k] + k d,   variance s^2 (k + k^2 m / n),   k = floor((h - 1) / m) + 1

with m steps in a season, d and s^2 mean and variance of the n changes over a season. Changes within one season go
together, so n of them are worth n / m. With m = 1 it is the random walk with drift (Hyndman and Athanasopoulos 2021,
section 5.2). It stays on the scale of the data: a straight line goes on straight, and nothing explodes. Missing changes
are left out.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from cxsim.forecast.candidates.candidate import CannotFit, Sample, recent
from cxsim.forecast.candidates.naive import last_season, seasonal_differences
from cxsim.forecast.quantiles import Array, Quantiles, from_normal

MIN_POINTS, FEWEST_CHANGES = 6, 4


@dataclass(frozen=True)
class Drift:
    """The season; mean and variance of the changes are found anew in every history."""

    period: int
    positive: bool
    converged: bool = True

    @property
    def form(self) -> str:
        """Return the form in words."""
        return f"last {f'season of {self.period}' if self.period > 1 else 'value'} with drift"

    def forecast(self, values: Array, horizon: int, probabilities: Array, rng: np.random.Generator) -> Quantiles:
        """Return the forecast of the steps that follow `values`, of shape (points,)."""
        newest = recent(values, self.period)
        period = self.period if newest.size >= self.period + FEWEST_CHANGES else 1
        changes = seasonal_differences(newest, period)
        if changes.size < FEWEST_CHANGES:
            raise CannotFit(f"a drift needs {FEWEST_CHANGES} changes from one season to the next")
        seasons = np.arange(horizon) // period + 1
        centre = last_season(newest, period)[np.arange(horizon) % period] + seasons * changes.mean()
        spread = np.sqrt(changes.var(ddof=1) * (seasons + seasons**2 * period / changes.size))
        quantiles = from_normal(centre, spread, probabilities)
        floor = 0.0 if self.positive else -np.inf
        return Quantiles(np.maximum(quantiles.centre, floor), np.maximum(quantiles.values, floor))


def fit(sample: Sample) -> Drift:
    """Return the seasonal random walk with drift of a sample: nothing is estimated in advance.

    Raises
    ------
    CannotFit
        With fewer than six observed points.
    """
    if np.isfinite(sample.values).sum() < MIN_POINTS:
        raise CannotFit(f"a drift needs {MIN_POINTS} points")
    return Drift(sample.period, sample.positive)
