"""Wrong arguments of a caller in Python: `InputError` in the words of the command line, before anything runs."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import pytest

import cxsim
from cxsim.engine.model import CXModel
from cxsim.errors import InputError
from cxsim.spec.job import Engine
from tests.worlds import world

ALONE = Engine(workers=1)
SCENARIO = world(20, 3, 0, {"interventions.null_lever.start_week": 1})


def compare(scenario: Any = SCENARIO, interventions: Any = "null_lever", **how: Any) -> Any:
    return cxsim.compare(scenario, interventions, **{"replications": 2, "engine": ALONE, **how})


def simulate(scenario: Any = SCENARIO, **how: Any) -> Any:
    return cxsim.simulate(scenario, **{"engine": ALONE, **how})


def model(scenario: Any = SCENARIO, **how: Any) -> Any:
    return CXModel(scenario, **how)


@pytest.mark.parametrize(
    ("make", "arguments", "message"),
    [
        (simulate, {"replications": 0}, "study.replications: must be at least 1, got 0"),
        (simulate, {"replications": True}, "study.replications: must be a whole number, got True"),
        (simulate, {"replications": "3"}, "study.replications: must be a whole number, got '3'"),
        (simulate, {"seed": -1}, "study.seed: must be at least 0, got -1"),
        (simulate, {"seed": True}, "study.seed: must be a whole number, got True"),
        (
            simulate,
            {"seed": -1, "replications": 0},
            "study.replications: must be at least 1, got 0\nstudy.seed: must be at least 0, got -1",
        ),
        (
            simulate,
            {"scenario": "telecom"},
            "scenario: must be a scenario as cxsim.load returns it, got 'telecom'",
        ),
        (
            simulate,
            {"interventions": "faster_repl"},
            "interventions: must name an intervention of the scenario, got 'faster_repl'; did you mean 'faster_reply'?",
        ),
        (
            compare,
            {"interventions": "faster_repl"},
            "study.arms: no such intervention, got 'faster_repl'; did you mean 'faster_reply'?",
        ),
        (compare, {"interventions": []}, "study.arms: must have at least one entry, got []"),
        (compare, {"horizons": 13}, "study.horizons_weeks: must be a list, got 13"),
        (compare, {"horizons": []}, "study.horizons_weeks: must have at least one entry, got []"),
        (
            compare,
            {"horizons": np.array([2, 4])},
            "study.horizons_weeks: must not go beyond the run (time.horizon_weeks is 3), got 4",
        ),
        (compare, {"confidence": 1}, "study.confidence: must be below 1, got 1"),
        (model, {"stepping": "x"}, "stepping: must be one of bulk, agents, got 'x'"),
        (
            model,
            {"threads": -1, "block_rows": 0},
            "threads: must be at least 0, got -1\nblock_rows: must be at least 1, got 0",
        ),
        (model, {"replication": -1}, "replication: must be at least 0, got -1"),
        (model, {"rng": None}, "rng: must be a whole number, got null"),
        (model, {"rng": True}, "rng: must be a whole number, got True"),
        (model, {"rng": np.random.default_rng(0)}, "rng: must be a whole number, got 'Generator(PCG64)'"),
        (model, {"scenario": "telecom"}, "scenario: must be a scenario as cxsim.load returns it, got 'telecom'"),
        (
            model,
            {"interventions": "faster_repl"},
            "interventions: must name an intervention of the scenario, got 'faster_repl'; did you mean 'faster_reply'?",
        ),
    ],
)
def test_a_wrong_argument_is_named(make: Callable[..., Any], arguments: Mapping[str, Any], message: str) -> None:
    with pytest.raises(InputError, match=":") as caught:
        make(**arguments)
    assert str(caught.value) == message


def test_a_text_is_one_intervention_and_numbers_of_numpy_are_numbers() -> None:
    effects = compare(interventions="null_lever", horizons=np.array([2, 3]), seed=np.int64(5)).effects
    assert set(effects["intervention"]) == {"null_lever"}
    assert set(effects["horizon_weeks"]) == {2, 3}
    assert simulate(interventions="null_lever").replications == 1


def test_an_error_of_another_process_keeps_its_words() -> None:
    with pytest.raises(InputError, match=r"^interventions: must name an intervention of the scenario, got 'nothing'$"):
        simulate(interventions=["nothing"], replications=2, engine=Engine(workers=2))
