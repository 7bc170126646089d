"""What a candidate model is: fitted once to a history, then able to forecast from any stretch of it.

Forecasting from a shorter stretch with the parameters of the whole history is what lets the intervals be checked
against the past at the price of one fit.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np

from cxsim.forecast.quantiles import Array, Quantiles

RECENT = {52: 520, 12: 120, 4: 40}
"""Points in ten years, for the seasons of a year."""
RECENT_OTHERWISE = 200
RECENT_SEASONS = 4


class CannotFit(Exception):
    """This history is not one that the candidate can be fitted to: the next one on the ladder takes over."""


@dataclass(frozen=True)
class Sample:
    """What a candidate is fitted to.

    Attributes
    ----------
    values : (points,) the history, NaN where missing.
    period : steps in one season, 1 for none.
    positive : whether values are never below zero.
    """

    values: Array
    period: int
    positive: bool

    @property
    def strictly_positive(self) -> bool:
        """Return whether every observed value is above zero."""
        return self.positive and bool((self.values[np.isfinite(self.values)] > 0.0).all())

    @property
    def has_missing(self) -> bool:
        """Return whether a value is missing."""
        return bool(np.isnan(self.values).any())

    @property
    def has_seasons(self) -> bool:
        """Return whether there are two whole seasons to learn from."""
        return self.period > 1 and self.values.size >= 2 * self.period


class Fitted(Protocol):
    """A candidate whose form and parameters are settled."""

    @property
    def form(self) -> str:
        """Return the form that was selected, in the notation of the literature."""

    @property
    def converged(self) -> bool:
        """Return whether the numerical search ended where it should."""

    def forecast(self, values: Array, horizon: int, probabilities: Array, rng: np.random.Generator) -> Quantiles:
        """Return the forecast of the steps that follow `values`, of shape (points,)."""


def recent(values: Array, period: int) -> Array:
    """Return the newest ten years, or 200 points or four of other seasons: what is older misleads about trends."""
    return values[-recent_points(period) :]


def recent_points(period: int) -> int:
    """Return how many points `recent` keeps."""
    return RECENT.get(period, max(RECENT_OTHERWISE, RECENT_SEASONS * period))


def unbiased(points: int, parameters: int) -> float:
    """Return by how much a maximum-likelihood standard deviation of the errors is too small: sqrt(n / (n - k))."""
    return float(np.sqrt(points / max(points - parameters, 1)))


def corrected_aic(log_likelihood: float, parameters: int, points: int) -> float:
    """Return the AIC with the small-sample correction of Hurvich and Tsai (1989); infinite where it does not exist."""
    room = points - parameters - 1
    if room <= 0 or not np.isfinite(log_likelihood):
        return float("inf")
    return -2.0 * log_likelihood + 2.0 * parameters + 2.0 * parameters * (parameters + 1) / room
