"""Metrics over the steps of another calendar: what adds up, what is read at the end, what is a mean of whom."""

from __future__ import annotations

import numpy as np
import pytest

from cxsim.cli.compose import load
from cxsim.forecast.links import KIND_OF_METRIC
from cxsim.metrics.panel import Panel
from cxsim.metrics.steps import FLOWS, METRICS_OVER_TIME, SHARES, STOCKS, WEIGHTS, adds_up, step_values
from cxsim.study.simulate import simulate

KEYS = {"scenario", "replication", "segment", "tick", "week"}
TICKS = 8


def panel(**columns: list[float]) -> Panel:
    return Panel({name: np.array([values]) for name, values in columns.items()}, ticks_per_week=1)


def edges(*weeks: float) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    return np.array(weeks)


def test_money_adds_up_and_a_step_between_ticks_takes_its_part() -> None:
    one = panel(revenue=[1.0, 2.0, 3.0, 4.0])
    assert step_values(one, "revenue", edges(0, 1.5, 3, 4)).tolist() == [[2.0, 4.0, 4.0]]


def test_counts_have_half_a_customer_more() -> None:
    one = panel(complaints=[0.0, 0.0, 3.0, 4.0])
    assert step_values(one, "complaints", edges(0, 2, 4)).tolist() == [[0.5, 7.5]]


def test_customers_are_those_of_the_end_of_the_step() -> None:
    one = panel(active=[100.0, 90.0, 80.0, 60.0])
    assert step_values(one, "active", edges(0, 0.5, 2, 3.5)).tolist() == [[100.5, 90.5, 70.5]]


def test_a_mean_is_of_those_who_are_there_and_missing_without_anybody() -> None:
    one = panel(csat=[2.0, 5.0, np.nan, np.nan], csat_answers=[3.0, 1.0, 0.0, 0.0])
    found = step_values(one, "csat", edges(0, 2, 4))
    assert found[0, 0] == pytest.approx((3 * 2 + 5) / 4)
    assert np.isnan(found[0, 1])


def test_a_share_is_never_quite_none_or_all() -> None:
    one = panel(frustrated_share=[0.0, 0.0, 1.0, 1.0], active=[10.0, 10.0, 10.0, 10.0])
    assert step_values(one, "frustrated_share", edges(0, 2, 4))[0] == pytest.approx([0.5 / 21, 20.5 / 21])


def test_churn_of_a_step_compounds() -> None:
    left = [10.0, 9.0, 8.1]
    stay = [90.0, 81.0, 72.9]
    found = step_values(panel(churned=left, active=stay), "churn_rate", edges(0, 3))
    assert found[0, 0] == pytest.approx(1 - 0.9**3, abs=0.004)


def test_what_every_number_of_a_run_does_over_time_is_known() -> None:
    scenario = load("telecom", ["population.size=200", "time.horizon_weeks=4", "time.warmup_weeks=0"])
    weekly = simulate(scenario).weekly
    assert set(weekly.columns) - KEYS == METRICS_OVER_TIME, "say in metrics/steps.py what a new column does over time"
    kinds = {name: KIND_OF_METRIC.get(name, "real") for name in METRICS_OVER_TIME}
    assert {name for name in WEIGHTS if kinds[name] == "rate"} == SHARES
    halves = {**FLOWS, **STOCKS}
    assert {name for name, half in halves.items() if half and kinds[name] != "positive"} <= {
        "base_active",
        "base_churned",
    }
    assert adds_up("revenue")
    assert not adds_up("active")
