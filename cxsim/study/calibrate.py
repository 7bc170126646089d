"""Fitting a scenario: to a firm's own customers, or its churn to a target.

Where parameters are uncertain, the level is solved for every draw of them as well: draws that all churn as observed.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

from cxsim.arrays import Floats, Rows
from cxsim.engine.warm import ensure_compiled
from cxsim.errors import Fault, InputError
from cxsim.interventions.uncertain import draw
from cxsim.results.files import write_text
from cxsim.results.folder import prepare, scenario_text
from cxsim.spec.job import Job
from cxsim.spec.scenario import Scenario
from cxsim.study.churn_level import CHECK, PILOT, Solution, solve
from cxsim.study.customers import CALIBRATION, about, observed_churn, own_customers, pilot_of, with_level
from cxsim.study.pool import say
from cxsim.units import WEEKS_PER_YEAR

ALL = "all"
DRAWS = "draws"
LEVEL = "behaviour.churn.level"
DRAWN = "drawn population"


def run_job(job: Job) -> Path:
    """Return the folder with the calibrated ``scenario.yaml`` and the table ``calibration.parquet``.

    Raises
    ------
    InputError : there is nothing to fit to.
    """
    if job.calibration.target_churn_year is None and (job.data.customers is None or job.data.columns.churned is None):
        rule = "must be given where data.customers and data.columns.churned do not say what was observed"
        raise InputError([Fault("calibration.target_churn_year", rule)])
    if LEVEL in job.uncertainty.priors:
        raise InputError([Fault(f"uncertainty.priors.{LEVEL}", "must be left out: it is what is solved for")])
    with prepare(job, "calibrate") as folder:
        if folder.finished:
            return folder.path
        scenario, table = calibrated(job)
        write_text(scenario_text(job.model_copy(update={"scenario": scenario})), folder.path / "scenario.yaml")
        tables = {CALIBRATION: table}
        if job.uncertainty.stated:
            tables[DRAWS] = calibrated_draws(job, scenario, float(table["target"].iloc[-1]))
        return folder.finish(tables, about(job, table))


def calibrated(job: Job) -> tuple[Scenario, pd.DataFrame]:
    """Return the scenario whose drawn customers resemble the file and churn as observed, or as `calibration` asks.

    The table has the cells of the file, if there is one, and a last row for the drawn population.
    """
    own = own_customers(job)
    scenario = job.scenario if own is None else resembling(job.scenario, own.base)
    cells = None if own is None else own.calibration
    aimed = job.calibration.target_churn_year
    scenario, row = fit_level(job, scenario, observed_churn(cells) if aimed is None else aimed, _window_weeks(job))
    return scenario, pd.concat([cells, pd.DataFrame([row])], ignore_index=True)


def fit_level(job: Job, scenario: Scenario, target: float, window_weeks: float) -> tuple[Scenario, dict[str, object]]:
    """Return the scenario with the churn level at which its initial customers lose the share `target` in the window.

    The row says how many customers were simulated, what was aimed at and what it came to with other luck.
    """
    found = _solved(job, scenario, target, window_weeks)
    fitted = with_level(scenario, float(found.offset[0]))
    check = pilot_of(job, fitted, None, CHECK, window_weeks)
    return fitted, {
        "contract": ALL,
        "tenure_class": DRAWN,
        "customers": check.size,
        "target": target,
        "simulated": float(check.lost(np.zeros(check.size)).mean()),
        "offset": float(found.offset[0]),
        "reached": bool(found.reached[0]),
    }


def calibrated_draws(job: Job, scenario: Scenario, target: float) -> pd.DataFrame:
    """Return a column for each uncertain parameter and for the churn level, and a row for each of `study.replications` draws.

    Each row's level is the one at which the drawn customers of `scenario`, living under the row's parameters, lose the share
    `target`. The file of the table is what `uncertainty.draws` takes.
    """
    draws = draw(job.uncertainty, scenario, job.study.seed, job.study.replications)
    rows = []
    for number, values in enumerate(zip(*draws.values(), strict=True), 1):
        drawn = dict(zip(draws, values, strict=True))
        say(f"solving the churn level of draw {number} of {job.study.replications}")
        found = _solved(job, scenario.with_changes(drawn), target, _window_weeks(job))
        rows.append({**drawn, LEVEL: scenario.behaviour.churn.level + float(found.offset[0])})
    return pd.DataFrame(rows)


def _window_weeks(job: Job) -> float:
    """Return over how many weeks the share is lost: a year, or as long as the churn flag of the firm was observed."""
    return job.data.churn_window_weeks if job.calibration.target_churn_year is None else WEEKS_PER_YEAR


def _solved(job: Job, scenario: Scenario, target: float, window_weeks: float) -> Solution:
    """Return the offset of the churn level at which the initial customers lose the share `target`."""
    ensure_compiled(scenario, say)
    pilot = pilot_of(job, scenario, None, PILOT, window_weeks)

    def lost(level: Floats) -> Floats:
        return np.array([pilot.lost(np.full(pilot.size, level[0])).mean()])

    return solve(np.array([target]), np.array([pilot.size]), lost, job.data.pilot_rounds, job.data.pilot_tolerance)


def resembling(scenario: Scenario, base: Rows) -> Scenario:
    """Return the scenario with the shares of segments and contracts, and the revenue of the segments, of a base."""
    population = scenario.population
    changes: dict[str, float] = {}
    for i, name in enumerate(population.contracts):
        changes[f"population.contracts.{name}.share"] = float(np.mean(base["contract"] == i))
    for i, name in enumerate(population.segments):
        revenue = base["monthly_revenue"][base["segment"] == i]
        changes[f"population.segments.{name}.share"] = revenue.size / len(base)
        paid = revenue[revenue > 0.0]
        if paid.size > 1:
            changes[f"population.segments.{name}.monthly_revenue"] = float(revenue.mean())
            changes[f"population.segments.{name}.monthly_revenue_log_sd"] = float(np.log(paid).std())
    return scenario.with_changes(changes)
