"""Unobserved components on the declared scale: a trend chosen by corrected AIC plus trigonometric seasons.

Structural time series of Harvey (1989). A positive series is forecast on the log scale, which measures clearly
better than its own. Missing values pass through the Kalman filter.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from statsmodels.tsa.statespace.structural import UnobservedComponents

from cxsim.forecast.candidates.candidate import CannotFit, Sample, corrected_aic
from cxsim.forecast.links import Link, link_of
from cxsim.forecast.quantiles import Array, Quantiles, from_normal

TRENDS = ("llevel", "rwdrift", "strend", "lltrend")
QUICK_TRENDS = ("lltrend",)
MIN_POINTS = 8
MOST_HARMONICS = 4


@dataclass(frozen=True)
class Components:
    """The chosen trend with its variances."""

    trend: str
    period: int
    link: Link
    parameters: Array
    converged: bool

    @property
    def form(self) -> str:
        """Return the trend and the season in words."""
        season = f" + season {self.period}" if self.period > 1 else ""
        return f"{type(self.link).__name__.lower()}: {self.trend}{season}"

    def forecast(self, values: Array, horizon: int, probabilities: Array, rng: np.random.Generator) -> Quantiles:
        """Return the forecast of the steps that follow `values`, of shape (points,)."""
        model = _model(self.link.forward(values), self.trend, self.period)
        ahead = model.filter(self.parameters, cov_type="none").get_forecast(horizon)
        spread = np.sqrt(np.asarray(ahead.var_pred_mean))
        quantiles = from_normal(np.asarray(ahead.predicted_mean), spread, probabilities)
        return Quantiles(self.link.back(quantiles.centre), self.link.back(quantiles.values))


def fit(sample: Sample) -> Components:
    """Return the structural model with the lowest corrected AIC.

    Raises
    ------
    CannotFit
        With fewer than eight observed points.
    """
    if np.isfinite(sample.values).sum() < MIN_POINTS:
        raise CannotFit(f"unobserved components need {MIN_POINTS} points")
    link = link_of("positive" if sample.positive else "real", sample.values)
    scaled = link.forward(sample.values)
    period = sample.period if sample.has_seasons else 1
    best: Components | None = None
    lowest = float("inf")
    for trend in TRENDS if sample.thorough else QUICK_TRENDS:
        result = _model(scaled, trend, period).fit(disp=False, cov_type="none")
        score = corrected_aic(float(result.llf), len(result.params) + int(result.model.k_states), int(result.nobs))
        if best is None or score < lowest:
            lowest = score
            converged = bool(result.mle_retvals["converged"])
            best = Components(trend, period, link, np.asarray(result.params), converged)
    assert best is not None
    return best


def _model(scaled: Array, trend: str, period: int) -> UnobservedComponents:
    harmonics = min(MOST_HARMONICS, period // 2)
    seasons = [{"period": period, "harmonics": harmonics}] if period > 1 else None
    return UnobservedComponents(scaled, trend, freq_seasonal=seasons)
