r"""Gamma-Gamma: what a customer spends per purchase, given the few purchases seen.

Each purchase of a customer is Gamma(p, nu) with an own nu, Gamma(q, v) over customers, whatever the purchase rate:

.. math:: E[M \mid x, \bar z] = \frac{p\,(v + x \bar z)}{p x + q - 1}

a weighted mean of the customer's own average and the population's, p v / (q - 1).

========  =====================================================  =============
symbol    meaning                                                typical range
========  =====================================================  =============
p         shape of a customer's purchases: larger, more alike    1 to 20
q, v      shape and scale (money) of customers' levels           1.5 to 20
x, z      purchases seen and their average amount                x >= 1, z > 0
========  =====================================================  =============

Source: Fader, Hardie & Lee (2005), RFM and CLV, Journal of Marketing Research 42(4); Fader & Hardie (2013), the
Gamma-Gamma model of monetary value.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import gammaln

from cxsim.errors import Fault, InputError
from cxsim.forecast.closed_forms.likelihood import FloatArray, fit_positive
from cxsim.forecast.rows import rows_path


@dataclass(frozen=True)
class GammaGamma:
    """A fitted Gamma-Gamma: parameters, standard errors, and (3, 3) covariances in the order p, q, v.

    `frequency_correlation` is that of purchases with mean spend in the data; the model takes it to be 0, so a marked
    value is a warning.
    """

    p: float
    q: float
    v: float
    se_p: float = np.nan
    se_q: float = np.nan
    se_v: float = np.nan
    loglik: float = np.nan
    at_boundary: bool = False
    frequency_correlation: float = np.nan
    covariance: FloatArray = field(default_factory=lambda: np.full((3, 3), np.nan), compare=False, repr=False)
    log_covariance: FloatArray = field(default_factory=lambda: np.full((3, 3), np.nan), compare=False, repr=False)


def fit_gamma_gamma(frequency: ArrayLike, mean_spend: ArrayLike) -> GammaGamma:
    """Return the maximum-likelihood Gamma-Gamma of customers with at least one purchase of a positive average amount.

    Parameters
    ----------
    frequency : (n,) purchases behind each average; leave out customers without one.
    mean_spend : (n,) average amount of those purchases, in money.

    Raises
    ------
    InputError : a customer without a purchase or without a positive average.
    RunError : too few customers to tell the parameters apart.
    """
    x, z = np.asarray(frequency, dtype=np.float64), np.asarray(mean_spend, dtype=np.float64)
    broken = ~((x > 0) & (z > 0))
    if broken.any() or x.size == 0:
        rule = "frequency and mean spend must be positive: leave out customers without a paid repeat purchase"
        raise InputError([Fault(rows_path(broken) if broken.any() else "customers", rule)])
    start = np.asarray([3.0, 3.0, float(z.mean())])
    fit = fit_positive(lambda values: float(_log_likelihood(values, x, z).sum()), start)
    (p, q, v), (se_p, se_q, se_v) = fit.values.tolist(), fit.se.tolist()
    correlation = float(np.corrcoef(x, z)[0, 1]) if x.std() > 0 and z.std() > 0 else np.nan
    return GammaGamma(
        p, q, v, se_p, se_q, se_v, fit.loglik, fit.at_boundary, correlation, fit.covariance, fit.log_covariance
    )


def population_mean_spend(model: GammaGamma) -> float:
    """Return the mean amount of a purchase over customers; infinite for q <= 1."""
    return model.p * model.v / (model.q - 1.0) if model.q > 1.0 else np.inf


def conditional_mean_spend(model: GammaGamma, frequency: ArrayLike, mean_spend: ArrayLike) -> FloatArray:
    """Return the expected amount per purchase given each customer's history; the population's where frequency is 0."""
    x, z = np.asarray(frequency, dtype=np.float64), np.asarray(mean_spend, dtype=np.float64)
    own_total = np.where(x > 0, x * z, 0.0)
    with np.errstate(divide="ignore", invalid="ignore"):
        mean = model.p * (model.v + own_total) / (model.p * x + model.q - 1.0)
    return np.asarray(np.where(model.p * x + model.q > 1.0, mean, np.inf))


def _log_likelihood(values: FloatArray, x: FloatArray, z: FloatArray) -> FloatArray:
    """Return the log-density of each customer's average amount."""
    p, q, v = values
    total = p * x
    shape = gammaln(total + q) - gammaln(total) - gammaln(q) + q * np.log(v) + total * np.log(x)
    return np.asarray(shape + (total - 1.0) * np.log(z) - (total + q) * np.log(v + x * z))
