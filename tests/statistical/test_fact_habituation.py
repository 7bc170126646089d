"""Delight wears off, raises the bar, and is missed when withdrawn (F6, F6b, F6c)."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from cxsim.spec.scenario import Scenario
from tests.one_customer import OneCustomer

PLAIN = {"journey__touchpoints__renewal__kano": {"functional": "performance", "emotional": "performance"}}
NEVER_LEARNS = {
    "behaviour__habituation__step": 0.0,
    "behaviour__expectation__should_ratchet": 0.0,
    "behaviour__expectation__precision_ceiling": 1e9,
}
SURE = {"precision": 1e9}
USUAL, DELIGHTFUL = 0.70, 0.90


def a_customer(scenario: Scenario, learns: bool = True, **changes: Any) -> OneCustomer:
    if learns:
        return OneCustomer(scenario, None, **PLAIN, **changes)
    return OneCustomer(scenario, SURE, **PLAIN, **NEVER_LEARNS, **changes)


def every_four_weeks(customer: OneCustomer, qualities: list[float]) -> list[float]:
    """Return what each encounter at the yearly moment of truth books, one every four weeks."""
    booked = []
    for quality in qualities:
        booked.append(customer.meet("renewal", quality))
        customer.pass_weeks(4)
    return booked


def check_wearing_off(scenario: Scenario, learns: bool) -> None:
    customer = a_customer(scenario, learns)
    booked = every_four_weeks(customer, [DELIGHTFUL] * 6)
    assert booked[5] <= 0.35 * booked[0], booked[5] / booked[0]
    assert customer.record.expectation_functional - USUAL >= 0.06


def test_f6_the_sixth_delight_is_worth_a_third_and_is_expected(telecom: Scenario) -> None:
    check_wearing_off(telecom, learns=True)
    with pytest.raises(AssertionError, match="assert "):
        check_wearing_off(telecom, learns=False)


def check_withdrawal(scenario: Scenario, learns: bool) -> None:
    customer = a_customer(scenario, learns)
    every_four_weeks(customer, [USUAL] * 6)
    before = customer.balance
    every_four_weeks(customer, [DELIGHTFUL] * 8)
    assert customer.balance > before
    lowest = customer.balance
    for booked in (customer.meet("renewal", USUAL), *every_four_weeks(customer, [USUAL] * 2)):
        assert booked < 0.0
        lowest = min(lowest, customer.balance)
    assert lowest < before, lowest


def test_f6b_a_withdrawn_delight_costs_more_than_it_left(telecom: Scenario) -> None:
    check_withdrawal(telecom, learns=True)
    with pytest.raises(AssertionError, match="assert "):
        check_withdrawal(telecom, learns=False)


def credit_per_delight(scenario: Scenario, coverage: float, learns: bool) -> float:
    """Return the mean credit of a delight in the second year, delights falling at random on encounters every four weeks."""
    luck = np.random.default_rng(6)
    earned = []
    for _ in range(12):
        delighted = luck.random(26) < coverage
        booked = every_four_weeks(a_customer(scenario, learns), [DELIGHTFUL if d else USUAL for d in delighted])
        earned += [credit for credit, d in zip(booked[13:], delighted[13:], strict=True) if d]
    return float(np.mean(earned))


def check_surprise(scenario: Scenario, learns: bool) -> None:
    seldom, always = credit_per_delight(scenario, 0.2, learns), credit_per_delight(scenario, 1.0, learns)
    assert seldom >= 2.0 * always, seldom / always


def test_f6c_seldom_and_random_delights_keep_their_worth(telecom: Scenario) -> None:
    check_surprise(telecom, learns=True)
    with pytest.raises(AssertionError, match="assert "):
        check_surprise(telecom, learns=False)
