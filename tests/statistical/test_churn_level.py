"""Solving the churn level: against a law with known answer, and against the public telecom file."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from cxsim.arrays import Floats
from cxsim.cli.compose import job as composed
from cxsim.spec.job import Job
from cxsim.study.churn_level import WEIGHT, cells_of, solve, targets
from cxsim.study.customers import OwnCustomers, own_customers
from cxsim.study.simulate import make_plan

STANDARD_ERRORS = 4.0
TELCO = Path("telco_churn") / "Telco-Customer-Churn.csv"
SHAPE = np.array([0.3, 0.7, 2.0, 50.0])
TARGET = np.array([0.5, 0.9, 0.02, 0.3])
MANY = np.full(4, 10**9)


def lost_of(offset: Floats) -> Floats:
    """Share lost in a year where hazards are gamma with mean 0.15 and these shapes: 1 - (1 + 0.15 e^d / k)^-k."""
    return np.asarray(1.0 - (1.0 + 0.15 * np.exp(offset) / SHAPE) ** -SHAPE)


def test_offsets_of_a_known_law_are_found() -> None:
    exact = np.log(SHAPE / 0.15 * ((1.0 - TARGET) ** (-1.0 / SHAPE) - 1.0))
    found = solve(TARGET, MANY, lost_of, rounds=12, tolerance=1e-6)
    assert found.reached.all()
    assert found.offset == pytest.approx(exact, abs=1e-3)


def test_the_usual_rounds_suffice_for_the_usual_tolerance() -> None:
    found = solve(TARGET[[0, 2, 3]], MANY[:3], lambda d: lost_of(np.insert(d, 1, 0.0))[[0, 2, 3]], 6, 0.005)
    assert found.reached.all()


def test_a_cell_that_cannot_be_brought_to_its_target_is_said() -> None:
    found = solve(TARGET, MANY, lambda offset: 0.4 * lost_of(offset), rounds=8, tolerance=0.005)
    assert found.reached.tolist() == [False, False, True, True]
    assert found.share[1] < 0.4


def test_few_or_extreme_cells_aim_between_themselves_and_their_contract() -> None:
    # Contract a: 100 of 1,000 lost in a large cell, 0 of 40, and 5 of 5; contract b: 90 of 100.
    tenure = np.repeat([0.0, 60.0, 120.0, 0.0], [1000, 40, 5, 100])
    contract = np.repeat([0, 0, 0, 1], [1000, 40, 5, 100])
    churned = np.concatenate([np.arange(1000) < 100, np.zeros(40), np.ones(5), np.arange(100) < 90]).astype(bool)
    cells = cells_of(["a", "b"], contract, tenure, churned, np.array([0.0, 52.0, 104.0]))
    assert list(zip(cells.contract, cells.tenure_class, strict=True)) == [
        ("a", "0-52"),
        ("a", "52-104"),
        ("a", "104+"),
        ("b", "0-52"),
    ]
    mean = (105 + WEIGHT * 195.5 / 1146) / (1045 + WEIGHT)
    assert targets(cells) == pytest.approx(
        [0.1, WEIGHT * mean / (40 + WEIGHT), (5 + WEIGHT * mean) / (5 + WEIGHT), 0.9]
    )


def telco_job(shared_data: Path) -> Job:
    return composed(["data=telco_churn", f"data.customers={shared_data / TELCO}", "study.seed=11"])


@pytest.fixture(scope="module")
def telco(shared_data: Path) -> OwnCustomers:
    own = own_customers(telco_job(shared_data))
    assert own is not None
    return own


def table_of(own: OwnCustomers) -> pd.DataFrame:
    assert own.calibration is not None
    return own.calibration


def misfits(share: Floats, target: Floats, customers: Floats) -> Floats:
    """By how many standard errors of a simulation with so many customers the share is off its target."""
    return np.asarray(np.abs(share - target) / np.sqrt(target * (1.0 - target) / customers + 0.005**2))


@pytest.mark.slow
def test_the_telco_base_loses_what_was_observed_cell_by_cell(telco: OwnCustomers) -> None:
    cells = table_of(telco)
    assert len(cells) == 15
    assert cells["reached"].all()
    # Solved and shown on 15 copies each, so the difference has twice the variance.
    trials = 15 * cells["customers"].to_numpy() / 2
    target = cells["target"].to_numpy()
    assert misfits(cells["simulated"].to_numpy(), target, trials).max() < STANDARD_ERRORS
    total = cells["customers"].sum()
    assert (cells["observed"] * cells["customers"]).sum() / total == pytest.approx(0.2654, abs=5e-5)
    assert (cells["simulated"] * cells["customers"]).sum() / total == pytest.approx(0.2654, abs=0.01)
    for contract, observed in (("monthly", 0.427), ("yearly", 0.113), ("two_year", 0.028)):
        own = cells[cells["contract"] == contract]
        simulated = np.average(own["simulated"], weights=own["customers"])
        assert np.average(own["observed"], weights=own["customers"]) == pytest.approx(observed, abs=5e-4)
        assert simulated == pytest.approx(observed, abs=0.01)


def replications(own: OwnCustomers, job: Job, number: int) -> Floats:
    """Share of each cell lost within a year, by replication of the study itself."""
    plan = make_plan(job.model_copy(update={"scenario": own.scenario}), {"baseline": ()}, own)
    shares = []
    for replication in range(number):
        model = plan.model(replication)
        for _ in range(model.warmup_ticks + 52):
            model.step()
        lost = model.rows["life"][: len(own.base)] == 3
        shares.append(pd.Series(lost).groupby([own.base["contract"]]).mean().to_numpy())
    return np.array(shares)


@pytest.mark.slow
def test_the_study_itself_loses_it_too_and_not_without_the_offsets(telco: OwnCustomers, shared_data: Path) -> None:
    job, cells = telco_job(shared_data), table_of(telco)
    observed = cells.groupby("contract", sort=False)[["churned", "customers"]].sum()
    target, customers = (observed["churned"] / observed["customers"]).to_numpy(), observed["customers"].to_numpy()

    def off(own: OwnCustomers) -> Floats:
        return misfits(replications(own, job, 4).mean(axis=0), target, 4 * customers)

    assert off(telco).max() < STANDARD_ERRORS
    bare = telco.base.copy()
    bare["log_hazard"] = 0.0
    assert off(OwnCustomers(job.scenario, bare, telco.ids)).max() > STANDARD_ERRORS
    swapped = telco.base.copy()
    swapped["log_hazard"] = -telco.base["log_hazard"]
    assert off(OwnCustomers(telco.scenario, swapped, telco.ids)).max() > STANDARD_ERRORS
