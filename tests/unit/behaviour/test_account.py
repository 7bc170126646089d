from __future__ import annotations

import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cxsim.behaviour.account import Account, Booking, balance, deposit, forget, forgive, goodwill, scaled_balance
from tests.parameters import parameters

P = parameters()
STORE = st.floats(0.0, 20.0)
ACCOUNTS = st.builds(Account, STORE, STORE, STORE, STORE)
EMPTY = Account(0.0, 0.0, 0.0, 0.0)


def deposited(account: Account, nominal: float, habituation: float, severity: float, p: Any) -> Booking:
    return deposit(account, nominal, habituation, severity, goodwill(account, nominal, p), p)


@given(account=ACCOUNTS, ruminating=st.booleans())
def test_forgetting_shrinks_every_store_but_debits_that_are_ruminated(account: Account, ruminating: bool) -> None:
    after = forget(account, ruminating, P)
    keep = [0.5 ** (1 / 4), 0.5 ** (1 / 52), 0.5 ** (1 / 4), 0.5 ** (1 / 39)]
    if ruminating:
        keep[2:] = [1.0, 1.0]
    for store, before, factor in zip(after, account, keep, strict=True):
        assert store == pytest.approx(before * factor)


def test_half_lives_hold_at_any_length_of_tick() -> None:
    account = Account(1.0, 1.0, 1.0, 1.0)
    daily, weekly = account, account
    for _ in range(52):
        weekly = forget(weekly, False, P)
    for _ in range(7 * 52):
        daily = forget(daily, False, parameters(weeks=1 / 7))
    assert daily == pytest.approx(weekly)
    assert weekly.credit_slow == pytest.approx(0.5)


@given(account=ACCOUNTS, nominal=st.floats(-10.0, 10.0), habituation=st.floats(0.0, 0.8), severity=st.floats(0.0, 1.0))
def test_a_deposit_moves_the_balance_by_what_is_booked(
    account: Account, nominal: float, habituation: float, severity: float
) -> None:
    booking = deposited(account, nominal, habituation, severity, P)
    assert balance(booking.account) - balance(account) == pytest.approx(booking.credit - booking.debit, abs=1e-9)
    assert min(booking.account) >= 0.0
    assert booking.credit == pytest.approx(max(0.0, nominal) * (1.0 - habituation))
    assert booking.credit * booking.debit == 0.0


@pytest.mark.parametrize(("nominal", "slow"), [(0.1, 0.1 / 2.1), (2.0, 0.5), (6.0, 0.75)])
def test_big_credits_go_to_the_slow_store(nominal: float, slow: float) -> None:
    stored = deposited(EMPTY, nominal, 0.0, 0.0, P).account
    assert stored.credit_slow / nominal == pytest.approx(slow)
    drained = deposited(EMPTY, -nominal, 0.0, 0.0, P).account
    assert drained.debit_slow / nominal == pytest.approx(slow)


def test_goodwill_cushions_mild_failures_and_turns_on_grave_ones() -> None:
    loved = Account(0.0, 4.0, 0.0, 0.0)
    liked = math.tanh(1.0)
    assert deposited(loved, -1.0, 0.0, 0.3, P).debit == pytest.approx(1.0 - 0.3 * liked)
    assert deposited(loved, -1.0, 0.0, 0.8, P).debit == pytest.approx(1.0 + 0.5 * liked)


@given(account=ACCOUNTS, severity=st.floats(0.0, 1.0))
def test_without_cushion_and_betrayal_the_account_does_not_matter(account: Account, severity: float) -> None:
    neutral = parameters(account_cushion=0.0, account_betrayal=0.0)
    assert deposited(account, -1.0, 0.0, severity, neutral).debit == pytest.approx(1.0)


@given(account=ACCOUNTS, amount=st.floats(0.0, 50.0))
def test_forgiving_takes_back_debits_pro_rata_and_never_more(account: Account, amount: float) -> None:
    booking = forgive(account, amount)
    owed = account.debit_fast + account.debit_slow
    assert booking.credit == pytest.approx(min(amount, owed), abs=1e-12)
    assert booking.account.credit_slow == account.credit_slow
    left = booking.account.debit_fast + booking.account.debit_slow
    assert left == pytest.approx(owed - booking.credit, abs=1e-9)
    assert booking.account.debit_fast * account.debit_slow == pytest.approx(
        booking.account.debit_slow * account.debit_fast, abs=1e-9
    )


@pytest.mark.parametrize(
    ("account", "scaled"), [(Account(0, 40, 0, 0), 1.5), (Account(0, 0, 0, 40), -2.5), (Account(1, 2, 0, 1), 0.5)]
)
def test_scaled_balance_is_clipped(account: Account, scaled: float) -> None:
    assert scaled_balance(account, P) == pytest.approx(scaled)
