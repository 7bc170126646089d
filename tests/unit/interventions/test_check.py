"""Faults of interventions: every one at once, in exact words."""

from __future__ import annotations

import re
from typing import Any

import pytest

from cxsim.checks import check as check_job
from cxsim.checks import require_comparison
from cxsim.errors import InputError
from cxsim.interventions.check import check
from cxsim.spec.job import Job, Study
from tests.worlds import telecom, with_intervention


def faults(**lever: Any) -> list[str]:
    return [str(fault) for fault in check(with_intervention(telecom(), "mine", {"family": "design", **lever}))]


def test_the_shipped_interventions_have_no_fault() -> None:
    assert check(telecom()) == []


def effect(parameter: str) -> dict[str, Any]:
    return {"parameter": parameter, "operation": "add", "value": 0.1}


@pytest.mark.parametrize(
    ("lever", "text"),
    [
        (
            {"effects": [effect("journey.touchpoints.bil.failure")]},
            (
                "interventions.mine.effects.0.parameter: must name a parameter of the scenario, "
                "got 'journey.touchpoints.bil.failure'; did you mean 'journey.touchpoints.bill.failure'?"
            ),
        ),
        (
            {"target": {"segments": ["famly"]}},
            "interventions.mine.target.segments: must name a segment of the scenario, got 'famly'; did you mean 'family'?",
        ),
        (
            {"target": {"channels": ["phne"]}},
            "interventions.mine.target.channels: must name a channel of the scenario, got 'phne'; did you mean 'phone'?",
        ),
        (
            {"synergy": {"faster_repyl": 1.2}},
            (
                "interventions.mine.synergy: must name an intervention of the scenario, "
                "got 'faster_repyl'; did you mean 'faster_reply'?"
            ),
        ),
        (
            {"cost": {"per_event": 2.0, "event": "renewl"}},
            "interventions.mine.cost.event: must name a touchpoint of the scenario, got 'renewl'; did you mean 'renewal'?",
        ),
        (
            {"cost": {"per_event": 2.0}},
            "interventions.mine.cost.event: must name the touchpoint that per_event is paid for",
        ),
        (
            {"target": {"channels": ["phone"]}, "effects": [effect("journey.contact_rate")]},
            (
                "interventions.mine.effects.0.parameter: a lever bound to channels can only change quality at touchpoints, "
                "got 'journey.contact_rate'"
            ),
        ),
        (
            {"effects": [effect("money.margin")]},
            (
                "interventions.mine.effects.0.parameter: cannot be changed by an intervention: profit and value of all arms are "
                "reckoned with the scenario's margin, got 'money.margin'"
            ),
        ),
    ],
)
def test_a_fault_names_path_rule_value_and_what_was_meant(lever: dict[str, Any], text: str) -> None:
    assert faults(**lever) == [text]


@pytest.mark.parametrize(
    ("parameter", "operation", "value", "text"),
    [
        (
            "journey.queues.phone.agents",
            "logit",
            0.2,
            "operation: needs a parameter between 0 and 1, which {} is not, got 'logit'",
        ),
        (
            "behaviour.churn.satisfaction",
            "close_gap",
            0.5,
            "operation: needs a parameter between 0 and 1, which {} is not, got 'close_gap'",
        ),
        ("behaviour.account.half_size", "multiply", 0.0, "value: must leave {} above 0, got 0.0"),
        ("journey.queues.phone.handling_min", "add", -9.0, "value: must leave {} above 0, got -9.0"),
        ("behaviour.memory.peak_half_life_weeks", "set", 0.0, "value: must leave {} above 0, got 0.0"),
        ("journey.touchpoints.bill.quality.functional", "set", 7.0, "value: must leave {} at most 1, got 7.0"),
        ("journey.touchpoints.bill.failure", "set", -3.0, "value: must leave {} at least 0, got -3.0"),
        ("journey.touchpoints.bill.failure", "close_gap", 1.5, "value: must leave {} at most 1, got 1.5"),
        ("behaviour.churn.trust", "multiply", 1e308, None),
        ("behaviour.churn.satisfaction", "multiply", 1e308, "value: must leave {} finite, got 1e+308"),
        ("journey.touchpoints.bill.quality.functional", "add", 0.9, None),
        ("journey.touchpoints.bill.failure", "logit", -2000.0, None),
        ("market.price_gap", "set", -3.0, None),
    ],
)
def test_an_operation_keeps_to_what_its_parameter_can_be(
    parameter: str, operation: str, value: float, text: str | None
) -> None:
    found = faults(effects=[{"parameter": parameter, "operation": operation, "value": value}])
    assert found == ([] if text is None else [f"interventions.mine.effects.0.{text.format(parameter)}"])


def test_a_pattern_has_one_fault_that_names_the_first_parameter() -> None:
    (found,) = faults(effects=[{"parameter": "journey.queues.*.patience_min", "operation": "set", "value": 0.0}])
    assert "journey.queues.phone.patience_min above 0" in found


def test_all_faults_come_at_once() -> None:
    found = faults(effects=[effect("nothing.at.all"), effect("money.margn")], target={"segments": ["nobody"]})
    assert len(found) == 3


def test_an_unknown_state_is_named() -> None:
    (found,) = faults(target={"state": "balence < 0"})
    assert found.startswith("interventions.mine.target.state: ")
    assert "balance" in found


def test_an_arm_is_named_once_in_whatever_order_its_interventions_are_written() -> None:
    study = Study(arms=("faster_reply+more_agents", "null_lever", "more_agents+faster_reply", "null_lever"))
    assert [str(fault) for fault in check_job(Job(scenario=telecom(), study=study))] == [
        (
            "study.arms: an arm must not be repeated: the bundle is faster_reply+more_agents in another order, "
            "got 'more_agents+faster_reply'"
        ),
        "study.arms: an arm must not be repeated, got 'null_lever'",
    ]


def test_an_arm_that_starts_after_the_run_is_refused_where_arms_are_compared() -> None:
    scenario = telecom().with_changes({"time.horizon_weeks": 13, "interventions.more_agents.start_week": 12})
    job = Job(scenario=scenario, study=Study(arms=("more_agents", "faster_reply+more_agents")))
    assert check_job(job) == []
    said = (
        "interventions.faster_reply.start_week: must be before the end of the run (time.horizon_weeks is 13), got 13.0"
    )
    with pytest.raises(InputError, match=f"^{re.escape(said)}$"):
        require_comparison(job)
