"""Losses loom larger than gains, both taper off, and small deviations are tolerated (F1, F1b, F1c, F2, F3, F3b)."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import cxsim
from cxsim.behaviour.appraisal import plain_value, value
from cxsim.behaviour.satisfaction import transaction
from cxsim.engine.build import KANO
from cxsim.spec.scenario import Scenario
from tests.mechanisms import CLOSED, weekly
from tests.one_customer import OneCustomer
from tests.parameters import parameters

SYMMETRIC = {"appraisal_zone_above": 0.06, "appraisal_zone_below": 0.06}


def debit_to_credit(gap: float, loss_aversion: float = 2.0, **changes: float) -> float:
    """Return the ratio of the debit to the credit of two equal raw deviations."""
    p = parameters(**changes)
    return -plain_value(-gap, loss_aversion, 1.0, p) / plain_value(gap, loss_aversion, 1.0, p)


def check_losses_loom(ratios: list[float]) -> None:
    assert all(2.0 <= ratio <= 4.0 for ratio in ratios), ratios
    assert ratios == sorted(ratios, reverse=True), ratios
    assert len(set(ratios)) == len(ratios)


def test_f1_losses_loom_and_less_so_the_larger_they_are() -> None:
    check_losses_loom([debit_to_credit(gap) for gap in (0.10, 0.20, 0.30)])
    p = parameters()
    beyond = -value(-0.14, 1.0, 1.0, 2.0, p) / value(0.14, 1.0, 1.0, 2.0, p)
    assert beyond == pytest.approx(2.0, rel=0.01)


def test_f1_and_f1c_without_loss_aversion_and_asymmetric_zone_there_is_no_asymmetry() -> None:
    ratios = [debit_to_credit(gap, 1.0, **SYMMETRIC) for gap in (0.10, 0.20, 0.30)]
    assert ratios == pytest.approx([1.0, 1.0, 1.0], abs=0.02)
    with pytest.raises(AssertionError, match="assert "):
        check_losses_loom(ratios)


def slopes(loss_aversion: float, **changes: float) -> float:
    """Return |b-| / b+ of transaction satisfaction regressed on shortfall and surplus at an ordinary touchpoint."""
    p = parameters(**changes)
    gaps = np.linspace(-0.3, 0.3, 601)
    scores = [transaction(0.70 + gap, plain_value(gap, loss_aversion, 1.0, p), p) for gap in gaps]
    columns = np.column_stack([np.ones_like(gaps), gaps.clip(min=0.0), (-gaps).clip(min=0.0)])
    _, surplus, shortfall = np.linalg.lstsq(columns, np.array(scores), rcond=None)[0]
    return float(-shortfall / surplus)


def check_satisfaction_is_asymmetric(ratio: float) -> None:
    assert 1.5 <= ratio <= 3.5, ratio


def test_f1b_satisfaction_falls_more_than_it_rises() -> None:
    check_satisfaction_is_asymmetric(slopes(2.0))


def test_f1b_fails_without_felt_losses() -> None:
    # The logistic bends by itself: loss aversion adds to the asymmetry, and only where the curve is straight is there none.
    assert slopes(1.0, **SYMMETRIC) < slopes(2.0) - 0.5
    with pytest.raises(AssertionError, match="assert "):
        check_satisfaction_is_asymmetric(
            slopes(1.0, satisfaction_level=0.5, satisfaction_disconfirmation=0.05, **SYMMETRIC)
        )


def test_f1c_debits_fall_by_two_fifths_without_loss_aversion(telecom: Scenario) -> None:
    def debits(loss_aversion: float) -> float:
        changes = {"population.size": 5000, "time.horizon_weeks": 26, "population.traits.loss_aversion": loss_aversion}
        return float(weekly(cxsim.simulate(telecom.with_changes({**changes, **CLOSED})))["account_debits"].sum())

    def check(without: float, with_aversion: float) -> None:
        assert without <= 0.6 * with_aversion, without / with_aversion

    usual = debits(2.0)
    check(debits(1.0), usual)
    with pytest.raises(AssertionError, match="assert "):
        check(debits(1.9), usual)


def check_diminishing(ratio: float) -> None:
    assert ratio == pytest.approx(1.84, abs=0.01)


def test_f2_twice_the_surprise_is_less_than_twice_the_value() -> None:
    check_diminishing(value(0.4, 1.0, 1.0, 2.0, parameters()) / value(0.2, 1.0, 1.0, 2.0, parameters()))
    straight = parameters(appraisal_curvature=1.0)
    with pytest.raises(AssertionError, match="assert "):
        check_diminishing(value(0.4, 1.0, 1.0, 2.0, straight) / value(0.2, 1.0, 1.0, 2.0, straight))


def bookings(scenario: Scenario, gaps: list[float], **changes: Any) -> list[float]:
    """Return what an encounter at these distances from the reference changes in the account, without normed credits."""
    moved = []
    for gap in gaps:
        customer = OneCustomer(scenario, {"should_functional": 0.70, "should_emotional": 0.70}, **changes)
        moved.append(customer.meet("bill", 0.70 + gap))
    return moved


def check_tolerance(inside: list[float], outside: list[float]) -> None:
    assert inside == [0.0] * len(inside)
    assert all(np.diff(outside) > 0.0)


def test_f3_inside_the_zone_nothing_is_booked(telecom: Scenario) -> None:
    no_norm = {"behaviour__account__norm": 0.0}
    inside, outside = [-0.065, -0.03, 0.0, 0.05, 0.09], [-0.3, -0.2, -0.1, 0.12, 0.2, 0.3]
    check_tolerance(bookings(telecom, inside, **no_norm), bookings(telecom, outside, **no_norm))
    off = {"behaviour__appraisal__zone_above": 0.0, "behaviour__appraisal__zone_below": 0.0}
    with pytest.raises(AssertionError, match="assert "):
        check_tolerance(bookings(telecom, inside, **no_norm, **off), bookings(telecom, outside, **no_norm, **off))


def check_kano(kind: str, other: str) -> None:
    p = parameters()
    gain, loss = KANO[kind]
    won, lost = value(0.2, gain, loss, 1.0, p), -value(-0.2, gain, loss, 1.0, p)
    small, large = (won, lost) if other == "loss" else (lost, won)
    assert small / large <= 0.1


def test_f3b_basics_only_hurt_and_delighters_only_please() -> None:
    check_kano("basic", other="loss")
    check_kano("delight", other="gain")
    for other in ("loss", "gain"):
        with pytest.raises(AssertionError, match="assert "):
            check_kano("performance", other)
