r"""BG/NBD: repeat purchases of customers who may silently leave right after a purchase.

While active a customer buys at an own Poisson rate, Gamma(r, alpha) over customers; after each purchase customers leave
with an own probability, Beta(a, b) over customers.

========  ====================================================  ==================
symbol    meaning                                               typical range
========  ====================================================  ==================
r, alpha  shape and scale (time) of the purchase rates          .1 to 5, any unit
a, b      Beta of the probability of leaving after a purchase   .1 to 5, .5 to 20
x         repeat purchases                                      0, 1, 2, ...
t_x, T    time of the last purchase, time observed              0 <= t_x <= T
========  ====================================================  ==================

a -> 0 switches leaving off (the negative binomial law).

Source: Fader, Hardie & Lee (2005), "Counting your customers" the easy way, Marketing Science 24(2).
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import betaln, expit, gammaln, hyp2f1
from scipy.stats import nbinom

from cxsim.forecast.closed_forms.histories import Histories, group_histories
from cxsim.forecast.closed_forms.likelihood import FloatArray, draw_positive, fit_positive, four

NEAR_ONE = 1e-6


@dataclass(frozen=True)
class BGNBD:
    """A fitted BG/NBD: parameters, standard errors, and (4, 4) covariances in the order r, alpha, a, b."""

    r: float
    alpha: float
    a: float
    b: float
    se_r: float = np.nan
    se_alpha: float = np.nan
    se_a: float = np.nan
    se_b: float = np.nan
    loglik: float = np.nan
    at_boundary: bool = False
    covariance: FloatArray = field(default_factory=lambda: np.full((4, 4), np.nan), compare=False, repr=False)
    log_covariance: FloatArray = field(default_factory=lambda: np.full((4, 4), np.nan), compare=False, repr=False)


def fit_bg_nbd(frequency: ArrayLike, recency: ArrayLike, age: ArrayLike) -> BGNBD:
    """Return the maximum-likelihood BG/NBD of one row a customer, times in any one unit.

    Raises
    ------
    InputError : impossible histories.
    RunError : too few repeat purchases to tell the parameters apart.
    """
    histories = group_histories(frequency, recency, age)
    start = np.asarray([0.5, 0.5 * float(np.average(histories.age, weights=histories.weight)) + 0.01, 0.7, 2.0])
    fit = fit_positive(lambda values: float(histories.weight @ _log_likelihood(values, histories)), start)
    return BGNBD(*four(fit.values), *four(fit.se), fit.loglik, fit.at_boundary, fit.covariance, fit.log_covariance)


def expected_purchases(model: BGNBD, t: ArrayLike) -> FloatArray:
    """Return E[X(t)]: repeat purchases of a new customer in time `t` since the first purchase (any shape)."""
    since = np.asarray(t, dtype=np.float64)
    return _purchases_to_come(model, model.r, model.b, model.alpha, since)


def probability_of(model: BGNBD, purchases: int, t: ArrayLike) -> FloatArray:
    """Return P(X(t) = purchases) of a new customer."""
    r, alpha, a, b, x = model.r, model.alpha, model.a, model.b, purchases
    since = np.asarray(t, dtype=np.float64)
    log_rate = gammaln(r + x) - gammaln(r) - gammaln(x + 1) + r * np.log(alpha / (alpha + since))
    still = np.exp(betaln(a, b + x) - betaln(a, b) + log_rate) * (since / (alpha + since)) ** x
    if x == 0:
        return np.asarray(still)
    left = np.exp(betaln(a + 1, b + x - 1) - betaln(a, b))
    return np.asarray(still + left * nbinom.sf(x - 1, r, alpha / (alpha + since)))


def probability_of_none(model: BGNBD, t: ArrayLike) -> FloatArray:
    """Return P(X(t) = 0), the share of new customers without a repeat purchase by `t`."""
    return probability_of(model, 0, t)


def probability_alive(model: BGNBD, frequency: ArrayLike, recency: ArrayLike, age: ArrayLike) -> FloatArray:
    """Return P(still a customer | history); 1 without a repeat purchase, as the model lets nobody leave before one."""
    x, last, observed = (np.asarray(values, dtype=np.float64) for values in (frequency, recency, age))
    repeat = np.maximum(x, 1.0)
    log_odds = np.log(model.a / (model.b + repeat - 1.0)) + (model.r + x) * np.log(
        (model.alpha + observed) / (model.alpha + last)
    )
    return np.asarray(np.where(x > 0, expit(-log_odds), 1.0))


def conditional_purchases(
    model: BGNBD, frequency: ArrayLike, recency: ArrayLike, age: ArrayLike, t: ArrayLike
) -> FloatArray:
    """Return E[purchases in the next `t` | history] for one row a customer."""
    x, last, observed = (np.asarray(values, dtype=np.float64) for values in (frequency, recency, age))
    ahead = np.asarray(t, dtype=np.float64)
    if_alive = _purchases_to_come(model, model.r + x, model.b + x, model.alpha + observed, ahead)
    return np.asarray(if_alive * probability_alive(model, x, last, observed))


def simulate(model: BGNBD, age: ArrayLike, rng: np.random.Generator) -> tuple[NDArray[np.int64], FloatArray]:
    """Return (customer index, time since the first purchase) of every repeat purchase of new customers within `age`.

    Parameters
    ----------
    age : (n,) time observed of each customer; customers need not start together.
    """
    limit = np.asarray(age, dtype=np.float64)
    rate = rng.gamma(model.r, 1.0 / model.alpha, limit.size)
    return _run(rate, rng.beta(model.a, model.b, limit.size), limit, np.arange(limit.size), rng)


def simulate_future(
    model: BGNBD, frequency: ArrayLike, recency: ArrayLike, age: ArrayLike, t: float, rng: np.random.Generator
) -> tuple[NDArray[np.int64], FloatArray]:
    """Return (customer index, time since the end of `age`) of every purchase in the next `t`, given the histories."""
    x, last, observed = (np.asarray(values, dtype=np.float64) for values in (frequency, recency, age))
    alive = np.flatnonzero(rng.random(x.size) < probability_alive(model, x, last, observed))
    rate = rng.gamma(model.r + x) / (model.alpha + observed)
    return _run(rate, rng.beta(model.a, model.b + x), np.full(x.size, float(t)), alive, rng)


def draw_models(model: BGNBD, draws: int, rng: np.random.Generator) -> list[BGNBD]:
    """Return models whose parameters are drawn around the estimates by their covariance."""
    values = np.asarray([model.r, model.alpha, model.a, model.b])
    return [BGNBD(*four(row)) for row in draw_positive(values, model.log_covariance, draws, rng)]


def _log_likelihood(values: FloatArray, histories: Histories) -> FloatArray:
    """Return the log-likelihood of each distinct history."""
    r, alpha, a, b = values
    x, last, age = histories.frequency, histories.recency, histories.age
    common = gammaln(r + x) - gammaln(r) + r * np.log(alpha) + betaln(a, b + x) - betaln(a, b)
    alive = -(r + x) * np.log(alpha + age)
    left = np.log(a) - np.log(b + np.maximum(x, 1.0) - 1.0) - (r + x) * np.log(alpha + last)
    return np.asarray(common + np.where(x > 0, np.logaddexp(alive, left), alive))


def _run(
    rate: FloatArray, leave: FloatArray, limit: FloatArray, who: NDArray[np.int64], rng: np.random.Generator
) -> tuple[NDArray[np.int64], FloatArray]:
    """Return (customer index, time) of the purchases of active customers `who` until they leave or reach `limit`."""
    clock = np.zeros(who.size)
    customers, times = [np.empty(0, np.int64)], [np.empty(0)]
    while who.size:
        clock = clock + rng.exponential(1.0, who.size) / np.maximum(rate[who], 1e-300)
        within = clock <= limit[who]
        who, clock = who[within], clock[within]
        customers.append(who)
        times.append(clock)
        stays = rng.random(who.size) >= leave[who]
        who, clock = who[stays], clock[stays]
    return np.concatenate(customers), np.concatenate(times)


def _purchases_to_come(model: BGNBD, r: ArrayLike, b: ArrayLike, alpha: ArrayLike, t: FloatArray) -> FloatArray:
    """Return the expected purchases in `t` of an active customer with updated `r`, `b`, `alpha`."""
    a = model.a if abs(model.a - 1.0) > NEAR_ONE else 1.0 + NEAR_ONE
    shape, stay, scale = (np.asarray(values, dtype=np.float64) for values in (r, b, alpha))
    top = a + stay - 1.0
    bought_none = (scale / (scale + t)) ** shape * hyp2f1(shape, stay, top, t / (scale + t))
    return np.asarray(top / (a - 1.0) * (1.0 - bought_none))
