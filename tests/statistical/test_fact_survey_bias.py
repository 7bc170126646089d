"""A survey that few answer flatters the firm (F7)."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pandas as pd
import pytest

import cxsim
from cxsim.spec.scenario import Scenario
from tests.mechanisms import CLOSED

NEUTRAL = {"behaviour.survey.positivity": 0.0, "behaviour.survey.extremity": 0.0}


class Reading(NamedTuple):
    """Share of the asked who answered, and the surveyed minus the true score."""

    response: float
    bias: float


def net_promoters(counts: pd.Series, prefix: str) -> float:
    answers = np.array([counts[f"{prefix}_{points}"] for points in range(11)])
    return float(100.0 * (answers[9:].sum() - answers[:7].sum()) / answers.sum())


def reading(scenario: Scenario, willingness: float, **changes: float) -> Reading:
    asked = {"surveys.relational": {"every_weeks": 4.0, "sample": 1.0}, "behaviour.survey.response": willingness}
    size = {"population.size": 12_000, "time.warmup_weeks": 52, "time.horizon_weeks": 12}
    run = cxsim.simulate(scenario.with_changes({**size, **CLOSED, **asked, **changes}), seed=7)
    counts = run.surveys.sum(numeric_only=True)
    return Reading(counts["answered"] / counts["asked"], net_promoters(counts, "score") - net_promoters(counts, "true"))


def check_flattery(readings: list[Reading]) -> None:
    few, some, many, all_but_few = readings
    assert 0.10 <= few.response <= 0.20
    assert all_but_few.response >= 0.93
    assert 5.0 <= few.bias <= 15.0, readings
    assert few.bias > some.bias > many.bias > abs(all_but_few.bias), readings
    assert abs(all_but_few.bias) < 2.0, readings


@pytest.mark.slow
@pytest.mark.parametrize("changes", [{}, NEUTRAL], ids=["as shipped", "everybody answers alike"])
def test_f7_the_fewer_answer_the_more_they_flatter(telecom: Scenario, changes: dict[str, float]) -> None:
    readings = [reading(telecom, willingness, **changes) for willingness in (-1.9, -0.6, 0.7, 2.8)]
    if not changes:
        check_flattery(readings)
    else:
        with pytest.raises(AssertionError, match="assert "):
            check_flattery(readings)
