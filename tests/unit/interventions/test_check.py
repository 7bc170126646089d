"""Faults of interventions: every one at once, in exact words."""

from __future__ import annotations

from typing import Any

import pytest

from cxsim.interventions.check import check
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


def test_all_faults_come_at_once() -> None:
    found = faults(effects=[effect("nothing.at.all"), effect("money.margn")], target={"segments": ["nobody"]})
    assert len(found) == 3


def test_an_unknown_state_is_named() -> None:
    (found,) = faults(target={"state": "balence < 0"})
    assert found.startswith("interventions.mine.target.state: ")
    assert "balance" in found
