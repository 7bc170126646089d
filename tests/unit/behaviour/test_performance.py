from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cxsim.behaviour.performance import delivered, effort, inconsistency_penalty, wait_penalty
from tests.parameters import parameters

P = parameters()
SHARE = st.floats(0.0, 1.0)


def test_waits_cost_after_a_minute_of_patience() -> None:
    assert wait_penalty(1.0, P) == 0.0
    assert wait_penalty(5.0, P) == pytest.approx(0.25 * (1.0 - math.exp(-1.0)))
    assert wait_penalty(5.0, parameters(performance_wait_penalty=0.0)) == 0.0


@given(shorter=st.floats(0.0, 60.0), more=st.floats(0.0, 60.0))
def test_longer_waits_never_cost_less_nor_more_than_the_penalty(shorter: float, more: float) -> None:
    assert wait_penalty(shorter, P) <= wait_penalty(shorter + more, P) <= 0.25


def test_channels_that_differ_cost_unless_they_are_seamless() -> None:
    assert inconsistency_penalty(0.70, 0.80, 0.4, P) == pytest.approx(0.5 * 0.1 * 0.6)
    assert inconsistency_penalty(0.70, 0.80, 1.0, P) == 0.0
    assert inconsistency_penalty(0.70, 0.80, 0.4, parameters(performance_inconsistency=0.0)) == 0.0


def test_effort_adds_up_its_drivers() -> None:
    assert effort(0.0, 0.0, 0.5, 0.0, 0.0, P) == 0.0
    assert effort(2.0, 1.0, 0.4, 1.0, 1.0, P) == pytest.approx(2 * 0.10 + 0.15 * 0.6 + 0.20 + 0.15)
    assert effort(0.0, 1.0, 1.0, 0.0, 0.0, P) == 0.0
    neutral = parameters(
        performance_effort_contact=0.0,
        performance_effort_switch=0.0,
        performance_effort_task=0.0,
        performance_effort_handoff=0.0,
    )
    assert effort(5.0, 1.0, 0.0, 1.0, 1.0, neutral) == 0.0


@given(systematic=st.floats(-1.0, 2.0), noise=st.floats(-1.0, 1.0))
def test_delivery_is_a_share(systematic: float, noise: float) -> None:
    assert 0.0 <= delivered(systematic, noise) <= 1.0
    if 0.0 <= systematic + noise <= 1.0:
        assert delivered(systematic, noise) == systematic + noise
