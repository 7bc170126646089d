from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cxsim.behaviour.habituation import habituate
from tests.parameters import parameters

P = parameters()


def test_surprises_habituate_up_to_the_ceiling() -> None:
    assert habituate(0.0, True, 1.0, P) == 0.25
    assert habituate(0.4, True, 3.0, P) == pytest.approx(0.4 + 0.25 * 0.6)
    assert habituate(0.79, True, 1.0, P) == 0.8


@given(level=st.floats(0.0, 0.8))
def test_only_surprises_at_touchpoints_that_matter_habituate(level: float) -> None:
    assert habituate(level, False, 3.0, P) == level
    assert habituate(level, True, 0.99, P) == level
    assert habituate(level, True, 3.0, parameters(habituation_step=0.0)) == level
    assert level <= habituate(level, True, 1.0, P) <= 0.8
