r"""Pareto/NBD: repeat purchases of customers who may silently leave at any time.

While active a customer buys at an own Poisson rate, Gamma(r, alpha) over customers, and leaves at an own constant rate,
Gamma(s, beta) over customers.

========  =================================================  ===================
symbol    meaning                                            typical range
========  =================================================  ===================
r, alpha  shape and scale (time) of the purchase rates       .1 to 5, any unit
s, beta   shape and scale (time) of the rates of leaving     .1 to 5, any unit
x         repeat purchases                                   0, 1, 2, ...
t_x, T    time of the last purchase, time observed           0 <= t_x <= T
========  =================================================  ===================

s -> 0 switches leaving off (the negative binomial law). The likelihood of a history is the chance of having bought so
and being active at T, plus that of having left at some time y since the last purchase,

.. math:: \frac{\Gamma(r+x)\,\alpha^r\beta^s}{\Gamma(r)} \left\{ \frac{1}{(\alpha+T)^{r+x}(\beta+T)^s}
          + \int_{t_x}^{T} \frac{s\,dy}{(\alpha+y)^{r+x}(\beta+y)^{s+1}} \right\},

whose integral is taken by Gauss-Legendre quadrature: exact to rounding, and free of the cases and overflows of its
hypergeometric form.

Sources: Schmittlein, Morrison & Colombo (1987), Management Science 33(1); Fader & Hardie (2005), a note on deriving the
Pareto/NBD model; discounted residual purchases, Fader, Hardie & Lee (2005), Journal of Marketing Research 42(4).
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import gammaln, hyperu

from cxsim.errors import Fault, InputError
from cxsim.forecast.closed_forms.histories import group_histories
from cxsim.forecast.closed_forms.likelihood import FloatArray, draw_positive, fit_positive, four

NODES, WEIGHTS = np.polynomial.legendre.leggauss(16)
UNIT_NODES, UNIT_WEIGHTS = 0.5 * NODES + 0.5, 0.5 * WEIGHTS
NEGLIGIBLE = 30.0
NEAR_ONE = 1e-7


@dataclass(frozen=True)
class ParetoNBD:
    """A fitted Pareto/NBD: parameters, standard errors, and (4, 4) covariances in the order r, alpha, s, beta."""

    r: float
    alpha: float
    s: float
    beta: float
    se_r: float = np.nan
    se_alpha: float = np.nan
    se_s: float = np.nan
    se_beta: float = np.nan
    loglik: float = np.nan
    at_boundary: bool = False
    covariance: FloatArray = field(default_factory=lambda: np.full((4, 4), np.nan), compare=False, repr=False)
    log_covariance: FloatArray = field(default_factory=lambda: np.full((4, 4), np.nan), compare=False, repr=False)


def fit_pareto_nbd(frequency: ArrayLike, recency: ArrayLike, age: ArrayLike) -> ParetoNBD:
    """Return the maximum-likelihood Pareto/NBD of one row a customer, times in any one unit.

    Raises
    ------
    InputError : impossible histories.
    RunError : too few repeat purchases to tell the parameters apart.
    """
    histories = group_histories(frequency, recency, age)
    mean_age = float(np.average(histories.age, weights=histories.weight)) + 0.01

    def loglik(values: FloatArray) -> float:
        model = ParetoNBD(*four(values))
        return float(histories.weight @ _log_likelihood(model, histories.frequency, histories.recency, histories.age))

    fit = fit_positive(loglik, np.asarray([0.5, 0.5 * mean_age, 0.5, 0.5 * mean_age]))
    return ParetoNBD(*four(fit.values), *four(fit.se), fit.loglik, fit.at_boundary, fit.covariance, fit.log_covariance)


def expected_purchases(model: ParetoNBD, t: ArrayLike) -> FloatArray:
    """Return E[X(t)]: repeat purchases of a new customer in time `t` since the first purchase (any shape)."""
    since = np.asarray(t, dtype=np.float64)
    return np.asarray(model.r / model.alpha * _active_time(model.s, model.beta, since))


def probability_of_none(model: ParetoNBD, t: ArrayLike) -> FloatArray:
    """Return P(X(t) = 0), the share of new customers without a repeat purchase by `t`."""
    since = np.asarray(t, dtype=np.float64)
    nothing = np.zeros_like(since)
    return np.asarray(np.exp(_log_likelihood(model, nothing, nothing, since)))


def probability_alive(model: ParetoNBD, frequency: ArrayLike, recency: ArrayLike, age: ArrayLike) -> FloatArray:
    """Return P(still a customer | history) for one row a customer."""
    x, last, observed = (np.asarray(values, dtype=np.float64) for values in (frequency, recency, age))
    return np.asarray(np.exp(_log_active(model, x, observed) - _log_likelihood(model, x, last, observed)))


def conditional_purchases(
    model: ParetoNBD, frequency: ArrayLike, recency: ArrayLike, age: ArrayLike, t: ArrayLike
) -> FloatArray:
    """Return E[purchases in the next `t` | history] for one row a customer."""
    x, observed = np.asarray(frequency, dtype=np.float64), np.asarray(age, dtype=np.float64)
    rate = (model.r + x) / (model.alpha + observed)
    time = _active_time(model.s, model.beta + observed, np.asarray(t, dtype=np.float64))
    return np.asarray(probability_alive(model, x, recency, observed) * rate * time)


def discounted_purchases(
    model: ParetoNBD, frequency: ArrayLike, recency: ArrayLike, age: ArrayLike, discount_rate: float
) -> FloatArray:
    """Return the expected purchases in all time to come given the history, discounted to the end of `age`.

    Parameters
    ----------
    discount_rate : continuously compounded, per unit of the times; a yearly rate d with times in weeks is log(1 + d) /
        52.

    Raises
    ------
    InputError : a rate that is not positive, for which the sum may be infinite.
    """
    if not discount_rate > 0:
        raise InputError([Fault("discount_rate", "must be > 0", discount_rate)])
    x, observed = np.asarray(frequency, dtype=np.float64), np.asarray(age, dtype=np.float64)
    scale = discount_rate * (model.beta + observed)
    time = scale ** (model.s - 1.0) * hyperu(model.s, model.s, scale) * (model.beta + observed)
    rate = (model.r + x) / (model.alpha + observed)
    return np.asarray(probability_alive(model, x, recency, observed) * rate * time)


def simulate(model: ParetoNBD, age: ArrayLike, rng: np.random.Generator) -> tuple[NDArray[np.int64], FloatArray]:
    """Return (customer index, time since the first purchase) of every repeat purchase of new customers within `age`.

    Parameters
    ----------
    age : (n,) time observed of each customer; customers need not start together.
    """
    limit = np.asarray(age, dtype=np.float64)
    rate = rng.gamma(model.r, 1.0 / model.alpha, limit.size)
    return _run(rate, rng.gamma(model.s, 1.0 / model.beta, limit.size), limit, rng)


def simulate_future(
    model: ParetoNBD, frequency: ArrayLike, recency: ArrayLike, age: ArrayLike, t: float, rng: np.random.Generator
) -> tuple[NDArray[np.int64], FloatArray]:
    """Return (customer index, time since the end of `age`) of every purchase in the next `t`, given the histories."""
    x, last, observed = (np.asarray(values, dtype=np.float64) for values in (frequency, recency, age))
    alive = rng.random(x.size) < probability_alive(model, x, last, observed)
    rate = rng.gamma(model.r + x) / (model.alpha + observed)
    return _run(rate, rng.gamma(model.s, size=x.size) / (model.beta + observed), np.where(alive, float(t), 0.0), rng)


def draw_models(model: ParetoNBD, draws: int, rng: np.random.Generator) -> list[ParetoNBD]:
    """Return models whose parameters are drawn around the estimates by their covariance."""
    values = np.asarray([model.r, model.alpha, model.s, model.beta])
    return [ParetoNBD(*four(row)) for row in draw_positive(values, model.log_covariance, draws, rng)]


def _run(
    rate: FloatArray, leave_rate: FloatArray, limit: FloatArray, rng: np.random.Generator
) -> tuple[NDArray[np.int64], FloatArray]:
    """Return (customer index, time) of the purchases of active customers until they leave or `limit` is reached."""
    active = np.minimum(limit, rng.exponential(1.0, limit.size) / np.maximum(leave_rate, 1e-300))
    who = np.repeat(np.arange(limit.size), rng.poisson(rate * active))
    return who, active[who] * rng.random(who.size)


def _log_active(model: ParetoNBD, x: FloatArray, age: FloatArray) -> FloatArray:
    """Return the log-chance of having bought `x` times at the given moments and still being active."""
    r, alpha, s, beta = model.r, model.alpha, model.s, model.beta
    bought = gammaln(r + x) - gammaln(r) + r * np.log(alpha) - (r + x) * np.log(alpha + age)
    return np.asarray(bought + s * np.log(beta / (beta + age)))


def _log_likelihood(model: ParetoNBD, x: FloatArray, last: FloatArray, age: FloatArray) -> FloatArray:
    """Return the log-likelihood of each history.

    In u = log(alpha + y) the integrand is smooth and falls like exp(-(r + x - 1) u); customers of hundreds of purchases
    are integrated only as far as it matters.
    """
    r, alpha, s, beta = model.r, model.alpha, model.s, model.beta
    power = r + x
    span = np.minimum(np.log((alpha + age) / (alpha + last)), NEGLIGIBLE / np.maximum(power - 1.0, 1e-9))
    u = span[..., None] * UNIT_NODES
    falling = np.exp((1.0 - power[..., None]) * u)
    moment = (alpha + last)[..., None] * np.exp(u)
    left = (falling * ((beta - alpha + moment) / beta) ** (-s - 1.0)) @ UNIT_WEIGHTS * span
    with np.errstate(divide="ignore"):
        log_left = np.log(s / beta) + (1.0 - power) * np.log(alpha + last) + np.log(left)
    common = gammaln(power) - gammaln(r) + r * np.log(alpha)
    return np.asarray(np.logaddexp(_log_active(model, x, age), common + log_left))


def _active_time(s: float, beta: ArrayLike, t: FloatArray) -> FloatArray:
    """Return the expected time active within the next `t` of a customer active now, whose rate is Gamma(s, beta)."""
    scale = np.asarray(beta, dtype=np.float64)
    power = s - 1.0 if abs(s - 1.0) > NEAR_ONE else NEAR_ONE
    return np.asarray(-scale / power * np.expm1(power * np.log(scale / (scale + t))))
