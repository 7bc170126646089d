"""The models that can be asked for by name, each fitted and known to give sane numbers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from cxsim.forecast.candidates import drift, ets, naive, sarima, theta, unobserved
from cxsim.forecast.candidates.candidate import CannotFit, Fitted, Sample, recent, recent_points
from cxsim.forecast.combine import mean_of
from cxsim.forecast.quantiles import Array, Quantiles
from cxsim.forecast.standard import AS_IT_IS, Standard, standard_of

NAIVE = "seasonal_naive"
SANE_RANGES = 5.0
NEWEST_SHARE = 0.6
"""The second window holds so much of what `recent_points` takes into account: six years of ten."""

MEMBERS: dict[str, Callable[[Sample], Fitted]] = {
    "ets": ets.fit,
    "sarima": sarima.fit,
    "airline": sarima.fit_airline,
    "theta": theta.fit,
    "unobserved": unobserved.fit,
    "drift": drift.fit,
    NAIVE: naive.fit,
}


@dataclass(frozen=True)
class Member:
    """A fitted model and its forecast.

    Attributes
    ----------
    name : among `MEMBERS`.
    fitted : the model with its form and parameters.
    quantiles : its forecast from the end of the history, on the scale of the sample.
    """

    name: str
    fitted: Fitted
    quantiles: Quantiles


@dataclass(frozen=True)
class Standardised:
    """A model fitted to a standardised history; it takes histories and gives forecasts in their own unit."""

    fitted: Fitted
    standard: Standard

    @property
    def form(self) -> str:
        """Return the form of the model."""
        return self.fitted.form

    @property
    def converged(self) -> bool:
        """Return whether its search ended where it should."""
        return self.fitted.converged

    def forecast(self, values: Array, horizon: int, probabilities: Array, rng: np.random.Generator) -> Quantiles:
        """Return the forecast of the steps that follow `values`, of shape (points,)."""
        return self.standard.back(self.fitted.forecast(self.standard.forward(values), horizon, probabilities, rng))


def standardised(sample: Sample) -> tuple[Sample, Standard]:
    """Return a sample in a unit of its own, found from the newest points, which most models look at.

    A positive sample stays as it is: its zero means something, and its logarithm knows no unit.
    """
    standard = AS_IT_IS if sample.positive else standard_of(recent(sample.values, sample.period))
    return replace(sample, values=standard.forward(sample.values)), standard


def fit_member(name: str, sample: Sample, horizon: int, probabilities: Array, rng: np.random.Generator) -> Member:
    """Return a fitted model whose forecast is finite and stays within reach of the history.

    Raises
    ------
    CannotFit
        For a history that the model cannot take, a constant one, or a forecast that is not sane.
    """
    observed = sample.values[np.isfinite(sample.values)]
    if name != NAIVE and np.ptp(observed) == 0.0:
        raise CannotFit("the history is constant")
    own, standard = standardised(sample)
    fitted = Standardised(MEMBERS[name](own), standard)
    quantiles = fitted.forecast(sample.values, horizon, probabilities, rng)
    if not quantiles.is_finite:
        raise CannotFit("the forecast is not a finite number")
    # Only a positive number is large or small by itself; 0 is no special point of any other scale.
    size = abs(float(observed[-1])) if sample.positive else 0.0
    reach = SANE_RANGES * max(float(np.ptp(observed)), size)
    if name != NAIVE and float(np.max(np.abs(quantiles.centre - observed[-1]))) > reach:
        raise CannotFit(f"the forecast runs off by more than {SANE_RANGES:g} times the range of the history")
    return Member(name, fitted, quantiles)


@dataclass(frozen=True)
class TwoWindows:
    """A model fitted to the whole history and to its newest points; both forecasts weigh the same.

    Nobody knows since when a history has been what it is now, and the mean over windows is safer than any one of them
    (Pesaran and Timmermann 2007).
    """

    whole: Fitted
    newest: Fitted
    points: int

    @property
    def form(self) -> str:
        """Return the form of both."""
        return f"{self.whole.form}; newest {self.points}: {self.newest.form}"

    @property
    def converged(self) -> bool:
        """Return whether both searches ended where they should."""
        return self.whole.converged and self.newest.converged

    def forecast(self, values: Array, horizon: int, probabilities: Array, rng: np.random.Generator) -> Quantiles:
        """Return the forecast of the steps that follow `values`, of shape (points,)."""
        windows = (self.whole, values), (self.newest, values[-self.points :])
        return mean_of([fitted.forecast(window, horizon, probabilities, rng) for fitted, window in windows])


def fit_two_windows(name: str, sample: Sample, horizon: int, probabilities: Array, rng: np.random.Generator) -> Member:
    """Return a model fitted to two windows, or to the whole history where the newest points alone do not bear it.

    Raises
    ------
    CannotFit
        As `fit_member`, for the whole history.
    """
    whole = fit_member(name, sample, horizon, probabilities, rng)
    points = int(NEWEST_SHARE * recent_points(sample.period))
    if sample.values.size <= points:
        return whole
    try:
        newest = fit_member(name, replace(sample, values=sample.values[-points:]), horizon, probabilities, rng)
    except CannotFit:
        return whole
    both = TwoWindows(whole.fitted, newest.fitted, points)
    return Member(name, both, mean_of([whole.quantiles, newest.quantiles]))
