"""The forecast of a firm's own history under one arm of a comparison."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from cxsim.arrays import Floats
from cxsim.errors import Fault, InputError, nearest
from cxsim.forecast.calendar import Calendar
from cxsim.forecast.realisation import KAPPA, Estimate
from cxsim.forecast.scenario import scenario_forecast
from cxsim.forecast.series import Columns, History, histories
from cxsim.forecast.subject import ALL, prepared
from cxsim.metrics.panel import Panel, panels
from cxsim.results.run import Run
from cxsim.study.effects import BASELINE
from cxsim.units import WEEKS_PER_YEAR

if TYPE_CHECKING:
    from cxsim.study.compare import Comparison

WEEKS_IN_STEP = {
    "daily": 1 / 7,
    "business": 1 / 5,
    "weekly": 1.0,
    "monthly": WEEKS_PER_YEAR / 12,
    "quarterly": WEEKS_PER_YEAR / 4,
    "yearly": WEEKS_PER_YEAR,
}
TARGET = "churn_rate"


@dataclass(frozen=True)
class ArmForecast:
    """A history's forecast under an arm; see `cxsim.forecast.scenario.ScenarioForecast` for models and sources.

    Attributes
    ----------
    table : ``series, time, target, model, mean, lower_L, upper_L``.
    total : the same for the mean over the horizon, without ``time``.
    components : ``series, time, source, variance, share, sd``.
    """

    table: pd.DataFrame
    total: pd.DataFrame
    components: pd.DataFrame


def forecast_arm(
    comparison: Comparison | Run,
    arm: str,
    history: pd.Series | pd.DataFrame | str | Path,
    *,
    horizon: int,
    target: str = TARGET,
    levels: Sequence[float] = (80, 95),
    exposure: str | float | None = None,
    time: str = "time",
    series: str | None = None,
    season: int | None = None,
    frequency: str | None = None,
    kappa: Estimate = KAPPA,
    seed: int = 0,
) -> ArmForecast:
    """Return the forecast of every series of a firm's history of churn if it did what the arm does.

    The simulation's first week is the first after the history; an intervention of start week 13 acts from there. Steps of
    whole numbers are weeks. Every series gets the effect on all segments.

    Parameters
    ----------
    comparison : a comparison, or its run; more replications make its effect steadier.
    history, target, exposure, time, series, season, frequency : as for `cxsim.forecast`; the target is a churn rate.
    kappa : the share of the simulated effect that is realised.

    Raises
    ------
    InputError
        No such arm, a horizon beyond the run, a single replication, or a history with faults.
    """
    run = comparison if isinstance(comparison, Run) else comparison.run
    table, columns = prepared(history, Columns(target, time, series, exposure, "rate", season, frequency))
    return forecast_histories_under(
        run, arm, histories(table, columns, arm_faults(run, arm)), horizon, levels, kappa, seed
    )


def forecast_histories_under(
    run: Run, arm: str, checked: Sequence[History], horizon: int, levels: Sequence[float], kappa: Estimate, seed: int
) -> ArmForecast:
    """Return the forecast of histories that were found right; arguments as for `forecast_arm`."""
    tables, totals, components = [], [], []
    for one in checked:
        effects = arm_effects(run, arm, horizon, weeks_in_step(one.calendar))
        made = scenario_forecast(
            one.values, one.exposure, effects, kappa=kappa, period=one.period, levels=levels, seed=seed
        )
        tables.append(_named(made.table, one))
        totals.append(_named(made.total, one))
        components.append(_named(made.components, one))
    whole = [pd.concat(each, ignore_index=True) for each in (tables, totals, components)]
    return ArmForecast(*whole)


def arm_faults(run: Run, arm: str) -> list[Fault]:
    """Return the fault of an arm that the run does not hold beside the baseline."""
    arms = [str(name) for name in run.weekly["scenario"].unique() if name != BASELINE]
    return [] if arm in arms else [Fault("arm", "must be an arm of the comparison", arm, nearest(arm, arms))]


def arm_effects(run: Run, arm: str, horizon: int, weeks: float) -> Floats:
    """Return what the arm changes on the logit of the churn rate of a step, of shape (replications, horizon).

    Parameters
    ----------
    weeks : length of a step.

    Raises
    ------
    InputError : the horizon reaches beyond the run.
    """
    edges = weeks * np.arange(horizon + 1, dtype=np.float64)
    end = run.scenario.time.horizon_weeks
    if edges[-1] > end + 1e-9:
        rule = f"must end within the simulated {end} weeks, which are {int(end / weeks + 1e-9)} steps of the history"
        raise InputError([Fault("horizon", rule, horizon)])
    treated, baseline = (_churn_logit(_panel(run, name), edges) for name in (arm, BASELINE))
    return treated - baseline


def weeks_in_step(calendar: Calendar) -> float:
    """Return how many weeks lie between two points of a history; whole numbers count weeks."""
    return float(calendar.code) if calendar.frequency == "step" else WEEKS_IN_STEP[calendar.frequency]


def _panel(run: Run, arm: str) -> Panel:
    weekly = run.weekly
    rows = weekly[(weekly["scenario"] == arm) & (weekly["segment"] == ALL)]
    return panels(rows, run.scenario.time.ticks_per_week)[ALL]


def _churn_logit(panel: Panel, edges: Floats) -> Floats:
    """Return the logit of the probability to leave between neighbouring `edges` (weeks), per replication."""
    at_risk = panel["active"] + panel["churned"]
    hazard = -np.log1p(-panel["churned"] / at_risk)
    ticks = np.arange(hazard.shape[1] + 1)
    until = np.concatenate([np.zeros((hazard.shape[0], 1)), hazard.cumsum(axis=1)], axis=1)
    at_edges = np.array([np.interp(edges * panel.ticks_per_week, ticks, one) for one in until])
    # Half a customer more of those at the start leaves in every step, so that a step in which nobody leaves has a logit.
    within = np.diff(at_edges, axis=1) + 0.5 / at_risk[:, :1]
    return np.asarray(np.log(np.expm1(within)), dtype=np.float64)


def _named(rows: pd.DataFrame, history: History) -> pd.DataFrame:
    """Return rows with their series, the time of their step and the target in front."""
    front: dict[str, object] = {"series": history.series, "target": history.target}
    if "step" in rows.columns:
        times = history.future(int(rows["step"].max()))[rows["step"].to_numpy() - 1]
        front = {"series": history.series, "time": times, "target": history.target}
    kept = rows.drop(columns="step", errors="ignore")
    return pd.concat([pd.DataFrame(front, index=kept.index), kept], axis=1)
