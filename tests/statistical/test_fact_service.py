"""Service: contacts hurt more than they help, being reminded costs customers, some debits cannot be avoided (F22, F24, F27)."""

from __future__ import annotations

from typing import NamedTuple

import pytest

import cxsim
from cxsim.results.run import Run
from cxsim.spec.scenario import Scenario
from tests.mechanisms import CLOSED, lever, weekly


class Contacts(NamedTuple):
    """Service contacts that lowered or raised what is felt, and all of them.

    A question is lowered or raised by its encounter, or lowered by giving up on hold. A matter about a problem is judged by its
    outcome: lowered if it was abandoned, left unresolved or settled worse than expected, raised if settled better.
    """

    lowered: float
    raised: float
    all: float


def contacts(run: Run) -> Contacts:
    met = run.tables["touchpoints"].query("touchpoint == 'support'")
    booked = run.ledger.query("touchpoint in ['support', 'complaint']").groupby("cause")["count"].sum()
    outcomes = booked.reindex(["abandoned", "unresolved", "double_deviation", "recovery"], fill_value=0)
    lowered = float((met["below_zone"] * met["encounters"]).sum() + outcomes.drop("recovery").sum())
    raised = float((met["above_zone"] * met["encounters"]).sum() + outcomes["recovery"])
    settled = weekly(run)["settled"].sum()
    return Contacts(
        lowered, raised, float(met["encounters"].sum() + outcomes["abandoned"] + outcomes["unresolved"] + settled)
    )


def check_service_disloyalty(count: Contacts) -> None:
    assert 2.0 <= count.lowered / count.raised <= 6.0, count
    assert 0.08 <= count.raised / count.all <= 0.25, count


EXCELLENT = {
    "journey.touchpoints.support.quality": {"functional": 0.85, "emotional": 0.85},
    "journey.queues.phone.agents": 60,
    "journey.queues.chat.agents": 40,
}


@pytest.mark.parametrize("changes", [{}, EXCELLENT], ids=["as shipped", "excellent service"])
def test_f22_contacts_lower_loyalty_four_times_as_often_as_they_raise_it(
    telecom: Scenario, changes: dict[str, float]
) -> None:
    size = {"population.size": 20_000, "time.warmup_weeks": 52, "time.horizon_weeks": 26, **CLOSED}
    count = contacts(cxsim.simulate(telecom.with_changes({**size, **changes}), seed=22))
    if not changes:
        check_service_disloyalty(count)
    else:
        with pytest.raises(AssertionError, match="assert "):
            check_service_disloyalty(count)


def reminded(scenario: Scenario, attention: float) -> float:
    """Return churn in the three months after everybody was called once, over churn without the call."""
    call = lever("call", ("behaviour.churn.notice", "add", 50.0), end_week=1)
    size = {"population.size": 40_000, "time.warmup_weeks": 26, "time.horizon_weeks": 15, **CLOSED}
    changes = {**size, **call, "behaviour.churn.attention": attention}
    run = cxsim.compare(scenario.with_changes(changes), ["call"], replications=2, seed=24).run
    return float(weekly(run, "call")["churned"].sum() / weekly(run)["churned"].sum())


def check_peril(ratio: float) -> None:
    assert 1.3 <= ratio <= 2.0, ratio


@pytest.mark.slow
@pytest.mark.parametrize("attentive", [True, False], ids=["as shipped", "attention changes nothing"])
def test_f24_a_call_wakes_customers_up(telecom: Scenario, attentive: bool) -> None:
    ratio = reminded(telecom, telecom.behaviour.churn.attention if attentive else 0.0)
    if attentive:
        check_peril(ratio)
    else:
        with pytest.raises(AssertionError, match="assert "):
            check_peril(ratio)


def check_inevitable(run: Run, arm: str) -> None:
    table = run.ledger[run.ledger["scenario"] == arm]
    assert table["debits"].sum() > table["avoidable"].sum() > 0.0
    assert table.loc[table["cause"] == "unavoidable", "debits"].sum() > 0.0


@pytest.mark.parametrize("possible", [True, False], ids=["as shipped", "everything can be avoided"])
def test_f27_whatever_the_excellence_some_debits_are_inevitable(telecom: Scenario, possible: bool) -> None:
    names = [name for name in telecom.interventions if name != "null_lever"]
    at_once = {f"interventions.{name}.start_week": 0 for name in names}
    avoidable = {f"journey.touchpoints.{name}.unavoidable": 0.0 for name in telecom.journey.touchpoints}
    size = {"population.size": 4000, "time.warmup_weeks": 13, "time.horizon_weeks": 26, **CLOSED}
    scenario = telecom.with_changes({**size, **at_once, **({} if possible else avoidable)})
    run = cxsim.simulate(scenario, interventions=names, seed=27)
    if possible:
        check_inevitable(run, "baseline")
    else:
        with pytest.raises(AssertionError, match="assert "):
            check_inevitable(run, "baseline")
