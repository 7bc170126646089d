"""Seasonal ARIMA, its orders found stepwise by corrected AIC.

The search of Hyndman and Khandakar (2008): one seasonal difference where the season is strong, ordinary differences
until the KPSS test no longer finds a root, then steps to neighbouring orders as long as they improve. The search runs
on the differenced series, which is several times quicker. Missing values pass through the Kalman filter.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from statsmodels.tools.sm_exceptions import InterpolationWarning
from statsmodels.tsa.statespace.sarimax import SARIMAX
from statsmodels.tsa.stattools import kpss

from cxsim.forecast.candidates.candidate import CannotFit, Sample, corrected_aic, recent, unbiased
from cxsim.forecast.candidates.season import STRONG_SEASON, season_strength
from cxsim.forecast.links import Link, link_of
from cxsim.forecast.quantiles import Array, Quantiles, from_normal

MIN_POINTS = 10
MOST_FITS = 8
LONGEST_SEASON = 24
KPSS_CRITICAL = 0.463
SEARCH = {"pgtol": 1e-3, "factr": 1e9, "maxiter": 20}
"""Where the optimiser may stop: log likelihoods then differ by some hundredths, in a third of the time."""

Orders = tuple[int, int, int, int]
"""p, q and the seasonal P, Q."""


@dataclass(frozen=True)
class Sarima:
    """The chosen orders with their coefficients."""

    orders: Orders
    differences: int
    seasonal_differences: int
    period: int
    link: Link
    parameters: Array
    inflation: float
    converged: bool

    @property
    def form(self) -> str:
        """Return the orders in the usual notation."""
        p, q, seasonal_p, seasonal_q = self.orders
        season = f"({seasonal_p},{self.seasonal_differences},{seasonal_q}){self.period}" if self.period > 1 else ""
        return f"{type(self.link).__name__.lower()}: SARIMA({p},{self.differences},{q}){season}"

    def forecast(self, values: Array, horizon: int, probabilities: Array, rng: np.random.Generator) -> Quantiles:
        """Return the forecast of the steps that follow `values`, of shape (points,)."""
        scaled = self.link.forward(recent(values, self.period))
        search = _Search(scaled, self.differences, self.seasonal_differences, self.period)
        ahead = search.model(self.orders, quick=False).filter(self.parameters, cov_type="none").get_forecast(horizon)
        spread = self.inflation * np.sqrt(np.asarray(ahead.var_pred_mean))
        quantiles = from_normal(np.asarray(ahead.predicted_mean), spread, probabilities)
        return Quantiles(self.link.back(quantiles.centre), self.link.back(quantiles.values))


@dataclass(frozen=True)
class _Search:
    """The orders that can be tried on one history."""

    scaled: Array
    differences: int
    seasonal_differences: int
    period: int

    def model(self, orders: Orders, quick: bool) -> SARIMAX:
        """Return the statsmodels model; `quick` differences the data instead of filtering the differences."""
        p, q, seasonal_p, seasonal_q = orders
        seasonal = (seasonal_p, self.seasonal_differences, seasonal_q, self.period)
        trend = "c" if self.differences + self.seasonal_differences < 2 else "n"
        return SARIMAX(
            self.scaled,
            order=(p, self.differences, q),
            seasonal_order=seasonal if self.period > 1 else (0, 0, 0, 0),
            trend=trend,
            simple_differencing=quick,
            concentrate_scale=trend == "c" or any(orders),
        )

    def start(self) -> tuple[Orders, ...]:
        """Return the orders that the search begins with."""
        if self.period == 1:
            return (0, 1, 0, 0), (1, 0, 0, 0), (0, 0, 0, 0), (1, 1, 0, 0)
        return (0, 1, 0, 1), (1, 0, 1, 0), (0, 0, 0, 0), (1, 1, 0, 1)

    def neighbours(self, orders: Orders) -> Iterator[Orders]:
        """Yield the orders one step away."""
        caps = (3, 3, 1, 1) if self.period > 1 else (3, 3, 0, 0)
        for index in range(4):
            for step in (1, -1):
                moved = list(orders)
                moved[index] += step
                if 0 <= moved[index] <= caps[index]:
                    yield (moved[0], moved[1], moved[2], moved[3])


def fit(sample: Sample) -> Sarima:
    """Return the seasonal ARIMA with the lowest corrected AIC that the stepwise search meets.

    Raises
    ------
    CannotFit
        With fewer than ten observed points.
    """
    scaled, period, link = _scaled(sample)
    search = _Search(scaled, *_differences(scaled, period), period)
    return _settled(search, *_stepwise(search), link)


def fit_airline(sample: Sample) -> Sarima:
    """Return the airline model, (0,1,1)(0,1,1), of Box and Jenkins: right for so many series that nothing is searched.

    Raises
    ------
    CannotFit
        With fewer than ten observed points.
    """
    scaled, period, link = _scaled(sample)
    search = _Search(scaled, 1, int(period > 1), period)
    orders = (0, 1, 0, int(period > 1))
    _, parameters, converged = _try(search, orders)
    if parameters.size == 0:
        raise CannotFit("the airline model has too few points beyond its differences")
    return _settled(search, orders, parameters, converged, link)


def _scaled(sample: Sample) -> tuple[Array, int, Link]:
    """Return the newest part of the sample on the scale of its link, its season and the link."""
    if np.isfinite(sample.values).sum() < MIN_POINTS:
        raise CannotFit(f"SARIMA needs {MIN_POINTS} points")
    period = sample.period if sample.has_seasons and sample.period <= LONGEST_SEASON else 1
    link = link_of("positive" if sample.positive else "real", sample.values)
    return link.forward(recent(sample.values, period)), period, link


def _settled(search: _Search, orders: Orders, parameters: Array, converged: bool, link: Link) -> Sarima:
    lost = search.differences + search.seasonal_differences * search.period
    inflation = unbiased(int(np.isfinite(search.scaled).sum()) - lost, parameters.size)
    return Sarima(
        orders, search.differences, search.seasonal_differences, search.period, link, parameters, inflation, converged
    )


def _stepwise(search: _Search) -> tuple[Orders, Array, bool]:
    """Return the best orders, their coefficients and whether their fit converged."""
    tried: dict[Orders, tuple[float, Array, bool]] = {}

    def score(orders: Orders) -> float:
        if orders not in tried:
            tried[orders] = _try(search, orders)
        return tried[orders][0]

    best = min(search.start(), key=score)
    improved = True
    while improved and len(tried) < MOST_FITS:
        improved = False
        for orders in search.neighbours(best):
            if orders not in tried and len(tried) < MOST_FITS and score(orders) < score(best):
                best, improved = orders, True
                break
    if not np.isfinite(score(best)):
        raise CannotFit("no SARIMA orders have few enough parameters for this history")
    _, parameters, converged = tried[best]
    if converged:
        return best, parameters, True
    longer = search.model(best, quick=True).fit(parameters, disp=False, cov_type="none")
    return best, np.asarray(longer.params), bool(longer.mle_retvals["converged"])


def _try(search: _Search, orders: Orders) -> tuple[float, Array, bool]:
    """Return the corrected AIC of one set of orders, its coefficients and whether its fit converged."""
    with warnings.catch_warnings():
        # What orders that lose warn of says nothing about the forecast; whether the winner converged is returned.
        warnings.simplefilter("ignore")
        try:
            result = search.model(orders, quick=True).fit(disp=False, cov_type="none", **SEARCH)
        except np.linalg.LinAlgError:
            return float("inf"), np.empty(0), False
    value = corrected_aic(float(result.llf), len(result.params) + 1, int(result.nobs))
    return value, np.asarray(result.params), bool(result.mle_retvals["converged"])


def _differences(scaled: Array, period: int) -> tuple[int, int]:
    """Return how many ordinary and seasonal differences make the series level."""
    positions = np.arange(scaled.size)
    observed = np.isfinite(scaled)
    level = np.interp(positions, positions[observed], scaled[observed])
    seasonal = int(period > 1 and season_strength(level, period) > STRONG_SEASON)
    if seasonal:
        level = level[period:] - level[:-period]
    ordinary = 0
    while ordinary < 2 - seasonal and level.size > 5 and np.ptp(level) > 0.0 and _wanders(level):
        level = np.diff(level)
        ordinary += 1
    return ordinary, seasonal


def _wanders(level: Array) -> bool:
    """Return whether the KPSS test rejects a constant level at 5 %."""
    lags = int(4 * (level.size / 100.0) ** 0.25)
    with warnings.catch_warnings():
        # Only the statistic is used; the warning is about a p value outside its table.
        warnings.simplefilter("ignore", InterpolationWarning)
        statistic = kpss(level, regression="c", nlags=lags, result_object=True).statistic
    return bool(statistic > KPSS_CRITICAL)
