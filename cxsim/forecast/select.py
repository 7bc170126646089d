"""Which models forecast a history, and what takes the place of one that cannot.

A rate is forecast by its state space, any other kind by the median of its members. The ladder: a member that cannot
be fitted, or whose forecast is not a sane number, leaves the combination; a model asked for by itself is replaced by
the next of exponential smoothing, Theta, seasonal naive.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Literal

import numpy as np

from cxsim.forecast.calibrate_intervals import widen, widening
from cxsim.forecast.candidates import ets, naive, sarima, theta, unobserved
from cxsim.forecast.candidates.candidate import CannotFit, Fitted, Sample
from cxsim.forecast.candidates.rate import fit_rate
from cxsim.forecast.combine import median_of
from cxsim.forecast.diagnostics import Diagnosis, watch
from cxsim.forecast.links import logit_of_share, share_of_logit
from cxsim.forecast.quantiles import Array, Quantiles
from cxsim.forecast.series import History

Speed = Literal["full", "fast"]
SPEEDS: tuple[Speed, ...] = ("full", "fast")

COMBINATION = "combination"
STATE_SPACE = "state_space"
NAIVE = "seasonal_naive"

MEMBERS: dict[str, Callable[[Sample], Fitted]] = {
    "ets": ets.fit,
    "sarima": sarima.fit,
    "theta": theta.fit,
    "unobserved": unobserved.fit,
    "drift": unobserved.fit_drift,
    NAIVE: naive.fit,
}
MODELS = (COMBINATION, STATE_SPACE, *MEMBERS)
COMBINED: dict[Speed, tuple[str, ...]] = {
    "full": ("ets", "sarima", "theta", "unobserved", "drift"),
    "fast": ("ets", "theta", "drift"),
}
LADDER = ("ets", "theta", NAIVE)
SANE_RANGES = 20.0


@dataclass(frozen=True)
class ModelForecast:
    """The forecast of one model with the diagnoses of everything fitted for it.

    Attributes
    ----------
    model : the model that was asked for.
    quantiles : its forecast in the unit of the target.
    widening : (probabilities,) factors of the calibration, ``None`` where none was done.
    diagnoses : one for the model and one for each of its members.
    """

    model: str
    quantiles: Quantiles
    widening: Array | None
    diagnoses: tuple[Diagnosis, ...]


@dataclass(frozen=True)
class Task:
    """What is asked of every model of one history."""

    history: History
    horizon: int
    probabilities: Array
    seed: int
    speed: Speed

    def rng(self, model: str) -> np.random.Generator:
        """Return the generator of one model: other series and models leave it alone."""
        names = f"{self.history.target}/{self.history.series}/{model}".encode()
        return np.random.default_rng([self.seed, zlib.crc32(names)])


def default_model(history: History) -> str:
    """Return the model that forecasts this kind of history unless the caller asks for another."""
    return STATE_SPACE if history.kind == "rate" else COMBINATION


def forecast_history(task: Task, models: Sequence[str]) -> list[ModelForecast]:
    """Return the forecast of every model asked for, the seasonal naive last."""
    asked = [model for model in dict.fromkeys(models) if model != NAIVE] + [NAIVE]
    return [_forecast(task, model) for model in asked]


def _forecast(task: Task, model: str) -> ModelForecast:
    if model == STATE_SPACE:
        return _state_space(task)
    return _members(task, model)


def _state_space(task: Task) -> ModelForecast:
    history = task.history
    watched = watch(lambda: _state_space_quantiles(task))
    if watched.result is None:
        instead = _members(task, COMBINATION)
        failed = Diagnosis(STATE_SPACE, "", False, watched.warnings, watched.seconds, COMBINATION, watched.reason)
        return ModelForecast(STATE_SPACE, instead.quantiles, instead.widening, (failed, *instead.diagnoses))
    form, quantiles = watched.result
    known = "" if history.exposure is not None else "; exposure not known"
    done = Diagnosis(STATE_SPACE, form + known, True, watched.warnings, watched.seconds)
    return ModelForecast(STATE_SPACE, quantiles, None, (done,))


def _state_space_quantiles(task: Task) -> tuple[str, Quantiles]:
    history = task.history
    fitted = fit_rate(history.values, history.exposure, history.period)
    return fitted.form, fitted.quantiles(task.horizon, task.probabilities, task.rng(STATE_SPACE))


def _members(task: Task, model: str) -> ModelForecast:
    """Return the forecast of a member, or of the combination of all that can be fitted."""
    history = task.history
    is_rate = history.kind == "rate"
    values = logit_of_share(history.values) if is_rate else history.values
    positive = history.kind == "positive"
    sample = Sample(values, history.period, positive)
    names = COMBINED[task.speed] if model == COMBINATION else (model,)
    fits, diagnoses = _fit_all(task, sample, names)
    ladder = [name for name in LADDER if name not in names] if model != COMBINATION else [NAIVE]
    while not fits:
        fits, more = _fit_all(task, sample, (ladder.pop(0),))
        diagnoses += more
    used = COMBINATION if model == COMBINATION and len(fits) > 1 else next(iter(fits))

    def forecaster(past: Array, horizon: int) -> Quantiles:
        parts = [fit.forecast(past, horizon, task.probabilities, task.rng(name)) for name, fit in fits.items()]
        return median_of(parts)

    quantiles, factors = forecaster(values, task.horizon), None
    diagnoses = [replace(one, fell_back_to=used) if not one.form else one for one in diagnoses]
    if model == COMBINATION:
        watched = watch(lambda: _widening(forecaster, task, sample))
        factors = watched.result
        if factors is not None:
            quantiles = widen(quantiles, factors, 0.0 if positive else -np.inf)
        form = "median of " + ", ".join(fits) if used == COMBINATION else next(iter(fits.values())).form
        seconds = watched.seconds + sum(one.seconds for one in diagnoses)
        fallen = "" if used == COMBINATION else used
        reason = f"not calibrated: {watched.reason}" if watched.reason else ""
        diagnoses = [Diagnosis(COMBINATION, form, True, watched.warnings, seconds, fallen, reason), *diagnoses]
    if is_rate:
        quantiles = Quantiles(share_of_logit(quantiles.centre), share_of_logit(quantiles.values))
    return ModelForecast(model, quantiles, factors, tuple(diagnoses))


def _widening(forecaster: Callable[[Array, int], Quantiles], task: Task, sample: Sample) -> Array | None:
    """Return the calibration's factors; the fast setting does without."""
    if task.speed == "fast":
        return None
    return widening(forecaster, sample.values, sample.period, task.horizon, task.probabilities)


