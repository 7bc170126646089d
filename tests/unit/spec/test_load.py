"""Building, changing and flattening specs, and what is said when the data is wrong."""

from __future__ import annotations

import copy
import pickle
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cxsim.checks import require
from cxsim.cli.compose import load
from cxsim.errors import InputError
from cxsim.spec.interventions import Intervention
from cxsim.spec.job import Data, Job, Study
from cxsim.spec.load import build, build_job, change, flatten
from cxsim.spec.population import Population
from cxsim.spec.scenario import Scenario

TELECOM = load("telecom")
PLAIN = TELECOM.model_dump(mode="json")
NUMBERS = sorted(path for path, leaf in flatten(PLAIN).items() if isinstance(leaf, float) and 0.0 < leaf < 1.0)


def faults(changes: dict[str, Any]) -> list[str]:
    with pytest.raises(InputError, match=":") as caught:
        change(TELECOM, changes)
    return [str(fault) for fault in caught.value.faults]


def test_a_scenario_survives_its_own_dump() -> None:
    assert build(PLAIN) == TELECOM
    assert build(PLAIN).digest() == TELECOM.digest()


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.dictionaries(st.sampled_from(NUMBERS), st.floats(0.05, 0.95), min_size=1, max_size=3))
def test_a_change_moves_its_paths_alone_and_survives_the_dump(changes: dict[str, float]) -> None:
    try:
        changed = TELECOM.with_changes(changes)
    except InputError as error:
        # Shares of segments and contracts must still sum to 1.
        assert all(fault.rule == "the shares must sum to 1" for fault in error.faults)  # noqa: PT017
        return
    assert build(changed.model_dump(mode="json")) == changed
    before, after = flatten(PLAIN), flatten(changed.model_dump(mode="json"))
    assert {path for path in after if after[path] != before[path]} == {
        path for path, value in changes.items() if value != before[path]
    }


@pytest.mark.parametrize(
    "mutate",
    [
        lambda touchpoints: touchpoints.pop("renewal"),
        lambda touchpoints: touchpoints.update(renewal=None),
        lambda touchpoints: touchpoints.setdefault("other"),
        lambda touchpoints: touchpoints.__setitem__("renewal", None),
        lambda touchpoints: touchpoints.__delitem__("renewal"),
        lambda touchpoints: touchpoints.__ior__({"other": None}),
        lambda touchpoints: touchpoints.popitem(),
        lambda touchpoints: touchpoints.clear(),
    ],
)
def test_the_mappings_of_a_scenario_are_frozen_in_every_copy(mutate: Callable[[Any], Any]) -> None:
    pickled = pickle.loads(pickle.dumps(TELECOM))  # noqa: S301 - our own bytes
    for scenario in (TELECOM, TELECOM.with_changes({}), copy.deepcopy(TELECOM), pickled):
        with pytest.raises(TypeError, match=r"^a spec is frozen; take a changed copy of it with with_changes$"):
            mutate(scenario.journey.touchpoints)
        assert scenario == TELECOM
        assert scenario.model_dump(mode="json") == PLAIN


def test_equal_scenarios_have_equal_hashes() -> None:
    assert hash(build(PLAIN)) == hash(TELECOM)
    assert len({build(PLAIN), TELECOM, TELECOM.with_changes({"population.size": 7})}) == 2


def test_no_change_is_an_equal_copy() -> None:
    assert change(TELECOM, {}) == TELECOM
    assert change(TELECOM, {"population.size": 7}).population.size == 7
    assert TELECOM.population.size == 20000


