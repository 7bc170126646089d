"""Exponential smoothing (error, trend, season): the mean of three trends, the rest chosen by corrected AIC.

State space models of Hyndman, Koehler, Ord and Snyder (2008). The forms are searched with the initial states set by the
usual heuristic, which is some fifteen times quicker than estimating them. The errors of a history above zero are
multiplicative, of any other additive: trying both takes two thirds longer and makes the combination no better. No
trend, a trend and a damped trend weigh the same, as criteria choose badly among them. All three have a season or none
has: one without would take the swing of the season for its trend. A season seen two or three times costs more
parameters than the criterion forgives, so a strong one is kept regardless. Intervals come from simulated paths: for the
multiplicative forms there is no formula.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import product

import numpy as np
from statsmodels.tsa.exponential_smoothing.ets import ETSModel, ETSResults

from cxsim.forecast.candidates.candidate import CannotFit, Sample, corrected_aic, unbiased
from cxsim.forecast.candidates.season import STRONG_SEASON, season_strength
from cxsim.forecast.quantiles import Array, Quantiles, from_paths

PATHS = 1000
MIN_POINTS = 10
LONGEST_SEASON = 24


@dataclass(frozen=True)
class Form:
    """One form; ``None`` where a component is absent."""

    error: str
    trend: str | None
    damped: bool
    season: str | None
    period: int

    def __str__(self) -> str:
        letter = {None: "N", "add": "A", "mul": "M"}
        trend = letter[self.trend] + ("d" if self.damped else "")
        return f"ETS({letter[self.error]},{trend},{letter[self.season]})"

    @property
    def states(self) -> int:
        """Return how many initial states the form has."""
        return 1 + (self.trend is not None) + (self.period - 1 if self.season else 0)

    def model(self, values: Array) -> ETSModel:
        """Return the statsmodels model of this form for `values`."""
        return ETSModel(
            values,
            error=self.error,
            trend=self.trend,
            damped_trend=self.damped,
            seasonal=self.season,
            seasonal_periods=self.period if self.season else None,
            initialization_method="heuristic",
        )


@dataclass(frozen=True)
class Smoother:
    """One form with its smoothing parameters, its score and the widening that its number of parameters asks for."""

    shape: Form
    parameters: Array
    score: float
    inflation: float
    converged: bool

    def forecast(self, values: Array, horizon: int, probabilities: Array, rng: np.random.Generator) -> Quantiles:
        """Return the forecast of the steps that follow `values`, of shape (points,)."""
        state = self.shape.model(values).smooth(self.parameters)
        paths = np.asarray(state.simulate(horizon, anchor="end", repetitions=PATHS, rng=rng)).reshape(horizon, PATHS)
        quantiles = from_paths(paths.T, probabilities, np.asarray(state.forecast(horizon)))
        centre = quantiles.centre[:, None]
        return Quantiles(quantiles.centre, centre + self.inflation * (quantiles.values - centre))


@dataclass(frozen=True)
class Ets:
    """The best form of every trend; they weigh the same."""

    smoothers: tuple[Smoother, ...]
    positive: bool

    @property
    def form(self) -> str:
        """Return the forms in the notation ETS(error, trend, season)."""
        return "mean of " + ", ".join(str(smoother.shape) for smoother in self.smoothers)

    @property
    def converged(self) -> bool:
        """Return whether every search ended where it should."""
        return all(smoother.converged for smoother in self.smoothers)

    def forecast(self, values: Array, horizon: int, probabilities: Array, rng: np.random.Generator) -> Quantiles:
        """Return the forecast of the steps that follow `values`, of shape (points,)."""
        parts = [smoother.forecast(values, horizon, probabilities, rng) for smoother in self.smoothers]
        centre = np.mean([part.centre for part in parts], axis=0)
        ends = np.mean([part.values for part in parts], axis=0)
        floor = 0.0 if self.positive else -np.inf
        return Quantiles(np.maximum(centre, floor), np.maximum(ends, floor))


def fit(sample: Sample) -> Ets:
    """Return, for every trend, the exponential smoothing form with the lowest corrected AIC.

    Raises
    ------
    CannotFit
        With missing values or fewer than ten points.
    """
    if sample.has_missing:
        raise CannotFit("exponential smoothing needs a history without missing values")
    if sample.values.size < MIN_POINTS:
        raise CannotFit(f"exponential smoothing needs {MIN_POINTS} points")
    strong = _has_strong_season(sample)
    usable = _usable(sample, [shape for shape in forms(sample) if shape.season is not None or not strong])
    if not usable and strong:
        usable = _usable(sample, [shape for shape in forms(sample) if shape.season is None])
    if not usable:
        raise CannotFit("no exponential smoothing form has few enough parameters for this history")
    seasonal = min(usable, key=_score).shape.season is not None
    agreeing = [smoother for smoother in usable if (smoother.shape.season is not None) == seasonal]
    best: dict[tuple[str | None, bool], Smoother] = {}
    for smoother in sorted(agreeing, key=_score):
        best.setdefault((smoother.shape.trend, smoother.shape.damped), smoother)
    return Ets(tuple(best.values()), sample.positive)


def forms(sample: Sample) -> Iterator[Form]:
    """Yield the forms that the sample allows."""
    seasonal = sample.has_seasons and sample.period <= LONGEST_SEASON
    positive = sample.strictly_positive
    seasons: tuple[str | None, ...] = (None, "add", "mul") if positive else (None, "add")
    trends = ((None, False), ("add", False), ("add", True))
    for (trend, damped), season in product(trends, seasons if seasonal else (None,)):
        yield Form("mul" if positive else "add", trend, damped, season, sample.period)


def _usable(sample: Sample, shapes: Iterable[Form]) -> list[Smoother]:
    """Return the fitted forms that have few enough parameters for the sample."""
    points = sample.values.size
    fitted = [_smoother(shape.model(sample.values).fit(disp=False), shape, points) for shape in shapes]
    return [smoother for smoother in fitted if np.isfinite(smoother.score)]


def _score(smoother: Smoother) -> float:
    return smoother.score


def _has_strong_season(sample: Sample) -> bool:
    if not (sample.has_seasons and sample.period <= LONGEST_SEASON):
        return False
    level = np.log(sample.values) if sample.strictly_positive else sample.values
    return season_strength(level, sample.period) > STRONG_SEASON


def _smoother(result: ETSResults, shape: Form, points: int) -> Smoother:
    parameters = len(result.params) + shape.states
    score = corrected_aic(float(result.llf), parameters + 1, points)
    converged = bool(result.mle_retvals["converged"])
    return Smoother(shape, np.asarray(result.params), score, unbiased(points, parameters), converged)
