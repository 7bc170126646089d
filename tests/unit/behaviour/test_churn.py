from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cxsim.behaviour.churn import churn_probability, disutility, lock_factor
from tests.parameters import parameters

P = parameters(churn_level=0.0, churn_attention=0.5)
NEUTRAL = parameters(**dict.fromkeys((
    "churn_satisfaction", "churn_balance", "churn_memory", "churn_trust", "churn_failure", "churn_open_problem",
    "churn_switching", "churn_outside", "churn_attention", "churn_level",
), 0.0))  # fmt: skip
SIGNED = st.floats(-2.0, 2.0)
SHARE = st.floats(0.0, 1.0)
type State = tuple[float, float, float, float, float, float, float, float]


def test_the_average_customer_has_no_disutility() -> None:
    assert disutility(0.72, 0.0, 0.0, 0.6, 0.0, 0.0, 0.5, 0.0, P) == pytest.approx(0.0)


@pytest.mark.parametrize(
    ("state", "eta"),
    [
        ((0.80, 0.0, 0.0, 0.6, 0.0, 0.0, 0.5, 0.0), -8.0 * 0.08),
        ((0.72, -1.0, 0.0, 0.6, 0.0, 0.0, 0.5, 0.0), 0.6),
        ((0.72, 0.0, 0.5, 0.6, 0.0, 0.0, 0.5, 0.0), -0.15),
        ((0.72, 0.0, 0.0, 0.4, 0.0, 0.0, 0.5, 0.0), 0.1),
        ((0.72, 0.0, 0.0, 0.6, 0.5, 0.0, 0.5, 0.0), 0.6),
        ((0.72, 0.0, 0.0, 0.6, 0.0, 1.0, 0.5, 0.0), 0.5),
        ((0.72, 0.0, 0.0, 0.6, 0.0, 0.0, 0.9, 0.0), -0.4),
        ((0.72, 0.0, 0.0, 0.6, 0.0, 0.0, 0.5, 1.0), 0.5),
    ],
)
def test_each_driver_enters_as_the_equation_says(state: State, eta: float) -> None:
    assert disutility(*state, P) == pytest.approx(eta)


def test_competition_scales_the_bond_and_nothing_else() -> None:
    fierce = parameters(churn_competition=2.0, churn_level=0.0)
    assert disutility(0.80, 0.0, 0.0, 0.6, 0.0, 0.0, 0.5, 0.0, fierce) == pytest.approx(-2 * 8.0 * 0.08)
    assert disutility(0.72, 0.0, 0.0, 0.6, 0.5, 0.0, 0.5, 0.0, fierce) == pytest.approx(0.6)


def test_a_better_outside_option_and_the_level_add() -> None:
    tempted = parameters(market_outside_option=0.77, churn_level=0.3)
    assert disutility(0.72, 0.0, 0.0, 0.6, 0.0, 0.0, 0.5, 0.0, tempted) == pytest.approx(2.0 * 0.05 + 0.3)


@given(state=st.tuples(SHARE, SIGNED, SIGNED, SHARE, SHARE, SHARE, SHARE, SHARE))
def test_neutral_values_leave_frailty_alone_and_the_clip_holds(state: State) -> None:
    assert disutility(*state, NEUTRAL) == 0.0
    assert -5.0 <= disutility(*state, P) <= 5.0


@given(frailty=st.floats(0.0, 1.0), eta=st.floats(-5.0, 5.0))
def test_churn_in_a_week_is_churn_in_seven_days(frailty: float, eta: float) -> None:
    day = churn_probability(frailty, 1.0, eta, 1 / 7)
    assert 0.0 <= day <= 1.0
    assert 1.0 - (1.0 - day) ** 7 == pytest.approx(churn_probability(frailty, 1.0, eta, 1.0), abs=1e-9)


def test_a_year_of_base_hazard_is_the_yearly_probability() -> None:
    assert churn_probability(-math.log(0.85) / 52.0, 1.0, 0.0, 52.0) == pytest.approx(0.15)


@pytest.mark.parametrize(
    ("tenure", "renews", "factor"),
    [
        (0.0, False, 0.15),
        (51.0, False, 0.15),
        (52.0, False, 2.5),
        (59.9, False, 2.5),
        (60.0, False, 1.0),
        (500.0, False, 1.0),
        (51.0, True, 0.15),
        (52.0, True, 2.5),
        (60.0, True, 0.15),
        (104.0, True, 2.5),
        (112.0, True, 0.15),
    ],
)
def test_the_contract_holds_then_lets_go(tenure: float, renews: bool, factor: float) -> None:
    assert lock_factor(tenure, 52.0, renews, P) == factor
    assert lock_factor(tenure, 0.0, renews, P) == 1.0


@given(tenure=st.floats(0.0, 1000.0), renews=st.booleans())
def test_neutral_factors_switch_the_contract_off(tenure: float, renews: bool) -> None:
    assert lock_factor(tenure, 52.0, renews, parameters(churn_locked=1.0, churn_after_lock=1.0)) == 1.0
