"""Service desks: abandonment under load, what fewer agents do to customers, and failure demand (F12, F12b, F13, F13b)."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pandas as pd
import pytest
from scipy.stats import ttest_1samp

import cxsim
from cxsim.queueing.erlang import erlang_a, erlang_c
from cxsim.spec.scenario import Scenario
from tests.mechanisms import CLOSED, INDIFFERENT, lever, weekly


def check_impatience(abandoned: float, mean_wait_s: float) -> None:
    assert abandoned == pytest.approx(0.0309, rel=0.005)
    assert mean_wait_s == pytest.approx(3.71, rel=0.005)


def test_f12_impatient_customers_wait_less_than_patient_ones() -> None:
    impatient, patient = erlang_a(48.0, 1.0, 50.0, 0.5), erlang_c(48.0, 1.0, 50)
    check_impatience(impatient.abandoned, 60.0 * impatient.mean_wait)
    assert 60.0 * patient.mean_wait == pytest.approx(20.83, rel=0.005)
    with pytest.raises(AssertionError, match="assert "):
        check_impatience(patient.abandoned, 60.0 * patient.mean_wait)


def abandonment(load: float, patience_min: float) -> float:
    """Return the share that abandons a desk of 40 agents and eight minutes of handling."""
    return erlang_a(load * 40 / 8.0, 1.0 / 8.0, 40.0, 1.0 / patience_min).abandoned


def check_congestion(patience_min: float) -> None:
    shares = [abandonment(load, patience_min) for load in (0.9, 1.0, 1.2)]
    assert shares == pytest.approx([0.033, 0.074, 0.182], abs=5e-4)
    assert np.isfinite(abandonment(5.0, patience_min))


def test_f12b_congestion_is_convex_and_overload_stable() -> None:
    check_congestion(4.0)
    growing = [abandonment(load, 4.0) for load in (0.7, 0.8, 0.9, 1.0)]
    assert (np.diff(growing, 2) > 0.0).all()
    with pytest.raises(AssertionError, match="assert "):
        check_congestion(1000.0)


class Cut(NamedTuple):
    """What a cut of the agents did, one number a replication: ratio of abandonment, change of the score, change of churn."""

    abandonment: pd.Series
    nps: pd.Series
    churn: pd.Series


def cut_agents(scenario: Scenario, factor: float) -> Cut:
    """Return what this many times the agents do to customers in a year, on the same customers with the same luck.

    The desks start from 22 and 11 agents, where one contact in nine is abandoned, as in the reference world of the fact.
    """
    cut = lever("cut", ("journey.queues.*.agents", "multiply", factor))
    size = {"population.size": 12_000, "time.warmup_weeks": 26, "time.horizon_weeks": 52, **CLOSED}
    staff = {"journey.queues.phone.agents": 22, "journey.queues.chat.agents": 11}
    run = cxsim.compare(scenario.with_changes({**size, **staff, **cut}), ["cut"], replications=10, seed=13).run
    usual, fewer = (weekly(run, arm).groupby("replication") for arm in ("baseline", "cut"))
    shares = [group["abandoned"].sum() / group["contacts"].sum() for group in (usual, fewer)]
    rates = [group["churned"].sum() / group["active"].sum() for group in (usual, fewer)]
    return Cut(shares[1] / shares[0], fewer["nps_true"].mean() - usual["nps_true"].mean(), rates[1] - rates[0])


def check_cut(cut: Cut) -> None:
    assert cut.abandonment.mean() >= 1.8, cut
    for differences, sign in ((cut.nps, -1.0), (cut.churn, 1.0)):
        assert np.sign(differences.mean()) == sign, cut
        assert ttest_1samp(differences, 0.0).pvalue < 0.01, cut


@pytest.mark.slow
@pytest.mark.parametrize("factor", [0.8, 1.0], ids=["a fifth fewer agents", "as many agents"])
def test_f13_fewer_agents_cost_calls_goodwill_and_customers(telecom: Scenario, factor: float) -> None:
    cut = cut_agents(telecom, factor)
    if factor < 1.0:
        check_cut(cut)
    else:
        with pytest.raises(AssertionError, match="assert "):
            check_cut(cut)


def contacts_per_problem(scenario: Scenario, resolution: float, persistence: float = 0.9) -> float:
    """Return contacts per voiced problem at this first-contact resolution; nobody is kept waiting, leaves, or calls otherwise."""
    only_problems = {
        "journey.contact_rate": 0.0,
        "journey.problem.severity_effect": 0.0,
        "journey.problem.first_contact_resolution": resolution,
        "journey.problem.persistence": persistence,
        "journey.queues.phone.agents": 500,
        "journey.queues.chat.agents": 500,
        **{f"journey.touchpoints.{name}.unavoidable": 0.0 for name in ("usage", "bill", "install")},
    }
    size = {"population.size": 12_000, "time.warmup_weeks": 26, "time.horizon_weeks": 104, **CLOSED}
    stay = {**INDIFFERENT, "behaviour.churn.level": -5.0}
    table = weekly(cxsim.simulate(scenario.with_changes({**only_problems, **size, **stay}), seed=13))
    assert table["abandoned"].sum() == 0
    return float(table["contacts"].sum() / table["complaints"].sum())


def check_failure_demand(scenario: Scenario, persistence: float) -> None:
    for resolution in (0.7, 0.5):
        expected = 1.0 / (1.0 - (1.0 - resolution) * 0.9)
        assert contacts_per_problem(scenario, resolution, persistence) == pytest.approx(expected, rel=0.03)


@pytest.mark.slow
@pytest.mark.parametrize("persistence", [0.9, 0.5], ids=["as shipped", "half give up"])
def test_f13b_unsolved_problems_call_again(telecom: Scenario, persistence: float) -> None:
    if persistence == 0.9:
        check_failure_demand(telecom, persistence)
    else:
        with pytest.raises(AssertionError, match="assert "):
            check_failure_demand(telecom, persistence)
