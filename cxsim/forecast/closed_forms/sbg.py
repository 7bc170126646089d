r"""Shifted beta-geometric (sBG): contractual retention, and the value that lies beyond the observed periods.

Each customer churns in every period with an own constant probability, distributed Beta(alpha, beta) over customers.
The survivors of a cohort are therefore ever more loyal, which is why retention curves flatten.

.. math:: S(t) = \frac{B(\alpha, \beta + t)}{B(\alpha, \beta)}, \qquad
          h(t) = \frac{\alpha}{\alpha + \beta + t - 1}, \quad t = 1, 2, \ldots

========  ====================================================  ===============
symbol    meaning                                               typical range
========  ====================================================  ===============
alpha     weight of the churning side of the mixing Beta        .3 to 5
beta      weight of the staying side                            .5 to 500
t         tenure: periods (of any one length) survived so far   0, 1, 2, ...
========  ====================================================  ===============

alpha, beta -> infinity at a fixed ratio switches the heterogeneity off (the geometric, constant-churn law).

Source: Fader & Hardie (2007), How to project customer retention, Journal of Interactive Marketing 21(1); residual
value, Fader & Hardie (2010), Customer-base valuation in a contractual setting, Marketing Science 29(1).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike
from scipy.special import expit, gammaln, logit

from cxsim.errors import Fault, InputError
from cxsim.forecast.closed_forms.hypergeometric import hyp2f1_unit
from cxsim.forecast.closed_forms.likelihood import FloatArray, delta_covariance, draw_positive, maximise

type Timing = Literal["start", "end"]

NO_HETEROGENEITY = 16.0
INVISIBLE_GAIN = 0.01


@dataclass(frozen=True)
class SBG:
    """A fitted shifted beta-geometric.

    Attributes
    ----------
    alpha, beta : the mixing Beta's parameters.
    se_alpha, se_beta : standard errors; NaN when `at_boundary`.
    loglik : log-likelihood of the churn counts.
    at_boundary : whether the data show no heterogeneity, so that only alpha / (alpha + beta) is known.
    covariance : (2, 2) of (alpha, beta).
    log_covariance : (2, 2) of (log alpha, log beta), for draws that stay positive.
    """

    alpha: float
    beta: float
    se_alpha: float
    se_beta: float
    loglik: float
    at_boundary: bool = False
    covariance: FloatArray = field(default_factory=lambda: np.full((2, 2), np.nan), compare=False, repr=False)
    log_covariance: FloatArray = field(default_factory=lambda: np.full((2, 2), np.nan), compare=False, repr=False)


@dataclass(frozen=True)
class TenureCounts:
    """Customers at risk and customers lost in the tenure periods 1, 2, ... (element 0 is a customer's first period)."""

    at_risk: FloatArray
    churned: FloatArray


def fit_sbg(n_at_start: float, survivors_by_period: ArrayLike) -> SBG:
    """Return the sBG of one cohort that is followed from its start.

    Parameters
    ----------
    n_at_start : customers acquired.
    survivors_by_period : (periods,) customers still there after period 1, 2, ...

    Raises
    ------
    InputError : survivors increase, exceed the start, or the cohort says nothing about churn.
    """
    survivors = np.asarray(survivors_by_period, dtype=np.float64)
    at_risk = np.concatenate(([float(n_at_start)], survivors[:-1]))
    return fit_sbg_counts(at_risk, at_risk - survivors)


def fit_sbg_counts(at_risk: ArrayLike, churned: ArrayLike) -> SBG:
    """Return the sBG of pooled cohorts, given how many were at risk and how many were lost in each tenure period.

    The likelihood is the product of the hazards, so a customer may enter late (already with a tenure) and leave the
    data early (right-censored at the horizon): every period in which somebody was watched counts, the others do not.

    Parameters
    ----------
    at_risk : (periods,) customers watched through tenure period 1, 2, ...; 0 where nobody was.
    churned : (periods,) those of them lost in that period.

    Raises
    ------
    InputError : counts that are impossible, or that cannot tell two parameters apart.
    """
    n, lost = np.asarray(at_risk, dtype=np.float64), np.asarray(churned, dtype=np.float64)
    _check_counts(n, lost)
    before, seen = np.arange(n.size, dtype=np.float64)[n > 0], n > 0
    n, lost = n[seen], lost[seen]

    def loglik(theta: FloatArray) -> float:
        total = np.exp(theta[1])
        hazard_log = np.log(expit(theta[0])) + theta[1] - np.log(total + before)
        stay_log = np.log(expit(-theta[0]) * total + before) - np.log(total + before)
        return float(lost @ hazard_log + (n - lost) @ stay_log)

    level = float(logit(lost.sum() / n.sum()))
    if _gain_of_heterogeneity(before, n, lost) < INVISIBLE_GAIN:
        theta = np.asarray([level, NO_HETEROGENEITY])
        alpha, beta = _natural(theta)
        return SBG(float(alpha), float(beta), np.nan, np.nan, loglik(theta), at_boundary=True)
    grid = [np.asarray([level + first, total]) for first in (0.0, 0.5, 1.0, 2.0) for total in (-1.0, 1.0, 3.0, 6.0)]
    found = maximise(loglik, max(grid, key=loglik))
    alpha, beta = _natural(found.theta)
    covariance = delta_covariance(_natural, found)
    se = np.sqrt(np.diag(covariance))
    logs = delta_covariance(lambda theta: np.log(_natural(theta)), found)
    return SBG(float(alpha), float(beta), float(se[0]), float(se[1]), found.loglik, found.at_bound, covariance, logs)


def count_tenure(tenure_at_entry: ArrayLike, tenure_at_exit: ArrayLike, churned: ArrayLike) -> TenureCounts:
    """Return at-risk and churned counts by tenure period from one row a customer.

    Parameters
    ----------
    tenure_at_entry : (n,) whole periods of tenure when the customer came under observation, 0 for a new customer.
    tenure_at_exit : (n,) whole periods of tenure when observation ended; who churned in period t has t.
    churned : (n,) whether the exit was churn rather than the end of the observation.

    Raises
    ------
    InputError : somebody leaves before entering, or churns in a period that was not watched.
    """
    entry, leave = np.asarray(tenure_at_entry, dtype=np.int64), np.asarray(tenure_at_exit, dtype=np.int64)
    lost = np.asarray(churned, dtype=bool)
    wrong = np.flatnonzero((entry < 0) | (leave < entry) | (lost & (leave == entry)))
    if wrong.size:
        row = int(wrong[0])
        rule = "tenure at exit must not precede tenure at entry, and churn must fall in an observed period"
        raise InputError([Fault(f"customers row {row}", rule, (int(entry[row]), int(leave[row])))])
    size = int(leave.max(initial=0)) + 1
    watched = np.cumsum(np.bincount(entry, minlength=size) - np.bincount(leave, minlength=size))[: size - 1]
    return TenureCounts(watched.astype(np.float64), np.bincount(leave[lost], minlength=size)[1:].astype(np.float64))


def draw_parameters(fit: SBG, draws: int, rng: np.random.Generator) -> FloatArray:
    """Return draws of (alpha, beta) around the estimates by their covariance, shape (draws, 2).

    Raises
    ------
    InputError : a fit at the boundary, which has no covariance.
    """
    if fit.at_boundary:
        raise InputError([Fault("fit", "shows no heterogeneity, so its parameters cannot be drawn", fit.alpha)])
    return draw_positive(np.asarray([fit.alpha, fit.beta]), fit.log_covariance, draws, rng)


def survival(alpha: float, beta: float, t: ArrayLike) -> FloatArray:
    """Return the share of a cohort that is still there after `t` periods (any shape, t >= 0)."""
    return conditional_survival(alpha, beta, 0.0, t)


def conditional_survival(alpha: float, beta: float, tenure: ArrayLike, t: ArrayLike) -> FloatArray:
    """Return the probability that a customer of `tenure` periods stays for `t` more (shapes broadcast)."""
    known = beta + np.asarray(tenure, dtype=np.float64)
    later = known + np.asarray(t, dtype=np.float64)
    return np.asarray(np.exp(gammaln(later) - gammaln(known) + gammaln(alpha + known) - gammaln(alpha + later)))


def retention(alpha: float, beta: float, t: ArrayLike) -> FloatArray:
    """Return the retention rate of tenure period `t` = 1, 2, ...: stayers through it among those who begin it."""
    before = np.asarray(t, dtype=np.float64) - 1.0
    return np.asarray((beta + before) / (alpha + beta + before))


def discounted_residual_lifetime(
    alpha: float, beta: float, tenure: ArrayLike, discount_per_period: float, timing: Timing = "end"
) -> FloatArray:
    r"""Return the expected discounted number of further periods of a customer who has `tenure` and is still there.

    With v = 1 / (1 + discount): ``start`` counts a period when it begins, now included, :math:`\sum_{k\ge0} v^k S(k|n)
    = {}_2F_1(1, \beta+n; \alpha+\beta+n; v)`; ``end`` counts a period only once it is survived, which is one less.
    Fader & Hardie's (2010) value "just before the renewal" is S(1|n) times ``start`` at tenure n + 1.

    Parameters
    ----------
    tenure : (any shape) periods survived.
    discount_per_period : effective rate a period, > 0; a yearly rate d over 52 weeks is (1 + d)**(1/52) - 1.

    Raises
    ------
    InputError : a discount that is not positive, for which the sum may be infinite.
    """
    if not discount_per_period > 0:
        raise InputError([Fault("discount_per_period", "must be > 0", discount_per_period)])
    codes, distinct = pd.factorize(np.asarray(tenure, dtype=np.float64).ravel())
    first = beta + np.asarray(distinct, dtype=np.float64)
    periods = hyp2f1_unit(first, alpha + first, 1.0 / (1.0 + discount_per_period))
    return np.asarray((periods - (timing == "end"))[codes].reshape(np.shape(tenure)))


def expected_discounted_terminal(
    alpha: float,
    beta: float,
    tenure: ArrayLike,
    margin_per_period: ArrayLike,
    discount_per_period: float,
    timing: Timing = "end",
) -> FloatArray:
    """Return the expected margin beyond now of customers who are still there, discounted to now.

    `margin_per_period` (money per period, constant from now on) broadcasts against `tenure`; the other parameters are
    those of `discounted_residual_lifetime`. Customers who have left are worth 0: leave them out.
    """
    periods = discounted_residual_lifetime(alpha, beta, tenure, discount_per_period, timing)
    return np.asarray(np.asarray(margin_per_period, dtype=np.float64) * periods)


def _natural(theta: FloatArray) -> FloatArray:
    """Return (alpha, beta) from (logit of the first period's churn, log of alpha + beta)."""
    total = np.exp(theta[1])
    return np.asarray([expit(theta[0]) * total, expit(-theta[0]) * total])


def _gain_of_heterogeneity(before: FloatArray, n: FloatArray, lost: FloatArray) -> float:
    """Return the log-likelihood that leaving the geometric law would gain: half a score statistic, or 0."""
    odds = lost.sum() / (n.sum() - lost.sum())
    score = float(before @ ((n - lost) * odds - lost))
    centred = before - np.average(before, weights=n)
    return score**2 / (2.0 * odds * float(n @ centred**2)) if score > 0 else 0.0


def _check_counts(at_risk: FloatArray, churned: FloatArray) -> None:
    """Raise `InputError` for counts that are impossible or that say too little."""
    if at_risk.ndim != 1 or at_risk.shape != churned.shape:
        raise InputError([Fault("churned", "must have one value per tenure period, as at_risk", churned.shape)])
    wrong = np.flatnonzero(~((churned >= 0) & (churned <= at_risk) & np.isfinite(at_risk)))
    if wrong.size:
        row = int(wrong[0])
        rule = "customers lost must lie between 0 and the customers at risk (a cohort cannot grow)"
        raise InputError([Fault(f"tenure period {row + 1}", rule, (float(churned[row]), float(at_risk[row])))])
    if np.count_nonzero(at_risk) < 2:
        raise InputError([Fault("at_risk", "needs customers in at least two tenure periods", int((at_risk > 0).sum()))])
    if not 0 < churned.sum() < at_risk.sum():
        rule = "some customers must churn and some must stay, or churn cannot be projected"
        raise InputError([Fault("churned", rule, float(churned.sum()))])
