from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cxsim.behaviour.appraisal import beyond_zone, perceive, plain_value, reference, value
from tests.parameters import parameters

P = parameters()
QUALITY = st.floats(0.0, 1.0)
GAP = st.floats(-1.0, 1.0)


def test_perception_is_drawn_towards_the_expectation() -> None:
    assert perceive(0.60, 0.80, P) == pytest.approx(0.60 + 0.15 * 0.20)
    assert perceive(0.60, 0.80, parameters(appraisal_assimilation=0.0)) == 0.60


@given(delivered=QUALITY, expected=QUALITY)
def test_perception_lies_between_delivery_and_expectation(delivered: float, expected: float) -> None:
    perceived = perceive(delivered, expected, P)
    assert min(delivered, expected) - 1e-12 <= perceived <= max(delivered, expected) + 1e-12


def test_reference_mixes_will_and_should() -> None:
    assert reference(0.70, 0.80, P) == pytest.approx(0.7 * 0.70 + 0.3 * 0.80)
    assert reference(0.70, 0.80, parameters(appraisal_should_share=0.0)) == 0.70


@pytest.mark.parametrize(
    ("gap", "scale", "beyond"),
    [
        (0.20, 1.0, 0.12),
        (-0.20, 1.0, -0.14),
        (0.08, 1.0, 0.0),
        (-0.06, 1.0, 0.0),
        (0.07, 0.6, 0.022),
        (-0.05, 0.6, -0.014),
    ],
)
def test_zone_of_tolerance_swallows_small_gaps(gap: float, scale: float, beyond: float) -> None:
    assert beyond_zone(gap, scale, P) == pytest.approx(beyond)


@given(gap=GAP)
def test_no_zone_leaves_every_gap(gap: float) -> None:
    assert beyond_zone(gap, 1.0, parameters(appraisal_zone_above=0.0, appraisal_zone_below=0.0)) == gap
    assert beyond_zone(gap, 0.0, P) == gap


@given(gap=GAP, scale=st.floats(0.0, 2.0))
def test_zone_never_turns_or_widens_a_gap(gap: float, scale: float) -> None:
    beyond = beyond_zone(gap, scale, P)
    assert beyond * gap >= 0.0
    assert abs(beyond) <= abs(gap)


def test_one_credit_is_a_scale_beyond_the_zone() -> None:
    assert value(0.20, 1.0, 1.0, 2.0, P) == pytest.approx(1.0)
    assert value(-0.20, 1.0, 1.0, 2.0, P) == pytest.approx(-2.0)
    assert value(0.0, 1.0, 1.0, 2.0, P) == 0.0


def test_value_is_a_straight_line_where_curvature_and_loss_aversion_are_neutral() -> None:
    neutral = parameters(appraisal_curvature=1.0)
    for overshoot in (-0.5, -0.1, 0.1, 0.5):
        assert value(overshoot, 1.0, 1.0, 1.0, neutral) == pytest.approx(overshoot / 0.2)


@given(
    overshoot=st.floats(0.001, 1.0),
    loss_aversion=st.floats(0.5, 4.0),
    gain=st.floats(0.0, 2.0),
    loss=st.floats(0.0, 2.0),
)
def test_kano_factors_and_loss_aversion_scale_their_own_side(
    overshoot: float, loss_aversion: float, gain: float, loss: float
) -> None:
    unit = value(overshoot, 1.0, 1.0, 1.0, P)
    assert value(overshoot, gain, loss, loss_aversion, P) == pytest.approx(gain * unit)
    assert value(-overshoot, gain, loss, loss_aversion, P) == pytest.approx(-loss * loss_aversion * unit)


def test_plain_value_is_value_beyond_the_zone() -> None:
    assert plain_value(0.30, 2.0, 1.0, P) == value(beyond_zone(0.30, 1.0, P), 1.0, 1.0, 2.0, P)
    assert plain_value(0.05, 2.0, 1.0, P) == 0.0
