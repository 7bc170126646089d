"""Theta: exponential smoothing of the deseasonalised series plus half the slope of its trend line.

    variance of step h = s^2 (1 + (h - 1) alpha^2)

(Assimakopoulos and Nikolopoulos 2000; Hyndman and Billah 2003 for the variance, with smoothing parameter alpha and
one-step error variance s^2 of the deseasonalised series). statsmodels gives the points; its own interval has
``1 + (h - 1) (1 + (alpha - 1)^2)``, which is the wrong variance, so it is computed here.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.signal import lfilter
from statsmodels.tsa.forecasting.theta import ThetaModel

from cxsim.forecast.candidates.candidate import CannotFit, Sample
from cxsim.forecast.quantiles import Array, Quantiles, from_normal

MIN_POINTS = 6


@dataclass(frozen=True)
class Theta:
    """A Theta forecast; its one parameter is estimated again on every history, being that quick."""

    period: int
    positive: bool
    form: str
    converged: bool = True

    def forecast(self, values: Array, horizon: int, probabilities: Array, rng: np.random.Generator) -> Quantiles:
        """Return the forecast of the steps that follow `values`, of shape (points,)."""
        seasonal = self.period > 1 and values.size >= 2 * self.period
        multiplicative = self.positive and bool((values > 0.0).all())
        model = ThetaModel(
            values,
            period=self.period if seasonal else 1,
            deseasonalize=seasonal,
            method="multiplicative" if multiplicative else "additive",
        )
        result = model.fit()
        alpha = float(result.params["alpha"])
        spread = np.sqrt(_error_variance(model._y_adjusted, alpha) * (1.0 + np.arange(horizon) * alpha**2))
        return from_normal(np.asarray(result.forecast(horizon)), spread, probabilities)


def fit(sample: Sample) -> Theta:
    """Return the Theta forecast of a sample.

    Raises
    ------
    CannotFit
        With missing values or fewer than six points.
    """
    if sample.has_missing:
        raise CannotFit("Theta needs a history without missing values")
    if sample.values.size < MIN_POINTS:
        raise CannotFit(f"Theta needs {MIN_POINTS} points")
    return Theta(sample.period, sample.positive, "Theta(2)")
