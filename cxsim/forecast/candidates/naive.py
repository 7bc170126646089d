"""Seasonal naive: every step equals the same step of the last season; the yardstick beside every forecast.

    y[T+h] = y[T+h-m k],  variance s^2 k,  k = floor((h - 1) / m) + 1

with m steps in a season and s^2 the mean squared difference to the season before (Hyndman and Athanasopoulos 2021,
section 5.5). With m = 1 it is the random walk. Missing differences are left out.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.stats import t as student

from cxsim.forecast.candidates.candidate import CannotFit, Sample
from cxsim.forecast.quantiles import Array, Quantiles


@dataclass(frozen=True)
class SeasonalNaive:
    """The last season, repeated; with few differences to learn from, its interval is Student's."""

    period: int
    positive: bool
    converged: bool = True

    @property
    def form(self) -> str:
        """Return the form in words."""
        return f"last season of {self.period}" if self.period > 1 else "last value"

    def forecast(self, values: Array, horizon: int, probabilities: Array, rng: np.random.Generator) -> Quantiles:
        """Return the forecast of the steps that follow `values`, of shape (points,)."""
        period = self.period if values.size > self.period else 1
        steps = np.arange(horizon)
        centre = last_season(values, period)[steps % period]
        differences = seasonal_differences(values, period)
        if differences.size == 0:
            differences = seasonal_differences(values[np.isfinite(values)], 1)
        if differences.size == 0:
            raise CannotFit("seasonal naive needs two observed points")
        spread = np.sqrt(np.mean(differences**2) * (steps // period + 1))
        ends = student.ppf(probabilities, df=differences.size)
        quantiles = centre[:, None] + spread[:, None] * ends[None, :]
        return Quantiles(centre, np.maximum(quantiles, 0.0) if self.positive else quantiles)


def fit(sample: Sample) -> SeasonalNaive:
    """Return the seasonal naive forecast of a sample: nothing is estimated in advance."""
    return SeasonalNaive(sample.period, sample.positive)


def last_season(values: Array, period: int) -> Array:
    """Return the last season, of shape (period,): where a step is missing, the newest that was observed."""
    season = values[-period:].copy()
    observed = np.flatnonzero(np.isfinite(values))
    for step in np.flatnonzero(np.isnan(season)):
        position = values.size - period + int(step)
        same = observed[(observed % period) == (position % period)]
        season[step] = values[same[-1] if same.size else observed[-1]]
    return season


def seasonal_differences(values: Array, period: int) -> Array:
    """Return the observed differences to the season before."""
    differences = values[period:] - values[:-period]
    return differences[np.isfinite(differences)]
