"""Which models forecast a history, and what takes the place of one that cannot.

A rate is forecast by its state space, any other kind by the mean of its members; ``a+b`` asks for the mean of others.
The ladder: a member that cannot be fitted, or whose forecast is not a sane number, leaves the combination; a model asked
for by itself is replaced by the next of exponential smoothing, Theta, seasonal naive.
"""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Literal

import numpy as np
from threadpoolctl import threadpool_limits

from cxsim.errors import Fault, InputError, nearest
from cxsim.forecast.calibrate_intervals import widen, widening
from cxsim.forecast.candidates.candidate import Sample
from cxsim.forecast.candidates.rate import RateStateSpace, edges_are_common, fit_rate
from cxsim.forecast.combine import mean_of
from cxsim.forecast.diagnostics import Diagnosis, Watched, watch
from cxsim.forecast.links import Logit, link_of
from cxsim.forecast.members import MEMBERS, NAIVE, Member, fit_member, fit_two_windows
from cxsim.forecast.quantiles import Array, Quantiles
from cxsim.forecast.series import History

Speed = Literal["full", "fast"]
SPEEDS: tuple[Speed, ...] = ("full", "fast")

COMBINATION = "combination"
STATE_SPACE = "state_space"

MODELS = (COMBINATION, STATE_SPACE, *MEMBERS)
FAST_POINTS, FAST_SEASONS = 100, 4
"""The fast setting looks at so many of the newest points, and no fewer than so many seasons."""
COMBINED = ("ets", "airline", "theta", "unobserved", "drift")
LADDER = ("ets", "theta", NAIVE)

EDGES_ARE_COMMON = (
    f"many rates are 0 or 1 and have no logit: {STATE_SPACE} counts them instead, best with their exposure"
)
LARGEST = 1e150
"""Squares of larger numbers are infinite."""


@dataclass(frozen=True)
class ModelForecast:
    """The forecast of one model with the diagnoses of everything fitted for it.

    Attributes
    ----------
    model : the model that was asked for.
    quantiles : its forecast in the unit of the target.
    widening : (probabilities,) factors of the calibration, ``None`` where none was done.
    diagnoses : one for the model and one for each of its members.
    state_space : the posterior that the forecast was drawn from, ``None`` for every other model.
    """

    model: str
    quantiles: Quantiles
    widening: Array | None
    diagnoses: tuple[Diagnosis, ...]
    state_space: RateStateSpace | None = None


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


def model_faults(models: Sequence[str], histories: Sequence[History] = ()) -> list[Fault]:
    """Return what is wrong with names of models, also for the kinds of the histories that they are to forecast."""
    faults = []
    for model in models:
        parts = model.split("+")
        known = MODELS if len(parts) == 1 else tuple(MEMBERS)
        rule = "must be among" if len(parts) == 1 else "a combination a+b must be of"
        faults += [
            Fault("models", f"{rule} {', '.join(known)}", part, nearest(part, known))
            for part in parts
            if part not in known
        ]
        if len(set(parts)) < len(parts):
            faults.append(Fault("models", "a combination must not repeat a model", model))
    if STATE_SPACE in models:
        others = [one for one in histories if one.kind != "rate"]
        faults += [Fault("models", f"{STATE_SPACE} is for rates; {one.series} is {one.kind}") for one in others]
    return faults


def default_model(history: History) -> str:
    """Return the model that forecasts this kind of history unless the caller asks for another."""
    return STATE_SPACE if history.kind == "rate" else COMBINATION


def forecast_history(task: Task, models: Sequence[str]) -> list[ModelForecast]:
    """Return the forecast of every model asked for, the seasonal naive last."""
    asked = [model for model in dict.fromkeys(models) if model != NAIVE] + [NAIVE]
    # Matrices of a dozen rows gain nothing from threads, which wait for one another at twice the cost.
    with threadpool_limits(1, user_api="blas"):
        return [forecast_model(task, model) for model in asked]


def forecast_model(task: Task, model: str) -> ModelForecast:
    """Return the forecast of one model, or of what takes its place.

    Raises
    ------
    InputError
        For numbers whose squares are infinite, and a history that no model can be fitted to.
    """
    largest = float(np.nanmax(np.abs(task.history.values)))
    if largest > LARGEST:
        rule = f"must be at most {LARGEST:g} in size: count it in a larger unit"
        raise InputError([Fault(_name(task.history), rule, largest)])
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
    fitted, quantiles = watched.result
    known = "" if history.exposure is not None else "; exposure not known"
    if known and fitted.exposure is not None:
        known += f", apparently {fitted.exposure:g} customers: 0 and 1 are common"
    done = Diagnosis(STATE_SPACE, fitted.form + known, True, watched.warnings, watched.seconds)
    return ModelForecast(STATE_SPACE, quantiles, None, (done,), fitted)


