"""Failure and recovery: a paradox only under conditions, double deviation, TARP's repurchase table (F4, F4b, F5, F5b)."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from scipy.optimize import least_squares
from scipy.special import expit

from cxsim.arrays import Floats
from cxsim.behaviour.account import scaled_balance
from cxsim.engine.rows import read_account
from cxsim.spec.scenario import Scenario
from tests.one_customer import OneCustomer

PROMPT = 0.3
"""Weeks until a fair settlement: justice .94, with the shipped empathy, explanation and compensation."""


def unhurt(scenario: Scenario) -> OneCustomer:
    """Return a customer to whom nothing happened but an ordinary encounter."""
    customer = OneCustomer(scenario)
    customer.meet("bill", 0.70)
    return customer


def recovered(
    scenario: Scenario,
    severity: float = 0.2,
    blame: float = 0.2,
    past: float = 0.0,
    weeks: float = PROMPT,
    **changes: float,
) -> OneCustomer:
    """Return a customer whose problem was settled fairly after so many weeks and one contact."""
    customer = OneCustomer(scenario, {"past_problems": past}, **changes)
    customer.fail(severity, blame)
    customer.record.problem_age = weeks
    customer.settle()
    return customer


def gained(customer: OneCustomer, control: OneCustomer) -> float:
    return float(customer.record.last_transaction - control.record.last_transaction)


def check_paradox(scenario: Scenario, **changes: float) -> None:
    customer, control = recovered(scenario, **changes), unhurt(scenario)
    assert 0.02 <= gained(customer, control) <= 0.10, gained(customer, control)
    difference = customer.stays() - control.stays()
    assert abs(difference) <= 0.03, difference


def test_f4_a_mild_first_failure_well_recovered_satisfies_more_but_binds_no_better(telecom: Scenario) -> None:
    check_paradox(telecom)
    with pytest.raises(AssertionError, match="assert "):
        check_paradox(telecom, behaviour__satisfaction__disconfirmation=0.0)


CONDITIONS = {"severe": {"severity": 0.7}, "second": {"past": 1.0}, "blamed": {"blame": 1.0}}


def check_no_paradox(scenario: Scenario, **condition: float) -> None:
    gain = gained(recovered(scenario, **condition), unhurt(scenario))
    assert gain < 0.0, gain


@pytest.mark.parametrize("condition", CONDITIONS.values(), ids=CONDITIONS)
def test_f4b_no_paradox_after_a_severe_repeated_or_blamed_failure(
    telecom: Scenario, condition: dict[str, float]
) -> None:
    check_no_paradox(telecom, **condition)


def test_f4b_fails_where_the_conditions_are_not_met(telecom: Scenario) -> None:
    with pytest.raises(AssertionError, match="assert "):
        check_no_paradox(telecom)


def test_f4b_no_paradox_after_a_blamed_failure_settled_at_once(telecom: Scenario) -> None:
    check_no_paradox(telecom, blame=1.0, weeks=0.0)


POOR = {"compensation": 0.0, "empathy": 0.2, "explanation": 0.1}


def check_double_deviation(scenario: Scenario, contacts: int, **problem: float) -> None:
    customer = OneCustomer(scenario)
    customer.fail(0.36, 0.5)
    alone = customer.balance
    customer.pass_weeks(4)
    score = customer.settle(contacts, **problem)
    assert customer.balance <= 2.0 * alone < 0.0, (customer.balance, alone)
    assert score < 0.72


def test_f5_a_bad_recovery_is_worse_than_the_failure(telecom: Scenario) -> None:
    check_double_deviation(telecom, 4, **POOR)
    with pytest.raises(AssertionError, match="assert "):
        check_double_deviation(telecom, 1)


TARP = np.array([[0.37, 0.46, 0.70, 0.95], [0.09, 0.19, 0.54, 0.82]])
"""Share that repurchases: minor and major problems x silent, unsatisfied, satisfied, satisfied quickly."""


def lived(scenario: Scenario, severity: float, column: int, **changes: Any) -> list[float]:
    """Return what decides on repurchase after a problem: 1, satisfaction, scaled balance, failure memory."""
    customer = OneCustomer(scenario, **changes)
    customer.fail(severity, 0.5)
    if column == 0:
        customer.record.problem = 1
        customer.pass_weeks(8)
    elif column == 1:
        customer.pass_weeks(1)
        customer.settle(2, compensation=0.5, empathy=0.5, explanation=0.4)
    elif column == 2:
        customer.pass_weeks(3)
        customer.settle(2)
    else:
        customer.settle(1)
    c = customer.record
    return [1.0, float(c.satisfaction) - 0.72, scaled_balance(read_account(c), customer.p), -float(c.failure_memory)]


def repurchase(scenario: Scenario, **changes: Any) -> Floats:
    """Return the repurchase intentions of the eight cells, four coefficients fitted to TARP's."""
    states = np.array(
        [[lived(scenario, severity, column, **changes) for column in range(4)] for severity in (0.25, 0.6)]
    )

    def intentions(coefficients: Floats) -> Floats:
        return expit(states @ coefficients)

    def misses(coefficients: Floats) -> Floats:
        return np.ravel(intentions(coefficients) - TARP)

    fit = least_squares(misses, [0.0, 8.0, 1.0, 2.0], bounds=(0.0, [5.0, 20.0, 5.0, 10.0]))
    return intentions(fit.x)


def check_tarp(table: Floats) -> None:
    silent, unsatisfied, satisfied, quick = table.T
    assert (quick > satisfied).all(), table
    assert (satisfied > np.maximum(unsatisfied, silent)).all(), table
    assert (table[0] > table[1]).all(), table
    assert np.abs(table - TARP).max() <= 0.12, table


def test_f5b_repurchase_by_complaint_handling_follows_tarp(telecom: Scenario) -> None:
    check_tarp(repurchase(telecom))
    unmoved = {
        "behaviour__recovery__weight": 0.0,
        "behaviour__recovery__forgiveness": 0.0,
        "behaviour__recovery__full_justice": 1e9,
        "behaviour__recovery__justice_slope": 0.0,
    }
    with pytest.raises(AssertionError, match="assert "):
        check_tarp(repurchase(telecom, **unmoved))
