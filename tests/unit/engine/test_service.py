"""Service: every contact counts and costs, on whatever channel, and a desk can fail as anything else can."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest

import cxsim
from cxsim.results.run import Run
from cxsim.spec.scenario import Scenario

SMALL = {"population.size": 2_000, "time.horizon_weeks": 20, "time.warmup_weeks": 0}


@pytest.fixture(scope="module")
def scenario() -> Scenario:
    return cxsim.load("telecom").with_changes(SMALL)


def run(scenario: Scenario, **changes: Any) -> Run:
    return cxsim.simulate(
        scenario.with_changes({path.replace("__", "."): value for path, value in changes.items()}), seed=5
    )


def support(made: Run) -> pd.DataFrame:
    """Return encounters and failures of support by channel, of the simulated customers."""
    rows = made.tables["touchpoints"].query("touchpoint == 'support'")
    return rows.groupby("channel")[["encounters", "failures"]].sum()


@pytest.mark.parametrize("channel", ["shop", "app"])
def test_a_contact_costs_what_its_channel_costs_whether_or_not_it_has_a_desk(scenario: Scenario, channel: str) -> None:
    as_shipped = run(scenario)
    dearer = run(scenario, **{f"journey__channels__{channel}__cost": 100.0 + scenario.journey.channels[channel].cost})
    visits = float(support(as_shipped)["encounters"][channel])
    assert visits > 20
    more = (
        dearer.weekly.query("segment == 'all'")["contact_cost"].sum()
        - as_shipped.weekly.query("segment == 'all'")["contact_cost"].sum()
    )
    assert more == pytest.approx(100.0 * visits, rel=1e-6)


def test_every_visit_of_support_is_a_contact(scenario: Scenario) -> None:
    made = run(scenario, **{f"journey__touchpoints__{name}__failure": 0.0 for name in scenario.journey.touchpoints})
    whole = made.weekly.query("segment == 'all'")
    assert whole["complaints"].sum() == 0
    assert whole["contacts"].sum() == support(made)["encounters"].sum() + whole["abandoned"].sum()
    assert made.customers["contacts"].sum() == whole["contacts"].sum()


@pytest.mark.parametrize("failure", [0.0, 0.9])
def test_a_desk_fails_as_often_as_the_touchpoint_says(scenario: Scenario, failure: float) -> None:
    by_channel = support(run(scenario, journey__touchpoints__support__failure=failure))
    for channel in ("phone", "chat", "shop"):
        share = by_channel["failures"][channel] / by_channel["encounters"][channel]
        assert share == pytest.approx(failure, abs=0.12)