@pytest.mark.parametrize(
    ("path", "value", "message"),
    [
        ("population.sise", 10, "population.sise: no such key, got 10; did you mean 'size'?"),
        ("size", 10, "size: no such key, got 10; did you mean 'population.size'?"),
        ("population.size", "10", "population.size: must be a whole number, got '10'"),
        ("population.size", True, "population.size: must be a whole number, got True"),
        ("population.size", 10.5, "population.size: must be a whole number, got 10.5"),
        ("population.size", 0, "population.size: must be at least 1, got 0"),
        ("population.size", None, "population.size: must be a whole number, got null"),
        ("money.margin", True, "money.margin: must be a number, got True"),
        ("money.margin", 1.2, "money.margin: must be at most 1, got 1.2"),
        ("money.margin", float("nan"), "money.margin: must be a finite number, got nan"),
        ("market.promise.emotional", -0.1, "market.promise.emotional: must be at least 0, got -0.1"),
        ("label", 5, "label: must be text; put it in quotes, got 5"),
        ("time.tick", "dya", "time.tick: must be one of week, day, got 'dya'; did you mean 'day'?"),
        ("journey.channels", {}, "journey.channels: must have at least one entry, got {}"),
        ("journey.channels.app.human", 1, "journey.channels.app.human: must be true or false, got 1"),
        ("journey.touchpoints.bil.weight", 2, "journey.touchpoints.bil: no such entry; did you mean 'bill'?"),
        ("journey.queues.phon.agents", 9, "journey.queues.phon: no such entry; did you mean 'phone'?"),
        (
            "journey.touchpoints.bil",
            {"weight": 2},
            "journey.touchpoints.bil: no such entry, and a new one needs stage, quality, channels; did you mean",
        ),
        (
            "journey.queues.phone.profile.9.load",
            1,
            "journey.queues.phone.profile.9: no such position, the list has 5",
        ),
        ("journey.queues.phone.profile.0.load", 0, "journey.queues.phone.profile.0.load: must be above 0, got 0"),
        ("journey.nodes.ad.next.compare", True, "journey.nodes.ad.next.compare: must be a number or text"),
        (
            "population.frailty",
            {"kind": "same_for_al", "churn_year": 0.2},
            (
                "population.frailty.kind: must be one of beta_geometric, same_for_all, got 'same_for_al'; "
                "did you mean 'same_for_all'?"
            ),
        ),
        (
            "population.frailty",
            {"kind": "same_for_all", "churn_year": 0.2, "churn_yer": 0.2},
            "population.frailty.churn_yer: no such key, got 0.2; did you mean 'churn_year'?",
        ),
        (
            "interventions.faster_reply.effects.0.operation",
            "multiplied",
            (
                "interventions.faster_reply.effects.0.operation: must be one of add, multiply, logit, close_gap, set, "
                "got 'multiplied'; did you mean 'multiply'?"
            ),
        ),
        (
            "interventions.faster_reply.end_week",
            3,
            "interventions.faster_reply.end_week: must come after start_week (13), got 3.0",
        ),
        ("population.segments.pro.share", 0.5, "population.segments: the shares must sum to 1, got 1.35"),
        ("population.segments.A B", {}, "population.segments.A B: must be lower-case letters, digits and underscores"),
        ("journey.golden_path", "ad", "journey.golden_path: must be a list, got 'ad'"),
        ("market", list(range(60)), "market: must be a mapping, got a list"),
    ],
)
def test_a_fault_names_path_rule_value_and_nearest(path: str, value: object, message: str) -> None:
    assert any(fault.startswith(message) for fault in faults({path: value})), faults({path: value})


def test_every_fault_is_said_at_once() -> None:
    found = faults({"population.sise": 1, "time.tick": "dya", "journey.queues.phon.agents": 9, "money.margin": 2})
    assert len(found) == 4


def test_a_missing_key_is_named() -> None:
    with pytest.raises(InputError, match=r"^population: required key is missing$"):
        build({key: value for key, value in PLAIN.items() if key != "population"})


def test_keys_that_yaml_reads_as_something_else_are_named() -> None:
    with pytest.raises(InputError, match=r"^contracts: keys must be text; put it in quotes, got True$"):
        build({"contracts": {True: "monthly"}}, Data)


def test_whole_numbers_may_stand_for_fractions_and_arrays_scalars_for_numbers() -> None:
    assert change(TELECOM, {"journey.queues.phone.agents": 41}).journey.queues["phone"].agents == 41.0
    assert change(TELECOM, {"population.size": np.int64(3)}).population.size == 3


def test_a_new_intervention_may_be_a_spec_or_a_mapping() -> None:
    lever = Intervention(family="design", start_week=4.0)
    for value in (lever, {"family": "design", "start_week": 4}):
        assert change(TELECOM, {"interventions.mine": value}).interventions["mine"] == lever


def test_flatten_names_list_positions_and_keeps_empty_containers() -> None:
    assert flatten({"a": {"b": [1, {"c": 2}]}, "d": {}, "e": []}) == {"a.b.0": 1, "a.b.1.c": 2, "d": {}, "e": []}


def test_a_spec_other_than_the_scenario_can_be_built() -> None:
    assert build({"customers": "a/b.csv"}, Data).customers == Path("a/b.csv")
    assert isinstance(build(PLAIN["population"], Population), Population)


def test_a_job_is_judged_by_the_paths_of_the_configuration() -> None:
    wrong = {**PLAIN, "studdy": 1, "study": {"replications": "3"}, "population": {**PLAIN["population"], "size": 0}}
    with pytest.raises(InputError, match="study") as caught:
        build_job(wrong)
    assert sorted(map(str, caught.value.faults)) == [
        "population.size: must be at least 1, got 0",
        "studdy: no such key, got 1; did you mean 'study'?",
        "study.replications: must be a whole number, got '3'",
    ]


@pytest.mark.parametrize(
    ("asked", "weeks", "horizons"),
    [
        (None, 156, (13, 52, 156)),
        (None, 104, (13, 52, 104)),
        (None, 200, (13, 52, 156, 200)),
        (None, 10, (10,)),
        ((26, 13), 52, (13, 26)),
    ],
)
def test_horizons_fit_the_run(asked: tuple[int, ...] | None, weeks: int, horizons: tuple[int, ...]) -> None:
    scenario: Scenario = TELECOM.with_changes({"time.horizon_weeks": weeks})
    assert Job(scenario=scenario, study=Study(horizons_weeks=asked)).horizons == horizons


def test_a_horizon_beyond_the_run_is_refused() -> None:
    message = r"^study.horizons_weeks: must not go beyond the run \(time.horizon_weeks is 156\), got 200$"
    with pytest.raises(InputError, match=message):
        require(build_job({**PLAIN, "study": {"horizons_weeks": [13, 200]}}))
