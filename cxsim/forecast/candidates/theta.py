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

from cxsim.forecast.candidates.candidate import CannotFit, Sample, recent
from cxsim.forecast.links import Link, link_of
from cxsim.forecast.quantiles import Array, Quantiles, from_normal

MIN_POINTS = 6


@dataclass(frozen=True)
class Theta:
    """A Theta forecast; its one parameter is estimated again on every history, being that quick."""

    period: int
    link: Link
    converged: bool = True

    @property
    def form(self) -> str:
        """Return the scale and the name."""
        return f"{type(self.link).__name__.lower()}: Theta(2)"

    def forecast(self, values: Array, horizon: int, probabilities: Array, rng: np.random.Generator) -> Quantiles:
        """Return the forecast of the steps that follow `values`, of shape (points,)."""
        scaled = self.link.forward(recent(values, self.period))
        seasonal = self.period > 1 and scaled.size >= 2 * self.period
        period = self.period if seasonal else 1
        result = ThetaModel(scaled, period=period, deseasonalize=seasonal, method="additive").fit()
        alpha = float(result.params["alpha"])
        cycle = np.asarray(result.forecast_components(period)["seasonal"])
        level = scaled - np.resize(np.roll(cycle, scaled.size % period), scaled.size)
        spread = _error_deviation(level, alpha, 1 + period) * np.sqrt(1.0 + np.arange(horizon) * alpha**2)
        quantiles = from_normal(np.asarray(result.forecast(horizon)), spread, probabilities)
        return Quantiles(self.link.back(quantiles.centre), self.link.back(quantiles.values))


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
    return Theta(sample.period, link_of("positive" if sample.positive else "real", sample.values))


def _error_deviation(level: Array, alpha: float, parameters: int) -> float:
    """Return the standard deviation of the one-step errors of exponential smoothing of a deseasonalised series."""
    smoothed, _ = lfilter([alpha], [1.0, alpha - 1.0], level, zi=np.array([(1.0 - alpha) * level[0]]))
    errors = level[1:] - smoothed[:-1]
    return float(np.sqrt(np.sum((errors - errors.mean()) ** 2) / max(errors.size - parameters, 1)))
