r"""BG/BB: purchases at discrete opportunities (a yearly gift, a monthly box) of customers who may silently leave.

At each opportunity an active customer buys with an own probability, Beta(alpha, beta) over customers; before each,
customers leave with an own probability, Beta(gamma, delta) over customers.

============  ====================================================  =============
symbol        meaning                                               typical range
============  ====================================================  =============
alpha, beta   Beta of the probability of buying                     .1 to 10
gamma, delta  Beta of the probability of leaving                    .1 to 10
x             opportunities taken of those since the first one      0 to n
t_x, n        last opportunity taken, opportunities there were      0 <= t_x <= n
============  ====================================================  =============

gamma -> 0 switches leaving off (the beta-binomial law).

Source: Fader, Hardie & Shang (2010), Customer-base analysis in a discrete-time noncontractual setting, Marketing
Science 29(6).
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import betaln, gammaln, logsumexp

from cxsim.errors import Fault, InputError
from cxsim.forecast.closed_forms.hypergeometric import hyp2f1_unit
from cxsim.forecast.closed_forms.likelihood import FloatArray, fit_positive, four
from cxsim.forecast.rows import rows_path

NEAR_ONE = 1e-7


@dataclass(frozen=True)
class BGBB:
    """A fitted BG/BB: parameters, standard errors, and (4, 4) covariances in the order alpha, beta, gamma, delta."""

    alpha: float
    beta: float
    gamma: float
    delta: float
    se_alpha: float = np.nan
    se_beta: float = np.nan
    se_gamma: float = np.nan
    se_delta: float = np.nan
    loglik: float = np.nan
    at_boundary: bool = False
    covariance: FloatArray = field(default_factory=lambda: np.full((4, 4), np.nan), compare=False, repr=False)
    log_covariance: FloatArray = field(default_factory=lambda: np.full((4, 4), np.nan), compare=False, repr=False)


def fit_bg_bb(frequency: ArrayLike, recency: ArrayLike, opportunities: ArrayLike, customers: ArrayLike = 1.0) -> BGBB:
    """Return the maximum-likelihood BG/BB.

    Parameters
    ----------
    frequency, recency, opportunities : (k,) x, t_x and n of each history, whole numbers.
    customers : (k,) how many customers share the history; 1 for one row a customer.

    Raises
    ------
    InputError : impossible histories.
    RunError : too few purchases to tell the parameters apart.
    """
    x, last, n = (np.asarray(values, dtype=np.float64) for values in (frequency, recency, opportunities))
    weight = np.broadcast_to(np.asarray(customers, dtype=np.float64), x.shape)
    possible = (x >= 0) & (x <= last) & (last <= n) & (np.floor(n) == n) & ((x > 0) == (last > 0)) & (weight >= 0)
    if x.size == 0 or not possible.all():
        rule = "needs 0 <= frequency <= recency <= opportunities, with recency 0 exactly where frequency is 0"
        raise InputError([Fault(rows_path(~possible) if x.size else "customers", rule)])

    def loglik(values: FloatArray) -> float:
        return float(np.dot(weight, _log_likelihood(BGBB(*four(values)), x, last, n)))

    fit = fit_positive(loglik, np.ones(4))
    return BGBB(*four(fit.values), *four(fit.se), fit.loglik, fit.at_boundary, fit.covariance, fit.log_covariance)


def expected_purchases(model: BGBB, opportunities: ArrayLike) -> FloatArray:
    """Return E[X(n)]: opportunities taken out of the first n by a new customer."""
    n = np.asarray(opportunities, dtype=np.float64)
    return np.asarray(model.alpha / (model.alpha + model.beta) * _active_opportunities(model, np.zeros_like(n), n))


def probability_of_none(model: BGBB, opportunities: ArrayLike) -> FloatArray:
    """Return P(X(n) = 0), the share of new customers who take none of the first n opportunities."""
    n = np.asarray(opportunities, dtype=np.float64)
    nothing = np.zeros_like(n)
    return np.asarray(np.exp(_log_likelihood(model, nothing, nothing, n)))


def probability_alive(model: BGBB, frequency: ArrayLike, recency: ArrayLike, opportunities: ArrayLike) -> FloatArray:
    """Return P(still a customer at opportunity n + 1 | history)."""
    x, last, n = (np.asarray(values, dtype=np.float64) for values in (frequency, recency, opportunities))
    return np.asarray(np.exp(_log_active(model, x, n, n + 1.0) - _log_likelihood(model, x, last, n)))


def conditional_purchases(
    model: BGBB, frequency: ArrayLike, recency: ArrayLike, opportunities: ArrayLike, ahead: ArrayLike
) -> FloatArray:
    """Return E[opportunities taken of the next `ahead` | history]."""
    x, last, n = (np.asarray(values, dtype=np.float64) for values in (frequency, recency, opportunities))
    active_now = np.exp(_log_active(model, x, n, n) - _log_likelihood(model, x, last, n))
    return np.asarray(
        active_now * _buying(model, x, n) * _active_opportunities(model, n, np.asarray(ahead, dtype=np.float64))
    )


def discounted_purchases(
    model: BGBB, frequency: ArrayLike, recency: ArrayLike, opportunities: ArrayLike, discount_per_opportunity: float
) -> FloatArray:
    """Return the expected purchases in all time to come given the history; the next opportunity is discounted once.

    Raises
    ------
    InputError : a discount that is not positive, for which the sum may be infinite.
    """
    if not discount_per_opportunity > 0:
        raise InputError([Fault("discount_per_opportunity", "must be > 0", discount_per_opportunity)])
    x, last, n = np.broadcast_arrays(
        *(np.asarray(values, dtype=np.float64) for values in (frequency, recency, opportunities))
    )
    v = 1.0 / (1.0 + discount_per_opportunity)
    stays = v * hyp2f1_unit(model.delta + n + 1.0, model.gamma + model.delta + n + 1.0, v)
    return np.asarray(probability_alive(model, x, last, n) * _buying(model, x, n) * stays)


def _buying(model: BGBB, x: FloatArray, n: FloatArray) -> FloatArray:
    """Return the expected probability of buying of a customer who took `x` of `n` opportunities while active."""
    return np.asarray((model.alpha + x) / (model.alpha + model.beta + n))


def _active_opportunities(model: BGBB, n: FloatArray, ahead: FloatArray) -> FloatArray:
    """Return the expected opportunities met while active among the next `ahead`, by a customer active at `n`."""
    gamma = model.gamma if abs(model.gamma - 1.0) > NEAR_ONE else 1.0 + NEAR_ONE
    start, total = model.delta + n, gamma + model.delta + n
    log_ratio = gammaln(start + 1.0 + ahead) - gammaln(start + 1.0) - gammaln(total + ahead) + gammaln(total)
    return np.asarray(-start / (gamma - 1.0) * np.expm1(log_ratio))


def _log_active(model: BGBB, x: FloatArray, n: FloatArray, through: FloatArray) -> FloatArray:
    """Return the log-chance of having taken the `x` of `n` opportunities and not having left before `through`."""
    bought = betaln(model.alpha + x, model.beta + n - x) - betaln(model.alpha, model.beta)
    return np.asarray(bought + betaln(model.gamma, model.delta + through) - betaln(model.gamma, model.delta))


def _log_likelihood(model: BGBB, x: FloatArray, last: FloatArray, n: FloatArray) -> FloatArray:
    """Return the log-likelihood of each history: active to the end, or gone after opportunity t_x + i."""
    shape = (*np.shape(n), 1)
    bought, since, offered = x.reshape(shape), last.reshape(shape), n.reshape(shape)
    gone = since + np.arange(float(np.max(n - last, initial=0.0)))
    term = (
        betaln(model.alpha + bought, model.beta + gone - bought)
        - betaln(model.alpha, model.beta)
        + betaln(model.gamma + 1.0, model.delta + gone)
        - betaln(model.gamma, model.delta)
    )
    left = np.where(gone < offered, term, -np.inf)
    return np.asarray(logsumexp(np.concatenate([_log_active(model, x, n, n).reshape(shape), left], axis=-1), axis=-1))
