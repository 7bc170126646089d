"""The forecast of a firm's own history under one arm of a comparison."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from cxsim.forecast.api import argument_faults, diagnosis_rows, require_models
from cxsim.forecast.emulate import EmulatedEffect
from cxsim.forecast.links import kind_of
from cxsim.forecast.quantiles import probability_grid
from cxsim.forecast.realisation import KAPPA, Estimate
from cxsim.forecast.scenario import OverSteps, under_effect
from cxsim.forecast.select import Speed, Task
from cxsim.forecast.series import Columns, History, histories
from cxsim.forecast.subject import prepared
from cxsim.forecast.times import ISO
from cxsim.metrics.steps import adds_up
from cxsim.results.run import Run
from cxsim.study.arm_effect import arm_faults, emulated_effect

if TYPE_CHECKING:
    from cxsim.study.compare import Comparison

TARGET = "churn_rate"


@dataclass(frozen=True)
class ArmForecast:
    """A history's forecast under an arm; see `cxsim.forecast.scenario.ScenarioForecast` for models and sources.

    Attributes
    ----------
    table : ``series, time, target, model, mean, lower_L, upper_L``.
    total : the same for the mean or sum over the horizon, see ``over_steps``, without ``time``.
    components : ``series, time, target, source, variance, share, sd``.
    diagnostics : as of `cxsim.forecast.api.Prediction`, of the model that carries the history on.
    """

    table: pd.DataFrame
    total: pd.DataFrame
    components: pd.DataFrame
    diagnostics: pd.DataFrame


@dataclass(frozen=True)
class Terms:
    """What a forecast under an arm is asked to be.

    Attributes
    ----------
    horizon, levels, seed, speed : as for `cxsim.forecast.api.forecast`.
    metric : what the run calls the target.
    kappa : the share of the simulated effect that is realised.
    model : what carries the history on; ``None`` takes the default of its kind.
    """

    horizon: int
    levels: Sequence[float]
    metric: str
    kappa: Estimate = KAPPA
    model: str | None = None
    seed: int = 0
    speed: Speed = "full"


def forecast_arm(
    comparison: Comparison | Run,
    arm: str,
    history: pd.Series | pd.DataFrame | str | Path,
    *,
    horizon: int,
    target: str = TARGET,
    metric: str | None = None,
    kind: str | None = None,
    levels: Sequence[float] = (80, 95),
    exposure: str | float | None = None,
    time: str = "time",
    series: str | None = None,
    season: int | None = None,
    frequency: str | None = None,
    date_format: str = ISO,
    model: str | None = None,
    kappa: Estimate = KAPPA,
    seed: int = 0,
    speed: Speed = "full",
) -> ArmForecast:
    """Return the forecast of every series of a firm's history if the firm did what the arm does.

    The simulation's first week is the first after the history; an intervention of start week 13 acts from there. Steps of
    whole numbers are weeks. Every series gets the effect on all segments.

    Parameters
    ----------
    comparison : a comparison, or its run; more replications make its effect steadier.
    history, target, exposure, time, series, season, frequency, date_format, speed : as for `cxsim.forecast`.
    metric : the column of the run's weekly table that the target is; ``None`` where it has the target's name.
    kind : ``rate``, ``positive`` or ``real``; ``None`` takes that of the metric.
    model : what carries the history on, see `cxsim.forecast`.
    kappa : the share of the simulated effect that is realised.

    Raises
    ------
    InputError
        No such arm or metric, a horizon beyond the run, a single replication, or a history with faults.
    """
    run = comparison if isinstance(comparison, Run) else comparison.run
    terms = Terms(horizon, levels, metric or target, kappa, model, seed, speed)
    faults = argument_faults(horizon, levels, None if model is None else [model], speed, seed)
    faults += arm_faults(run, arm, terms.metric, kind)
    found = kind or kind_of(terms.metric, None)
    table, columns = prepared(history, Columns(target, time, series, exposure, found, season, frequency, date_format))
    checked = histories(table, columns, faults)
    return forecast_under(checked, arm_effects_on(run, arm, checked, terms), terms)


def arm_effects_on(run: Run, arm: str, checked: Sequence[History], terms: Terms) -> list[EmulatedEffect]:
    """Return the effect of the arm on every history.

    Raises
    ------
    InputError
        A model that is not for a history, a horizon beyond the run, a metric without values, too few replications.
    """
    require_models(None if terms.model is None else [terms.model], checked)
    return [emulated_effect(run, arm, terms.metric, one, terms.horizon) for one in checked]


def forecast_under(checked: Sequence[History], effects: Sequence[EmulatedEffect], terms: Terms) -> ArmForecast:
    """Return the forecast of histories that were found right under the effects on each."""
    tables, totals, components, diagnostics = [], [], [], []
    probabilities = probability_grid(terms.levels)
    over_steps: OverSteps = "sum" if adds_up(terms.metric) else "mean"
    for one, effect in zip(checked, effects, strict=True):
        task = Task(one, terms.horizon, probabilities, terms.seed, terms.speed)
        made, carried = under_effect(task, terms.model, effect, terms.kappa, over_steps, terms.levels)
        tables.append(_named(made.table, one))
        totals.append(_named(made.total, one))
        components.append(_named(made.components, one))
        diagnostics.append(diagnosis_rows(one, carried.forecast, terms.levels, probabilities))
    whole = [pd.concat(each, ignore_index=True) for each in (tables, totals, components, diagnostics)]
    return ArmForecast(*whole)


def _named(rows: pd.DataFrame, history: History) -> pd.DataFrame:
    """Return rows with their series, the time of their step and the target in front."""
    front: dict[str, object] = {"series": history.series, "target": history.target}
    if "step" in rows.columns:
        times = history.future(int(rows["step"].max()))[rows["step"].to_numpy() - 1]
        front = {"series": history.series, "time": times, "target": history.target}
    kept = rows.drop(columns="step", errors="ignore")
    return pd.concat([pd.DataFrame(front, index=kept.index), kept], axis=1)
