"""Churn models on simulated customers whose true effect is known: when they find it, and when they cannot."""

from __future__ import annotations

from functools import cache

import pandas as pd
import pytest

import cxsim
from cxsim.spec.scenario import Scenario
from cxsim.study.known_effect import KnownEffect, known_effect
from tests.mechanisms import lever

AIMED = {"state": "satisfaction < 0.70", "coverage": 0.6}
AT_RANDOM = {"coverage": 0.5}
ON_LEAVING = ("behaviour.churn.level", "add", -0.7)
ON_SATISFACTION = ("journey.touchpoints.*.quality.functional", "add", 0.08)


@cache
def studied(effect: tuple[str, str, float], aimed: bool) -> pd.DataFrame:
    """Return the table of a lever's estimates after a year."""
    size = {"population.size": 3_000, "time.warmup_weeks": 13, "time.horizon_weeks": 52}
    scenario: Scenario = cxsim.load("telecom").with_changes(
        {**size, **lever("offer", effect, target=AIMED if aimed else AT_RANDOM)}
    )
    found: KnownEffect = known_effect(scenario, "offer", replications=10, seed=5)
    assert found.clustered_by == "replication"
    assert found.lost["high"].item() < 0.0
    return found.table


def rows_of(table: pd.DataFrame, analysis: str) -> pd.DataFrame:
    return table[table["analysis"] == analysis]


def check_that_what_is_seen_misleads(table: pd.DataFrame) -> None:
    """The lever helps, and yet reached customers leave more often than the others."""
    assert (rows_of(table, "true")["high"] < 1.0).all()
    assert (rows_of(table, "as_seen")["low"] > 1.0).all()


def check_that_adjusting_finds_the_truth(table: pd.DataFrame) -> None:
    adjusted = rows_of(table, "adjusted_over_time")
    assert adjusted["holds_truth"].all()
    assert (adjusted["error"].abs() < 0.15).all()


def check_that_adjusting_explains_the_lever_away(table: pd.DataFrame) -> None:
    adjusted = rows_of(table, "adjusted_over_time")
    assert not adjusted["holds_truth"].any()
    assert (adjusted["error"] > 0.0).all()
    assert (adjusted["low"] < 1.0).all()
    assert (adjusted["high"] > 1.0).all()


@pytest.mark.slow
def test_a_lever_aimed_at_the_dissatisfied_looks_harmful_until_satisfaction_is_adjusted_for() -> None:
    table = studied(ON_LEAVING, aimed=True)
    check_that_what_is_seen_misleads(table)
    check_that_adjusting_finds_the_truth(table)
    # Reached by the draw of a lot, the customers can simply be compared.
    with pytest.raises(AssertionError, match="assert"):
        check_that_what_is_seen_misleads(studied(ON_LEAVING, aimed=False))
    assert rows_of(studied(ON_LEAVING, aimed=False), "as_seen")["holds_truth"].all()


@pytest.mark.slow
def test_a_lever_that_acts_through_satisfaction_is_explained_away_by_adjusting_for_it() -> None:
    table = studied(ON_SATISFACTION, aimed=True)
    check_that_adjusting_explains_the_lever_away(table)
    with pytest.raises(AssertionError, match="assert"):
        check_that_adjusting_finds_the_truth(table)
    with pytest.raises(AssertionError, match="assert"):
        check_that_adjusting_explains_the_lever_away(studied(ON_LEAVING, aimed=True))


@pytest.mark.slow
def test_cox_and_the_discrete_hazard_agree_on_the_same_rows() -> None:
    both = studied(ON_LEAVING, aimed=True).groupby("analysis")["coefficient"]
    assert (both.max() - both.min()).max() < 0.05
