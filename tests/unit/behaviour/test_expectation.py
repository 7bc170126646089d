from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cxsim.behaviour.expectation import Expectation, learn, relax
from tests.parameters import parameters

P = parameters()
QUALITY = st.floats(0.0, 1.0)
EXPECTATIONS = st.builds(Expectation, QUALITY, QUALITY, QUALITY, QUALITY, st.floats(1.0, 12.0))


def test_should_expectations_drift_back_by_half_in_26_weeks() -> None:
    expectation = Expectation(0.70, 0.60, 0.80, 0.50, 5.0)
    for _ in range(26):
        expectation = relax(expectation, P)
    assert expectation == pytest.approx(Expectation(0.70, 0.60, 0.75, 0.55, 5.0))


def test_learning_weighs_an_encounter_against_precision() -> None:
    learned = learn(Expectation(0.70, 0.70, 0.72, 0.72, 4.0), 0.80, 0.60, 1.0, P)
    assert learned == pytest.approx(Expectation(0.72, 0.68, 0.736, 0.72, 5.0))
    half = learn(Expectation(0.70, 0.70, 0.72, 0.72, 4.0), 0.80, 0.60, 0.5, P)
    assert half == pytest.approx(Expectation(0.71, 0.69, 0.728, 0.72, 5.0))


def test_a_heavy_encounter_teaches_no_more_than_an_ordinary_one() -> None:
    expectation = Expectation(0.70, 0.70, 0.72, 0.72, 4.0)
    assert learn(expectation, 0.9, 0.9, 3.0, P) == learn(expectation, 0.9, 0.9, 1.0, P)


@given(expectation=EXPECTATIONS, functional=QUALITY, emotional=QUALITY, weight=st.floats(0.0, 5.0))
def test_should_only_ratchets_up_and_precision_has_a_ceiling(
    expectation: Expectation, functional: float, emotional: float, weight: float
) -> None:
    learned = learn(expectation, functional, emotional, weight, P)
    assert learned.should_functional >= expectation.should_functional
    assert learned.should_emotional >= expectation.should_emotional
    assert learned.precision <= 12.0
    low, high = sorted((expectation.functional, functional))
    assert low - 1e-12 <= learned.functional <= high + 1e-12


@given(expectation=EXPECTATIONS, functional=QUALITY)
def test_no_ratchet_leaves_should_alone(expectation: Expectation, functional: float) -> None:
    learned = learn(expectation, functional, functional, 1.0, parameters(expectation_should_ratchet=0.0))
    assert learned.should_functional == expectation.should_functional
    assert learned.should_emotional == expectation.should_emotional
