from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cxsim.behaviour.trust import judge
from tests.parameters import parameters

P = parameters()
SHARE = st.floats(0.0, 1.0)


def test_trust_is_lost_faster_than_won() -> None:
    assert judge(0.6, 0.73, 0.77, 0.9, 1.0, P) == pytest.approx(0.6 + 0.03 * 0.4)
    assert judge(0.6, 0.71, 0.77, 0.9, 1.0, P) == pytest.approx(0.6 - 0.10 * 0.6)


def test_the_margin_forgives_a_small_miss() -> None:
    assert judge(0.6, 0.5, 0.5 + 0.05 - 1e-9, 0.9, 1.0, P) > 0.6 > judge(0.6, 0.5, 0.5 + 0.05 + 1e-9, 0.9, 1.0, P)


@given(trust=SHARE, performance=SHARE, promise=SHARE)
def test_trust_stays_a_share_and_can_be_switched_off(trust: float, performance: float, promise: float) -> None:
    assert 0.0 <= judge(trust, performance, promise, 0.9, 1.0, P) <= 1.0
    assert judge(trust, performance, promise, 0.9, 1.0, parameters(trust_up=0.0, trust_down=0.0)) == trust


def test_routine_use_is_not_held_against_the_promise() -> None:
    assert judge(0.6, 0.1, 0.77, 0.9, 0.99, P) == 0.6
    assert judge(0.6, 0.1, 0.77, 0.9, 1.0, P) < 0.6


def test_a_promise_is_held_against_the_firm_as_long_as_it_is_believed() -> None:
    assert judge(0.6, 0.72, 0.87, 0.85, 1.0, P) < 0.6
    assert judge(0.6, 0.72, 0.87, 0.74, 1.0, P) > 0.6
    assert judge(0.6, 0.72, 0.77, 0.95, 1.0, P) > 0.6
