"""The interval of the value beyond the run covers the truth, though one tail is fitted for all replications."""

from __future__ import annotations

from functools import partial

import numpy as np
import pandas as pd
import pytest

import cxsim
from cxsim.metrics.panel import Panel
from cxsim.spec.scenario import Scenario
from cxsim.study.paired import mean_interval
from cxsim.study.terminal import Tail, fit_tail, fit_tails, terminal_value

pytestmark = pytest.mark.slow

YEARS, AT_RISK, REPLICATIONS, STUDIES = 12, 400, 6, 100
BEFORE, AFTER = Tail(0.7, 4.0), Tail(0.7, 4.4)


@pytest.fixture(scope="module")
def scenario() -> Scenario:
    return cxsim.load("telecom")


def survivors() -> pd.DataFrame:
    """Return as many survivors of every year of tenure in every replication: the luck of who is left adds nothing here."""
    rows = pd.MultiIndex.from_product([range(REPLICATIONS), range(1, YEARS)], names=["replication", "tenure_years"])
    return pd.DataFrame({"survivors": 100, "monthly_revenue": 4_000.0}, index=rows).reset_index()


def panel() -> Panel:
    weeks = np.zeros((REPLICATIONS, 52))
    names = {"base_active": weeks + 2_000.0, "base_churned": weeks, "base_cost": weeks}
    return Panel({**names, "replication": weeks + np.arange(REPLICATIONS)[:, None]}, ticks_per_week=1)


def tenures(law: Tail, rng: np.random.Generator) -> pd.DataFrame:
    """Return who was watched and who left by year of tenure in a last year, drawn from the law."""
    rows = pd.MultiIndex.from_product([range(REPLICATIONS), range(YEARS)], names=["replication", "place"])
    table = pd.DataFrame(index=rows).reset_index()
    churned = rng.binomial(AT_RISK, law.alpha / (law.alpha + law.beta + table["place"]))
    # Who left counts for half a year beside what was watched, see `terminal`.
    watched = (AT_RISK - churned / 2.0) * 52.0
    return table.assign(year=3, tenure_quarter=4 * table["place"], churned=churned, exposure_weeks=watched)


def one(table: pd.DataFrame, from_year: int) -> list[Tail]:
    return [fit_tail(table, from_year)]


def coverage(scenario: Scenario, *, pooled: bool) -> float:
    """Return how often the 95 % interval of the difference of two arms holds the truth; `pooled` leaves the tail's error out."""
    alive, whole = survivors(), panel()

    def value(law: Tail) -> float:
        return float(terminal_value(alive, lambda _: [law], whole, scenario).mean())

    truth, held = value(AFTER) - value(BEFORE), []
    for study in range(STUDIES):
        rng = np.random.default_rng([13, study])
        tables = [tenures(law, rng) for law in (BEFORE, AFTER)]
        arms = [
            terminal_value(alive, partial(one if pooled else fit_tails, table), whole, scenario) for table in tables
        ]
        _, low, high = mean_interval(arms[1] - arms[0], 0.95)
        held.append(low <= truth <= high)
    return float(np.mean(held))


def test_the_interval_of_the_value_beyond_the_run_knows_that_its_tail_is_estimated(scenario: Scenario) -> None:
    assert 0.90 <= coverage(scenario, pooled=False) <= 0.99


def test_an_interval_that_takes_the_tail_for_known_is_found_out(scenario: Scenario) -> None:
    assert coverage(scenario, pooled=True) < 0.5
