r"""The emotional bank account: four stores, deposits, and forgetting.

    (1)  each store keeps 2^(-tau / h) of itself a tick; debits keep everything while a problem is open (rumination)
         M = C_fast + C_slow - B_fast - B_slow,   M' = clip(M / M_s)
    (12) credit g = Delta+ (1 - H), slow share g / (g + d_half)
    (13) debit  l = (-Delta)+ b;  b = 1 - cushion tanh(M+ / M_s), or 1 + betrayal tanh(M+ / M_s) for grave offences

=============  =========================================  ========  ==================================================
symbol         parameter                                  neutral   source
=============  =========================================  ========  ==================================================
h              account.*_half_life_weeks                  large     two exponentials a side make a power-law forgetting
                                                                    (Kahana & Adler); negative affect fades faster
                                                                    (Walker & Skowronski 2009; Ritchie et al. 2015)
d_half         account.half_size (ec)                     -         small emotions fade fast, big ones last, [A]
M_s            account.scale (ec)                         -         [A]
cushion        account.cushion                            0         goodwill buffers small failures, Hess et al. 2003
betrayal       account.betrayal                           0         love becomes hate, Gregoire & Fisher 2008
-              account.satisfied, .enchanted (ec)         -         labels of the report: below 0 frustrated, [A]
=============  =========================================  ========  ==================================================
"""

from __future__ import annotations

from typing import Any, NamedTuple

from cxsim.elementary import hyperbolic_tangent


class Account(NamedTuple):
    """The four stores, all non-negative, in ec."""

    credit_fast: float
    credit_slow: float
    debit_fast: float
    debit_slow: float


class Booking(NamedTuple):
    """The account after a deposit, and what was booked on either side (ec)."""

    account: Account
    credit: float
    debit: float


def balance(account: Account) -> float:
    """Return credits minus debits (ec)."""
    return account.credit_fast + account.credit_slow - account.debit_fast - account.debit_slow


def scaled_balance(account: Account, p: Any) -> float:
    """Return the balance in units of the account's scale, clipped: M'."""
    return min(p.account_clip_high, max(p.account_clip_low, balance(account) * p.account_scale_inverse))


def forget(account: Account, ruminating: bool, p: Any) -> Account:
    """Return the account one tick later; debits do not fade while a problem is open."""
    if ruminating:
        return Account(
            account.credit_fast * p.account_credit_fast_keep,
            account.credit_slow * p.account_credit_slow_keep,
            account.debit_fast,
            account.debit_slow,
        )
    return Account(
        account.credit_fast * p.account_credit_fast_keep,
        account.credit_slow * p.account_credit_slow_keep,
        account.debit_fast * p.account_debit_fast_keep,
        account.debit_slow * p.account_debit_slow_keep,
    )


def goodwill(account: Account, nominal: float, p: Any) -> float:
    """Return the goodwill in [0, 1) that a nominal debit meets: tanh(M+ / M_s); 0 where nothing is debited."""
    return hyperbolic_tangent(max(0.0, balance(account)) * p.account_scale_inverse) if nominal < 0.0 else 0.0


def deposit(account: Account, nominal: float, habituation: float, severity: float, liked: float, p: Any) -> Booking:
    """Return the account after a nominal deposit (ec): damped by habituation if a credit, cushioned if a debit.

    `liked` is the `goodwill` that a debit meets.
    """
    credit = nominal * (1.0 - habituation) if nominal > 0.0 else 0.0
    grave = severity >= p.account_betrayal_severity
    factor = 1.0 + p.account_betrayal * liked if grave else 1.0 - p.account_cushion * liked
    debit = -nominal * factor if nominal < 0.0 else 0.0
    lasting = (credit + debit) / (credit + debit + p.account_half_size)
    filled = Account(
        account.credit_fast + credit * (1.0 - lasting),
        account.credit_slow + credit * lasting,
        account.debit_fast + debit * (1.0 - lasting),
        account.debit_slow + debit * lasting,
    )
    return Booking(filled, credit, debit)


def forgive(account: Account, amount: float) -> Booking:
    """Return the account with up to `amount` ec of debits taken back pro rata; the credit is what was taken back."""
    owed = account.debit_fast + account.debit_slow
    taken = min(amount, owed)
    if taken <= 0.0:
        return Booking(account, 0.0, 0.0)
    keep = 1.0 - taken / owed
    eased = Account(account.credit_fast, account.credit_slow, account.debit_fast * keep, account.debit_slow * keep)
    return Booking(eased, taken, 0.0)
