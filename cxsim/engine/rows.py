"""Reading and writing the groups of a customer's record: stored in 32 bits, computed with in 64."""

from __future__ import annotations

from typing import Any

import numpy as np

from cxsim.behaviour.account import Account
from cxsim.behaviour.expectation import Expectation
from cxsim.behaviour.memory import Memory
from cxsim.behaviour.satisfaction import Satisfaction


def read_account(c: Any) -> Account:
    """Return the account of a customer."""
    return Account(
        np.float64(c.credit_fast), np.float64(c.credit_slow), np.float64(c.debit_fast), np.float64(c.debit_slow)
    )


def write_account(c: Any, account: Account) -> None:
    """Store the account of a customer."""
    c.credit_fast = account.credit_fast
    c.credit_slow = account.credit_slow
    c.debit_fast = account.debit_fast
    c.debit_slow = account.debit_slow


def read_expectation(c: Any) -> Expectation:
    """Return the expectations of a customer."""
    return Expectation(
        np.float64(c.expectation_functional),
        np.float64(c.expectation_emotional),
        np.float64(c.should_functional),
        np.float64(c.should_emotional),
        np.float64(c.precision),
    )


def write_expectation(c: Any, expectation: Expectation) -> None:
    """Store the expectations of a customer."""
    c.expectation_functional = expectation.functional
    c.expectation_emotional = expectation.emotional
    c.should_functional = expectation.should_functional
    c.should_emotional = expectation.should_emotional
    c.precision = expectation.precision


def read_memory(c: Any) -> Memory:
    """Return the peak-end memory of a customer."""
    return Memory(np.float64(c.peak), np.float64(c.end))


def write_memory(c: Any, memory: Memory) -> None:
    """Store the peak-end memory of a customer."""
    c.peak = memory.peak
    c.end = memory.end


def read_satisfaction(c: Any) -> Satisfaction:
    """Return the cumulative satisfaction of a customer."""
    return Satisfaction(np.float64(c.satisfaction), np.float64(c.experiences))


def write_satisfaction(c: Any, satisfaction: Satisfaction) -> None:
    """Store the cumulative satisfaction of a customer."""
    c.satisfaction = satisfaction.level
    c.experiences = satisfaction.experiences
