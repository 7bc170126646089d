from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cxsim.behaviour.satisfaction import Satisfaction, accumulate, transaction
from cxsim.elementary import logistic
from tests.parameters import parameters

P = parameters()
SHARE = st.floats(0.0, 1.0)


def test_an_ordinary_encounter_satisfies_at_the_reference() -> None:
    assert transaction(0.70, 0.0, P) == pytest.approx(0.72, abs=5e-5)
    assert logistic(0.0) == 0.5


def test_level_and_felt_value_both_satisfy() -> None:
    z = 0.9445 + 5.0 * 0.1 - 0.6 * 2.0
    assert transaction(0.80, -2.0, P) == pytest.approx(1.0 / (1.0 + math.exp(-z)))


@given(performance=SHARE, felt=st.floats(-10.0, 10.0))
def test_neutral_values_make_every_transaction_alike(performance: float, felt: float) -> None:
    neutral = parameters(satisfaction_level=0.0, satisfaction_disconfirmation=0.0)
    assert transaction(performance, felt, neutral) == logistic(0.9445)


@pytest.mark.parametrize(
    ("count", "weight", "gain"),
    [(0.0, 1.0, 0.25), (6.0, 1.0, 0.1), (60.0, 1.0, 0.04), (0.0, 5.0, 0.75), (6.0, 0.3, 0.05), (0.0, 3.0, 0.75)],
)
def test_the_more_experience_the_less_one_more_weighs(count: float, weight: float, gain: float) -> None:
    after = accumulate(Satisfaction(0.70, count), 0.90, weight, P)
    assert after.level == pytest.approx(0.70 + gain * 0.20)
    assert after.experiences == count + 1.0


@given(level=SHARE, count=st.floats(0.0, 500.0), score=SHARE, weight=st.floats(0.0, 5.0))
def test_satisfaction_moves_towards_the_transaction_and_not_beyond(
    level: float, count: float, score: float, weight: float
) -> None:
    after = accumulate(Satisfaction(level, count), score, weight, P).level
    low, high = sorted((level, score))
    assert low - 1e-12 <= after <= high + 1e-12


def test_the_gain_has_a_ceiling() -> None:
    eager = parameters(satisfaction_prior_count=1.0)
    assert accumulate(Satisfaction(0.0, 0.0), 1.0, 3.0, eager).level == 0.9
