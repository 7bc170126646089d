"""Every number that an intervention may change: changing it changes a run."""

from __future__ import annotations

import pytest

import cxsim
from cxsim.engine.model import CXModel
from cxsim.errors import InputError
from cxsim.interventions.check import check
from cxsim.interventions.parameters import LEADS, Parameter, parameters
from cxsim.spec.scenario import Scenario
from tests.worlds import Tables, differences, lived, tables_of, telecom, with_intervention, world

BUSY = {
    LEADS: 200.0,
    "journey.contact_rate": 2.0,
    "journey.save_desk": 0.3,
    "behaviour.churn.level": 2.0,
    "behaviour.churn.notice": 0.2,
    "behaviour.account.clip_high": 0.2,
    "behaviour.account.betrayal_severity": 0.3,
    "behaviour.expectation.precision_ceiling": 3.0,
    "market.outside_option": 0.9,
    "journey.queues.phone.agents": 0.2,
    "journey.queues.chat.agents": 0.2,
    "journey.back_offices.letters.capacity_week": 20.0,
    "journey.back_offices.letters.target_weeks": 6.0,
    "surveys.relational.every_weeks": 4.0,
    "surveys.relational.sample": 1.0,
    "surveys.transactional.sample": 1.0,
    "population.represents": None,
}
"""A world in which everything happens often enough to be seen among few customers."""


def busy() -> Scenario:
    journey = telecom().journey
    everywhere = dict.fromkeys(journey.channels, 1.0)
    failing = {f"journey.touchpoints.{name}.failure": 0.2 for name in journey.touchpoints}
    mixed = {f"journey.touchpoints.{name}.channels": everywhere for name in journey.touchpoints}
    return world(250, 14, 2, {**BUSY, **failing, **mixed})


def elsewhere(parameter: Parameter) -> tuple[float, float]:
    """Values that the parameter does not have: one below and one above where it has room for both."""
    if parameter.value == 0.0:
        return 0.7, 1.0
    return 0.1 * parameter.value, min(parameter.high, 5.0 * parameter.value)


@pytest.mark.slow
def test_every_number_that_an_intervention_may_change_changes_a_run() -> None:
    made = busy()
    baseline = tables_of(lived(CXModel(made, 7)))
    idle = [
        name
        for name, parameter in parameters(made).items()
        if not parameter.fixed
        and not parameter.idle
        and not any(acts(made, name, value, baseline) for value in elsewhere(parameter))
    ]
    assert idle == []


def acts(made: Scenario, name: str, value: float, baseline: Tables) -> bool:
    """Whether a lever that sets the parameter for everybody moves more than the number of those reached."""
    lever = {"family": "design", "start_week": 0, "effects": [{"parameter": name, "operation": "set", "value": value}]}
    run = lived(CXModel(with_intervention(made, "mine", lever), 7, 0, ["mine"]))
    return any(not column.endswith(".reached") for column in differences(baseline, tables_of(run)))


def test_what_nothing_in_a_run_reads_is_fixed_or_idle() -> None:
    known = parameters(telecom())
    assert {name for name, parameter in known.items() if parameter.fixed} == {
        "money.margin",
        "behaviour.failure.severity_mean",
    }
    assert {name for name, parameter in known.items() if parameter.idle} == {
        "journey.nudge",
        *(f"journey.channels.{name}.task_success" for name in ("shop", "phone", "chat", "mail")),
    }


def test_a_lever_on_what_nothing_reads_may_stand_by_but_is_not_compared() -> None:
    effects = [{"parameter": "journey.nudge", "operation": "add", "value": 0.1}]
    made = with_intervention(world(20, 4, 0), "push", {"family": "design", "start_week": 0, "effects": effects})
    assert check(made) == []
    with pytest.raises(InputError, match="changes nothing: no transition of this journey depends on it") as caught:
        cxsim.compare(made, ["push"], replications=2)
    assert caught.value.faults[0].path == "interventions.push.effects.0.parameter"


MORE_LEADS = {"parameter": LEADS, "operation": "multiply", "value": 2.0}


def arrivals(model: CXModel) -> list[int]:
    """Leads that arrive in each tick of the run."""
    found = []
    while model.running:
        before = model.n_arrived
        model.step()
        found.append(model.n_arrived - before)
    return found[model.warmup_ticks :]


@pytest.mark.parametrize("tick", ["week", "day"])
def test_leads_follow_their_inflow_in_whole_numbers_while_a_lever_runs(tick: str) -> None:
    made = world(100, 12, 2, {LEADS: 3.0, "time.tick": tick})
    made = with_intervention(
        made, "mine", {"family": "design", "start_week": 4, "end_week": 8, "effects": [{**MORE_LEADS, "value": 7.0}]}
    )
    usual, more = (arrivals(CXModel(made, 7, 0, names)) for names in ([], ["mine"]))
    days = len(usual) // 12
    weekly = [sum(more[week * days : (week + 1) * days]) for week in range(12)]
    assert sum(usual) == 3
    assert sum(more) == int(0.3 * 12 + 6 * 0.3 * 4)
    assert weekly[:4] == [0, 0, 0, 1]
    assert all(found in (2, 3) for found in weekly[4:8])
    assert sum(weekly[8:]) <= 2


def test_leads_that_a_lever_brings_come_to_a_branch_too() -> None:
    lever = {"family": "design", "start_week": 4, "effects": [MORE_LEADS], "target": {"coverage": 0.5}}
    made = with_intervention(world(100, 12, 2, {LEADS: 50.0}), "mine", lever)
    trunk = CXModel(made, 7)
    while trunk.week < 4:
        trunk.step()
    branch, whole = lived(trunk.branch(["mine"])), lived(CXModel(made, 7, 0, ["mine"]))
    assert branch.n_arrived == whole.n_arrived
    assert 165 < whole.n_arrived < 195
    assert differences(tables_of(branch), tables_of(whole)) == []
