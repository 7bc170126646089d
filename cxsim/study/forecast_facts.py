"""What the manifest of a forecast says about it, so that its page can speak of months, currencies and customers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from cxsim.forecast.calendar import Calendar
from cxsim.forecast.series import History
from cxsim.metrics.horizons import METRICS
from cxsim.metrics.steps import adds_up, grows_with_customers
from cxsim.results.run import Run
from cxsim.spec.job import Job
from cxsim.study.arm_effect import weeks_in_step
from cxsim.study.uncertain import PARAMETERS

STEPS = {
    "daily": "day", "business": "working day", "weekly": "week", "monthly": "month", "quarterly": "quarter", "yearly": "year",
}  # fmt: skip


def facts_of(job: Job, run: Run | None, histories: Sequence[History]) -> dict[str, Any]:
    """Return kind and unit of the target, what a step is called, and what is known of the arm."""
    metric, arm = job.forecast.metric or job.data.target, job.forecast.arm
    first = histories[0]
    facts: dict[str, Any] = {
        "metric": metric,
        "kind": first.kind,
        "unit": job.data.unit or _unit(metric, run if arm is None else None),
        "step": _step(first.calendar, run),
        "adds_up": adds_up(metric),
    }
    if run is not None and arm is not None:
        facts["arm"] = _arm(run, arm, metric, first)
    elif run is not None:
        population = run.scenario.population
        real = population.represents or population.size
        facts |= {"simulated": population.size, "represents": real} if grows_with_customers(metric) else {}
        facts["step"] = "week" if run.scenario.time.ticks_per_week == 1 else "day"
    return facts


def _arm(run: Run, arm: str, metric: str, history: History) -> dict[str, Any]:
    """Return how the arm is called, when it starts, and how its effect was simulated."""
    levers = [(name, run.scenario.interventions.get(name)) for name in arm.split("+")]
    starts = [lever.start_week for _, lever in levers if lever is not None]
    parameters = run.tables[PARAMETERS]["parameter"].unique().tolist() if PARAMETERS in run.tables else []
    absolute = history.kind == "real" and grows_with_customers(metric)
    population = run.scenario.population
    return {
        "label": " + ".join((lever and lever.label) or name for name, lever in levers),
        "first_step": int(min(starts, default=0.0) / weeks_in_step(history.calendar) + 1e-9) + 1,
        "replications": run.replications,
        "parameters": parameters,
        "represents": (population.represents or population.size) if absolute else None,
    }


def _unit(metric: str, run: Run | None) -> str:
    """Return the unit of a metric where it is known: money only of a run, which has a currency."""
    unit = METRICS[metric].unit if metric in METRICS else ""
    if "{currency}" in unit:
        return "" if run is None else unit.format(currency=run.scenario.population.currency)
    return unit if metric != "churn_rate" else ""


def _step(calendar: Calendar, run: Run | None) -> str:
    """Return what a step is called; whole numbers beside a comparison are weeks."""
    if calendar.frequency != "step":
        return STEPS[calendar.frequency]
    if run is None:
        return "step"
    return "week" if calendar.code == "1" else f"{calendar.code} weeks"
