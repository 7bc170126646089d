"""Unobserved components on the declared scale: the mean of three trends, each with trigonometric seasons.

Structural time series of Harvey (1989): a level that wanders, one that wanders with a fixed drift, and one whose slope
wanders too. Information criteria choose badly among them on short histories, their mean measures better than any
choice. A positive series is forecast on the log scale. Missing values pass through the Kalman filter.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from statsmodels.tsa.statespace.structural import UnobservedComponents

from cxsim.forecast.candidates.candidate import CannotFit, Sample, recent
from cxsim.forecast.links import Link, link_of
from cxsim.forecast.quantiles import Array, Quantiles, from_normal

SEARCH = {"pgtol": 1e-2, "factr": 1e11}
TRENDS = ("llevel", "lldtrend", "lltrend")
MIN_POINTS = 8
MOST_HARMONICS = 4
SLOPE_SHARE, SMALLEST_SHARE = 1e-3, 1e-6


@dataclass(frozen=True)
class Components:
    """The trends, each with its variances, and the season they share."""

    trends: tuple[str, ...]
    parameters: tuple[Array, ...]
    period: int
    link: Link
    converged: bool

    @property
    def form(self) -> str:
        """Return the trends and the season in words."""
        season = f" + season {self.period}" if self.period > 1 else ""
        return f"{type(self.link).__name__.lower()}: {' and '.join(self.trends)}{season}"

    def forecast(self, values: Array, horizon: int, probabilities: Array, rng: np.random.Generator) -> Quantiles:
        """Return the forecast of the steps that follow `values`, of shape (points,)."""
        scaled = self.link.forward(recent(values, self.period))
        centres, ends = [], []
        for trend, parameters in zip(self.trends, self.parameters, strict=True):
            ahead = _model(scaled, trend, self.period).filter(parameters, cov_type="none").get_forecast(horizon)
            spread = np.sqrt(np.asarray(ahead.var_pred_mean))
            quantiles = from_normal(np.asarray(ahead.predicted_mean), spread, probabilities)
            centres.append(self.link.back(quantiles.centre))
            ends.append(self.link.back(quantiles.values))
        return Quantiles(np.mean(centres, axis=0), np.mean(ends, axis=0))

    def paths(self, values: Array, horizon: int, draws: int, rng: np.random.Generator) -> Array:
        """Return simulated paths on the scale of the link, of shape (draws, horizon), as many from each trend."""
        scaled = self.link.forward(recent(values, self.period))
        shares = np.array_split(np.arange(draws), len(self.trends))
        parts = []
        for trend, parameters, share in zip(self.trends, self.parameters, shares, strict=True):
            end = _model(scaled, trend, self.period).filter(parameters, cov_type="none").filter_results
            mean, covariance = end.predicted_state[:, -1], end.predicted_state_cov[:, :, -1]
            state = rng.multivariate_normal(mean, covariance, size=share.size, method="svd")
            # The disturbances of unobserved components are independent of each other.
            moves = end.selection[:, :, -1] * np.sqrt(np.diag(end.state_cov[:, :, -1]))
            drawn = np.empty((share.size, horizon))
            for step in range(horizon):
                noise = np.sqrt(end.obs_cov[0, 0, -1]) * rng.standard_normal(share.size)
                drawn[:, step] = state @ end.design[0, :, -1] + noise
                state = state @ end.transition[:, :, -1].T + rng.standard_normal((share.size, end.k_posdef)) @ moves.T
            parts.append(drawn)
        return np.concatenate(parts)


def fit(sample: Sample) -> Components:
    """Return the structural models of a sample.

    Raises
    ------
    CannotFit
        With fewer than eight observed points.
    """
    return _fit(sample, TRENDS)


def fit_level(sample: Sample) -> Components:
    """Return the one whose level wanders without a drift; `CannotFit` as `fit`."""
    return _fit(sample, ("llevel",))


def _fit(sample: Sample, trends: tuple[str, ...]) -> Components:
    if np.isfinite(sample.values).sum() < MIN_POINTS:
        raise CannotFit(f"unobserved components need {MIN_POINTS} points")
    period = sample.period if sample.has_seasons else 1
    link = link_of("positive" if sample.positive else "real", sample.values)
    scaled = link.forward(recent(sample.values, period))
    results: list[Any] = []
    for trend in trends:
        model = _model(scaled, trend, period)
        start = _start(model, results[-1], scaled) if results else None
        results.append(model.fit(start, disp=False, cov_type="none", low_memory=True, **SEARCH))
    converged = all(bool(result.mle_retvals["converged"]) for result in results)
    return Components(trends, tuple(np.asarray(result.params) for result in results), period, link, converged)


def _start(model: UnobservedComponents, before: Any, scaled: Array) -> Array:
    """Return where the search begins: at the variances of the trend before, which halves its steps.

    A variance that is 0 would stay there, and a slope wanders far less than its level.
    """
    known = dict(zip(before.model.param_names, np.asarray(before.params), strict=True))
    known.setdefault("sigma2.trend", SLOPE_SHARE * known["sigma2.level"])
    return np.maximum([known[name] for name in model.param_names], SMALLEST_SHARE * float(np.nanvar(scaled)))


def _model(scaled: Array, trend: str, period: int) -> UnobservedComponents:
    harmonics = min(MOST_HARMONICS, period // 2)
    seasons = [{"period": period, "harmonics": harmonics}] if period > 1 else None
    return UnobservedComponents(scaled, trend, freq_seasonal=seasons)