def _fit_all(task: Task, sample: Sample, names: Sequence[str]) -> tuple[dict[str, Fitted], list[Diagnosis]]:
    """Return what could be fitted, by name, and a diagnosis for every name."""
    fits: dict[str, Fitted] = {}
    diagnoses = []
    for name in names:
        watched = watch(partial(_fit_one, task, sample, name))
        fitted = watched.result
        if fitted is not None:
            fits[name] = fitted
        form, converged = ("", False) if fitted is None else (fitted.form, fitted.converged)
        diagnoses.append(Diagnosis(name, form, converged, watched.warnings, watched.seconds, "", watched.reason))
    return fits, diagnoses


def _fit_one(task: Task, sample: Sample, name: str) -> Fitted:
    """Return a fitted member that is known to give sane numbers."""
    observed = sample.values[np.isfinite(sample.values)]
    if name != NAIVE and np.ptp(observed) == 0.0:
        raise CannotFit("the history is constant")
    fitted = MEMBERS[name](sample)
    trial = fitted.forecast(sample.values, task.horizon, task.probabilities, task.rng(name))
    reach = SANE_RANGES * max(float(np.ptp(observed)), abs(float(observed[-1])), 1e-9)
    if not trial.is_finite:
        raise ValueError("the forecast is not a finite number")
    if name != NAIVE and float(np.max(np.abs(trial.centre - observed[-1]))) > reach:
        raise ValueError(f"the forecast runs off by more than {SANE_RANGES:g} times the range of the history")
    return fitted
