"""The models that can be asked for by name, each fitted and known to give sane numbers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from cxsim.forecast.candidates import drift, ets, naive, sarima, theta, unobserved
from cxsim.forecast.candidates.candidate import CannotFit, Fitted, Sample
from cxsim.forecast.quantiles import Array, Quantiles

NAIVE = "seasonal_naive"
SANE_RANGES = 5.0

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
    fitted = MEMBERS[name](sample)
    quantiles = fitted.forecast(sample.values, horizon, probabilities, rng)
    if not quantiles.is_finite:
        raise CannotFit("the forecast is not a finite number")
    reach = SANE_RANGES * max(float(np.ptp(observed)), abs(float(observed[-1])))
    if name != NAIVE and float(np.max(np.abs(quantiles.centre - observed[-1]))) > reach:
        raise CannotFit(f"the forecast runs off by more than {SANE_RANGES:g} times the range of the history")
    return Member(name, fitted, quantiles)
