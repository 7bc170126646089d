"""A firm's own customers as the initial base of a study."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from cxsim.arrays import Floats, Ints, Rows
from cxsim.engine.draws import draws
from cxsim.engine.warm import ensure_compiled
from cxsim.population.customer_file import CustomerFile, read_customers, sized
from cxsim.rng import Block, luck
from cxsim.spec.job import Job
from cxsim.spec.scenario import Scenario
from cxsim.study.churn_level import CHECK, PILOT, Cells, Pilot, calibration_table, cells_of, solve, targets
from cxsim.study.pool import say

if TYPE_CHECKING:
    import pandas as pd

CALIBRATION = "calibration"
"""Name of the table of observed and simulated churn, and of the part that holds it."""

BASE = np.dtype(
    [("segment", "u1"), ("contract", "u1"), ("monthly_revenue", "f8"), ("tenure_weeks", "f8"), ("log_hazard", "f8")]
)


@dataclass(frozen=True)
class OwnCustomers:
    """The initial base of a firm.

    Attributes
    ----------
    scenario : the scenario with the base's size. Its churn level, which later arrivals have too, is the base's mean.
    base : records for the model.
    ids : the firm's names.
    calibration : observed and simulated churn by cell, ``None`` where churn was not observed.
    """

    scenario: Scenario
    base: Rows
    ids: Sequence[str]
    calibration: pd.DataFrame | None = None


def own_customers(job: Job, calibration: pd.DataFrame | None = None) -> OwnCustomers | None:
    """Return the firm's customers of a job, or nothing where the customers are drawn.

    Parameters
    ----------
    calibration : what was found for the same job before; the churn level is solved where it is left out.

    Raises
    ------
    InputError : the file has faults.
    """
    if job.data.customers is None:
        return None
    scenario = sized(job).scenario
    customers = read_customers(job.data.customers, job.data, scenario.population)
    base = base_of(customers, scenario, job.study.seed)
    if customers.churned is None:
        return OwnCustomers(scenario, base, customers.ids)
    cells = cells_of(
        list(scenario.population.contracts),
        customers.contract,
        customers.tenure_weeks,
        customers.churned,
        np.array(job.data.tenure_classes_weeks),
    )
    if calibration is None:
        calibration = _solved(job, scenario, base, cells)
    level, base["log_hazard"] = _split(cells.of, calibration["offset"].to_numpy())
    return OwnCustomers(with_level(scenario, level), base, customers.ids, calibration)


def base_of(customers: CustomerFile, scenario: Scenario, seed: int) -> Rows:
    """Return the records of the file's customers; a segment that the file does not have is drawn from the shares."""
    base = np.zeros(len(customers.ids), BASE)
    base["segment"] = _drawn_segments(len(base), scenario, seed) if customers.segment is None else customers.segment
    base["contract"] = customers.contract
    base["monthly_revenue"] = customers.monthly_revenue
    base["tenure_weeks"] = customers.tenure_weeks
    return base


def with_level(scenario: Scenario, level: float) -> Scenario:
    """Return the scenario with its churn level raised by `level`, a log hazard."""
    return scenario.with_changes({"behaviour.churn.level": scenario.behaviour.churn.level + level})


def pilot_of(job: Job, scenario: Scenario, base: Rows | None, replication: int, window_weeks: float) -> Pilot:
    """Return a pilot of so many customers as `data.pilot_customers`, or of all where there are more.

    A firm's base is repeated as often as it takes. Whatever their number, the customers are as many as they represent.
    """
    size = scenario.population.size
    copies = -(-job.data.pilot_customers // size)
    large = copies * size if base is not None else max(size, job.data.pilot_customers)
    stand_for = scenario.population.represents or size
    scenario = scenario.with_changes({"population.size": large, "population.represents": stand_for})
    rows = None if base is None else np.tile(base, copies)
    return Pilot(scenario, rows, window_weeks, job.study.seed, replication, job.engine.threads)


def about(job: Job, calibration: pd.DataFrame | None) -> Mapping[str, Any]:
    """Return what the manifest says about a firm's customers, the assumption about their churn flag among it."""
    data = job.data
    if data.customers is None:
        return {}
    facts: dict[str, Any] = {"file": data.customers.name, "customers": job.scenario.population.size}
    if calibration is not None and "observed" in calibration:
        cells = calibration[calibration["observed"].notna()]
        facts |= {
            "assumption": f"the churn flag was observed over {data.churn_window_weeks:g} weeks",
            "churn_window_weeks": data.churn_window_weeks,
            "churn_window_note": data.churn_window_note,
            "observed_churn": observed_churn(cells),
            "simulated_churn": float(np.average(cells["simulated"], weights=cells["customers"])),
            "cells_not_reached": int((~cells["reached"]).sum()),
        }
    return {"data": facts}


def observed_churn(calibration: pd.DataFrame | None) -> float:
    """Return the share of a firm's customers that was lost within the window; nan where nobody observed it."""
    return np.nan if calibration is None else float(calibration["churned"].sum() / calibration["customers"].sum())


def _solved(job: Job, scenario: Scenario, base: Rows, cells: Cells) -> pd.DataFrame:
    """Return the table of cells with offsets solved in pilots, and what they lead to with other luck."""
    ensure_compiled(scenario, say)
    say(f"solving the churn level of {len(base)} customers in {cells.customers.size} cells on pilot simulations")
    data, target = job.data, targets(cells)
    pilot = pilot_of(job, scenario, base, PILOT, data.churn_window_weeks)
    copies = pilot.size // len(base)

    def lost(offset: Floats) -> Floats:
        return cells.per_cell(pilot.lost(np.tile(offset[cells.of], copies)))

    solution = solve(target, copies * cells.customers, lost, data.pilot_rounds, data.pilot_tolerance)
    level, deviation = _split(cells.of, solution.offset)
    check = pilot_of(job, with_level(scenario, level), base, CHECK, data.churn_window_weeks)
    return calibration_table(cells, solution, target, cells.per_cell(check.lost(np.tile(deviation, copies))))


def _split(of: Ints, offset: Floats) -> tuple[float, Floats]:
    """Return the mean offset of the customers, and how far each differs from it."""
    own = offset[of]
    return float(own.mean()), own - own.mean()


def _drawn_segments(size: int, scenario: Scenario, seed: int) -> Ints:
    shares = np.cumsum([segment.share for segment in scenario.population.segments.values()])
    drawn = draws(np.arange(size), 0, Block.BIRTH, 0, 0, luck(seed, 0))
    return np.minimum(np.searchsorted(shares, drawn, side="right"), shares.size - 1)
