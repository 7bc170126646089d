"""Draws of uncertain parameters: where they lie, what leaves them alone, and what is wrong with their ranges."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy.stats import kstest

from cxsim.cli.compose import load
from cxsim.errors import InputError
from cxsim.interventions.uncertain import draw, faults_of
from cxsim.spec.load import build
from cxsim.spec.scenario import Scenario
from cxsim.spec.uncertainty import Prior, Uncertainty

BOND, MEMORY = "behaviour.churn.satisfaction", "behaviour.failure.memory_half_life_weeks"


@pytest.fixture(scope="module")
def scenario() -> Scenario:
    return load("telecom")


def priors(**ranges: Prior) -> Uncertainty:
    return Uncertainty(priors={{"bond": BOND, "memory": MEMORY}[name]: prior for name, prior in ranges.items()})


def test_draws_are_uniform_on_their_range_or_in_their_logarithm(scenario: Scenario) -> None:
    asked = priors(bond=Prior(low=4.0, high=12.0), memory=Prior(low=0.5, high=2.0, relative=True))
    drawn = draw(asked, scenario, seed=3, replications=2000)
    assert kstest((np.array(drawn[BOND]) - 4.0) / 8.0, "uniform").pvalue > 0.01
    times = np.array(drawn[MEMORY]) / scenario.behaviour.failure.memory_half_life_weeks
    assert kstest((np.log2(times) + 1.0) / 2.0, "uniform").pvalue > 0.01
    assert kstest((times - 0.5) / 1.5, "uniform").pvalue < 1e-6, "uniform multiples are something else"
    assert abs(np.corrcoef(drawn[BOND], drawn[MEMORY])[0, 1]) < 0.08


def test_more_replications_and_other_parameters_leave_draws_alone(scenario: Scenario) -> None:
    few = draw(priors(bond=Prior(low=4.0, high=12.0)), scenario, seed=3, replications=5)
    asked = priors(memory=Prior(low=10.0, high=90.0), bond=Prior(low=4.0, high=12.0))
    assert draw(asked, scenario, seed=3, replications=9)[BOND][:5] == few[BOND]
    assert draw(asked, scenario, seed=4, replications=9)[BOND][:5] != few[BOND]


def test_nothing_uncertain_draws_nothing(scenario: Scenario) -> None:
    assert draw(Uncertainty(), scenario, seed=0, replications=5) == {}
    assert faults_of(Uncertainty(), scenario, 5) == []


def test_every_fault_of_the_ranges_is_named(scenario: Scenario) -> None:
    asked = Uncertainty(
        priors={
            "behaviour.churn.satisfactoin": Prior(low=1.0, high=2.0),
            "money.margin": Prior(low=0.1, high=0.2),
            "behaviour.memory.end_weight": Prior(low=0.5, high=1.5),
            "behaviour.churn.notice": Prior(low=0.5, high=1.5, relative=True),
            MEMORY: Prior(low=0.0, high=9.0),
        }
    )
    assert [str(fault) for fault in faults_of(asked, scenario, 5)] == [
        (
            "uncertainty.priors.behaviour.churn.satisfactoin: must name a number of the scenario's behaviour, journey or market; "
            "did you mean 'behaviour.churn.satisfaction'?"
        ),
        "uncertainty.priors.money.margin: must name a number of the scenario's behaviour, journey or market",
        "uncertainty.priors.behaviour.memory.end_weight.high: must be at most 1, got 1.5",
        "uncertainty.priors.behaviour.churn.notice.relative: has no multiples: the scenario's value is 0",
        f"uncertainty.priors.{MEMORY}.low: must be above 0, got 0.0",
    ]


@pytest.mark.parametrize(
    ("prior", "said"),
    [
        ({"low": 2.0, "high": 2.0}, "priors.x.high: must be above low (2), got 2.0"),
        ({"low": 0.0, "high": 2.0, "relative": True}, "priors.x.low: must be above 0 where it is a multiple, got 0.0"),
        ({"low": 1.0}, "priors.x.high: required key is missing"),
    ],
)
def test_a_range_without_sense_is_refused(prior: dict[str, float], said: str) -> None:
    with pytest.raises(InputError, match=f"^{re.escape(said)}$"):
        build({"priors": {"x": prior}}, Uncertainty)


def test_draws_are_taken_from_a_file(scenario: Scenario, tmp_path: Path) -> None:
    file = tmp_path / "draws.csv"
    pd.DataFrame({BOND: [5.0, 6.0, 7.0], MEMORY: [30, 40, 50]}).to_csv(file, index=False)
    assert faults_of(Uncertainty(draws=file), scenario, 2) == []
    assert draw(Uncertainty(draws=file), scenario, 0, 2) == {BOND: (5.0, 6.0), MEMORY: (30.0, 40.0)}


def test_every_fault_of_a_file_is_named(scenario: Scenario, tmp_path: Path) -> None:
    file = tmp_path / "draws.csv"
    pd.DataFrame({"behaviour.churn.balanc": [1.0], BOND: ["much"], "behaviour.memory.end_weight": [-1.0]}).to_csv(
        file, index=False
    )
    assert [str(fault) for fault in faults_of(Uncertainty(draws=file), scenario, 2)] == [
        "uncertainty.draws: must have a row for each of the 2 replications (study.replications), got 1",
        (
            "draws.csv column behaviour.churn.balanc: must name a number of the scenario's behaviour, journey or market; did you "
            "mean 'behaviour.churn.balance'?"
        ),
        "draws.csv column behaviour.churn.satisfaction: must hold finite numbers",
        "draws.csv column behaviour.memory.end_weight: must be at least 0, got -1.0",
    ]
    gone = tmp_path / "gone.csv"
    said = f"uncertainty.draws: cannot be read (no such file or directory), got '{gone}'"
    assert [str(fault) for fault in faults_of(Uncertainty(draws=gone), scenario, 2)] == [said]
