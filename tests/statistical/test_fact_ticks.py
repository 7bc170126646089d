"""Days and weeks tell the same story, and nobody is counted twice (F26)."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pytest

import cxsim
from cxsim.arrays import Ints
from cxsim.spec.scenario import Scenario
from tests.mechanisms import CLOSED, weekly


class Outcome(NamedTuple):
    """Mean score of a year and the share of customers who left in it."""

    nps: float
    churn: float


def a_year(scenario: Scenario, tick: str, **changes: float) -> Outcome:
    size = {"population.size": 60_000, "time.warmup_weeks": 26, "time.horizon_weeks": 53, "time.tick": tick, **CLOSED}
    table = weekly(cxsim.simulate(scenario.with_changes({**size, **changes}), replications=2, seed=26))
    last = 52 * (7 if tick == "day" else 1)
    active = table["active"].groupby("replication").nth(last)
    return Outcome(float(table["nps_true"].to_numpy().mean()), 1.0 - float(active.to_numpy().sum()) / 120_000)


def check_same_laws(weeks: Outcome, days: Outcome) -> None:
    assert abs(weeks.nps - days.nps) <= 1.0, (weeks, days)
    assert abs(weeks.churn - days.churn) <= 0.005, (weeks, days)


@pytest.mark.slow
def test_f26_days_and_weeks_tell_the_same(telecom: Scenario) -> None:
    weeks = a_year(telecom, "week")
    check_same_laws(weeks, a_year(telecom, "day"))
    # As if a rate per week had been taken for one per tick.
    sevenfold = {"journey.contact_rate": 7.0, "behaviour.churn.level": 0.3}
    with pytest.raises(AssertionError, match="assert "):
        check_same_laws(weeks, a_year(telecom, "week", **sevenfold))


def check_people(active: Ints, acquired: Ints, churned: Ints) -> None:
    assert (np.diff(active) == acquired[1:] - churned[1:]).all()


BARE = {
    "journey.nodes": {
        "ad": {"touchpoint": "ad", "life": "lead", "next": {"live": 1.0}},
        "live": {"life": "active", "background": ["usage", "bill"], "next": {"lost": "churn()"}},
        "lost": {"life": "lost"},
    },
    "journey.golden_path": [],
}


@pytest.mark.parametrize("changes", [{}, BARE], ids=["as shipped", "without touchpoints of leaving"])
def test_f26_nobody_is_active_and_lost_at_once(telecom: Scenario, changes: dict[str, object]) -> None:
    size = {"population.size": 3000, "time.warmup_weeks": 13, "time.horizon_weeks": 39}
    table = weekly(cxsim.simulate(telecom.with_changes({**size, **changes}), seed=26)).loc[0]
    active, acquired, churned = (table[name].to_numpy() for name in ("active", "acquired", "churned"))
    check_people(active, acquired, churned)
    with pytest.raises(AssertionError, match="assert "):
        check_people(active, acquired, np.roll(churned, 1))
