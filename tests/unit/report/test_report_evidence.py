from __future__ import annotations

import numpy as np
import pytest

from cxsim.report.bookings import booked
from cxsim.report.evidence import Evidence
from cxsim.report.figures.cash import cumulative
from cxsim.report.figures.retention import pooled
from cxsim.report.visits import by_channel, by_touchpoint, ordered


def test_the_parts_of_the_value_add_up_to_that_of_the_effects(comparison: Evidence) -> None:
    for arm in comparison.arms:
        for weeks in comparison.horizons:
            expected = comparison.effect("npv", arm, weeks).difference
            assert comparison.npv(arm, weeks).mean() == pytest.approx(expected, rel=1e-9, abs=1e-6)


def test_a_part_left_out_is_noticed(comparison: Evidence) -> None:
    parts = comparison.npv_parts("faster_reply")
    without = sum(values.mean() for name, values in parts.items() if name != "programme")
    assert without != pytest.approx(comparison.effect("npv", "faster_reply").difference, rel=1e-3)


def test_cash_over_time_ends_at_the_net_present_value(comparison: Evidence) -> None:
    for arm in comparison.arms:
        assert cumulative(comparison, arm)[:, -1] == pytest.approx(comparison.npv(arm), rel=1e-9, abs=1e-6)


def test_arms_are_ranked_by_value(comparison: Evidence) -> None:
    values = [comparison.effect("npv", arm).difference for arm in comparison.ranked]
    assert values == sorted(values, reverse=True)
    assert comparison.label("faster_reply+agent_training") == "Faster complaint response + Agent training"


def test_levels_are_those_of_the_effects(comparison: Evidence) -> None:
    for metric in ("satisfaction", "churn_rate", "retention", "nps_true", "revenue"):
        assert comparison.level(metric)[0] == pytest.approx(comparison.effect(metric, "null_lever").baseline, rel=1e-12)


def test_every_visit_and_booking_is_counted(run: Evidence) -> None:
    table = run.tables["touchpoints"]
    encounters = table.loc[table["year"] == 1, "encounters"].sum()
    assert by_channel(run, "baseline")["encounters"].sum() == encounters
    weeks = run.panel()["active"][:, :52].sum()
    assert by_touchpoint(run, "baseline")["visits"].sum() == pytest.approx(100.0 * encounters / (weeks / 52.0))
    sums = booked(run, "baseline", ["cause"]).sum()
    years = run.panel()["active"].sum() / 52.0
    assert sums["debits"] * years == pytest.approx(run.tables["ledger"]["debits"].sum())


def test_touchpoints_stand_from_before_to_after(run: Evidence) -> None:
    assert ordered(run) == list(run.scenario.journey.touchpoints)


def test_cohorts_are_pooled_by_age(run: Evidence) -> None:
    at_risk, lost = pooled(run)
    won = run.tables["cohorts"].query("cohort > 0")
    assert lost.sum() == won["churned"].sum()
    assert at_risk.sum() == won["active"].sum() + won["churned"].sum()
    assert np.all(np.diff(at_risk[8:]) <= 0)
