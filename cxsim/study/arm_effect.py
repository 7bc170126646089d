"""What an arm of a comparison changes, step by step of a history's calendar, on the scale of the kind of its target."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from cxsim.arrays import Floats
from cxsim.errors import Fault, InputError, nearest
from cxsim.forecast.calendar import Calendar
from cxsim.forecast.emulate import EmulatedEffect, emulate
from cxsim.forecast.links import Kind, kind_of, scale_of
from cxsim.forecast.series import History
from cxsim.metrics.panel import Panel, panels
from cxsim.metrics.steps import METRICS_OVER_TIME, grows_with_customers, step_values
from cxsim.results.run import Run
from cxsim.results.tables import ALL
from cxsim.study.effects import BASELINE
from cxsim.study.uncertain import drawn_values
from cxsim.units import WEEKS_PER_YEAR

WEEKS_IN_STEP = {
    "daily": 1 / 7,
    "business": 1 / 5,
    "weekly": 1.0,
    "monthly": WEEKS_PER_YEAR / 12,
    "quarterly": WEEKS_PER_YEAR / 4,
    "yearly": WEEKS_PER_YEAR,
}


def arm_faults(run: Run, arm: str, metric: str, kind: str | None = None) -> list[Fault]:
    """Return the faults of an arm or a metric that the run does not hold; a metric of the same kind is suggested."""
    arms = [str(name) for name in run.weekly["scenario"].unique() if name != BASELINE]
    faults = [] if arm in arms else [Fault("arm", "must be an arm of the comparison", arm, nearest(arm, arms))]
    metrics = [str(name) for name in run.weekly.columns if name in METRICS_OVER_TIME]
    if metric not in metrics:
        alike = [name for name in metrics if kind is None or kind_of(name, None) == kind]
        rule = "must be the column of the run's weekly table that the target is"
        faults.append(Fault("metric", rule, metric, nearest(metric, alike)))
    return faults


def emulated_effect(run: Run, arm: str, metric: str, history: History, horizon: int) -> EmulatedEffect:
    """Return the effect of an arm on the steps after a history, over the parameters that the run was simulated with.

    Raises
    ------
    InputError : as `arm_effects`, or too few replications for the parameters that were drawn.
    """
    effects = arm_effects(run, arm, metric, history.kind, horizon, weeks_in_step(history.calendar))
    return emulate(effects, drawn_values(run))


def arm_effects(run: Run, arm: str, metric: str, kind: Kind, horizon: int, weeks: float) -> Floats:
    """Return what the arm changes in a metric, of shape (replications, horizon).

    The effect is a difference of logits, logarithms or numbers, as the kind says; the last of a metric that grows with the
    number of customers is that of the represented base.

    Parameters
    ----------
    weeks : length of a step.

    Raises
    ------
    InputError : the horizon reaches beyond the run, or the metric has steps without a value on the scale of the kind.
    """
    edges = weeks * np.arange(horizon + 1, dtype=np.float64)
    end = run.scenario.time.horizon_weeks
    if edges[-1] > end + 1e-9:
        rule = f"must end within the simulated {end} weeks, which are {int(end / weeks + 1e-9)} steps of the history"
        raise InputError([Fault("horizon", rule, horizon)])
    treated, baseline = (step_values(_panel(run, name), metric, edges) for name in (arm, BASELINE))
    _require_values((treated, baseline), metric, kind)
    scale = scale_of(kind)
    size = run.scenario.population.scale if kind == "real" and grows_with_customers(metric) else 1.0
    return np.asarray(size * (scale.forward(treated) - scale.forward(baseline)), dtype=np.float64)


def weeks_in_step(calendar: Calendar) -> float:
    """Return how many weeks lie between two points of a history; whole numbers count weeks."""
    return float(calendar.code) if calendar.frequency == "step" else WEEKS_IN_STEP[calendar.frequency]


def _panel(run: Run, arm: str) -> Panel:
    weekly = run.weekly
    rows = weekly[(weekly["scenario"] == arm) & (weekly["segment"] == ALL)]
    return panels(rows, run.scenario.time.ticks_per_week)[ALL]


def _require_values(arms: Sequence[Floats], metric: str, kind: Kind) -> None:
    """Raise `InputError` where a step of an arm has no value, or none on the scale of the kind."""
    values = np.concatenate(arms)
    rules = [
        (np.isfinite(values), "must be observed in every step of both arms: make steps longer or the population larger")
    ]
    if kind != "real":
        rules.append((~(values <= 0.0), "must be above 0 in every step of both arms: an effect is a ratio"))
    if kind == "rate":
        rules.append((~(values >= 1.0), "must be below 1 in every step of both arms: an effect is a ratio of odds"))
    faults = [
        Fault("metric", f"{rule}; {metric} is not in {int((~kept).any(axis=0).sum())} of {values.shape[1]} steps")
        for kept, rule in rules
        if not kept.all()
    ]
    if faults:
        raise InputError(faults)