def _state_space_quantiles(task: Task) -> tuple[RateStateSpace, Quantiles]:
    history = task.history
    fitted = fit_rate(history.values, history.exposure, history.period)
    return fitted, fitted.quantiles(task.horizon, task.probabilities, task.rng(STATE_SPACE))


def _members(task: Task, model: str) -> ModelForecast:
    """Return the forecast of a member, or of the combination of all that can be fitted."""
    sample = sample_of(task.history)
    if task.speed == "fast" and model != NAIVE:
        sample = replace(sample, values=sample.values[-max(FAST_POINTS, FAST_SEASONS * sample.period) :])
    names = COMBINED if model == COMBINATION else tuple(model.split("+"))
    several = len(names) > 1
    members, diagnoses = _fit_all(task, sample, names)
    ladder = [NAIVE] if several else [name for name in LADDER if name not in names]
    while not members:
        if not ladder:
            rule = f"must be a history that a model can be fitted to: {diagnoses[-1].reason}"
            raise InputError([Fault(_name(task.history), rule)])
        members, more = _fit_all(task, sample, (ladder.pop(0),))
        diagnoses += more
    used = model if len(members) > 1 else members[0].name
    diagnoses = [replace(one, fell_back_to=used) if not one.form else one for one in diagnoses]
    quantiles, factors = mean_of([member.quantiles for member in members]), None
    if several:
        watched = watch(partial(_widening, task, sample, members))
        factors = watched.result
        if factors is not None:
            quantiles = widen(quantiles, factors, 0.0 if sample.positive else -np.inf)
        diagnoses = [_combined(model, members, diagnoses, watched), *diagnoses]
    if task.history.kind == "rate":
        link = link_of("rate", task.history.values)
        quantiles = Quantiles(link.back(quantiles.centre), link.back(quantiles.values))
        if isinstance(link, Logit) and edges_are_common(task.history.values):
            diagnoses[0] = replace(diagnoses[0], warnings=(*diagnoses[0].warnings, EDGES_ARE_COMMON))
    return ModelForecast(model, quantiles, factors, tuple(diagnoses))


def _name(history: History) -> str:
    """Return how a fault names a history."""
    return history.target if history.series == history.target else f"{history.target} of {history.series}"


def sample_of(history: History) -> Sample:
    """Return what the members are fitted to: a history as it stands, a rate as its logits."""
    is_rate = history.kind == "rate"
    values = link_of("rate", history.values).forward(history.values) if is_rate else history.values
    return Sample(values, history.period, history.kind == "positive")


def _combined(
    model: str, members: Sequence[Member], diagnoses: Sequence[Diagnosis], calibration: Watched[Array | None]
) -> Diagnosis:
    """Return the diagnosis of a combination as a whole."""
    alone = len(members) == 1
    form = members[0].fitted.form if alone else "mean of " + ", ".join(member.name for member in members)
    converged = all(member.fitted.converged for member in members)
    seconds = calibration.seconds + sum(one.seconds for one in diagnoses)
    reason = f"not calibrated: {calibration.reason}" if calibration.reason else ""
    instead = members[0].name if alone else ""
    return Diagnosis(model, form, converged, calibration.warnings, seconds, instead, reason)


def _widening(task: Task, sample: Sample, members: Sequence[Member]) -> Array | None:
    """Return the calibration's factors; the fast setting does without."""
    if task.speed == "fast":
        return None

    def forecaster(past: Array, horizon: int) -> Quantiles:
        return mean_of(
            [member.fitted.forecast(past, horizon, task.probabilities, task.rng(member.name)) for member in members]
        )

    return widening(forecaster, sample.values, sample.period, task.horizon, task.probabilities)


def _fit_all(task: Task, sample: Sample, names: Sequence[str]) -> tuple[list[Member], list[Diagnosis]]:
    """Return what could be fitted and a diagnosis for every name."""
    members = []
    diagnoses = []
    fit = fit_two_windows if task.speed == "full" and len(names) > 1 else fit_member
    for name in names:
        watched = watch(partial(fit, name, sample, task.horizon, task.probabilities, task.rng(name)))
        member = watched.result
        if member is not None:
            members.append(member)
        form, converged = ("", False) if member is None else (member.fitted.form, member.fitted.converged)
        diagnoses.append(Diagnosis(name, form, converged, watched.warnings, watched.seconds, "", watched.reason))
    return members, diagnoses
