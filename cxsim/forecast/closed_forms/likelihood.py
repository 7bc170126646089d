"""Maximum likelihood for the small closed forms: the optimum, and a covariance that can be trusted.

The inverse Hessian that a quasi-Newton optimiser hands back is not an estimate of uncertainty: restarted at the
optimum, BFGS returns the identity. The covariance here is the inverse of a numeric Hessian taken at the optimum, and an
optimum is accepted only when its Newton decrement (how far, in standard errors, a Newton step would go) is negligible.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize
from statsmodels.tools.numdiff import approx_fprime, approx_hess3

from cxsim.errors import RunError

type FloatArray = NDArray[np.float64]

NEWTON_DECREMENT = 1e-8
ROUNDING_DECREMENT = 1e-4
NEWTON_STEPS = 40
LONGEST_STEP = 1.0
FLAT = 0.01
GRADIENT_STEP = 1e-4
HESSIAN_STEP = 1e-3


@dataclass(frozen=True)
class Optimum:
    """Where a log-likelihood is largest.

    Attributes
    ----------
    theta : (p,) the working parameters.
    covariance : (p, p) inverse of the negative Hessian; NaN when `at_bound`.
    loglik : the log-likelihood at `theta`.
    at_bound : whether the likelihood rises towards a bound of `theta`, or is flat along a ridge towards one.
    """

    theta: FloatArray
    covariance: FloatArray
    loglik: float
    at_bound: bool


def maximise(
    loglik: Callable[[FloatArray], float], start: FloatArray, lower: float = -12.0, upper: float = 16.0
) -> Optimum:
    """Return the `Optimum` of `loglik` inside a box of working (logarithmic or logistic) parameters.

    Raises
    ------
    RunError : the likelihood has no maximum that Newton's method confirms.
    """
    scale = 1.0 / max(1.0, abs(loglik(start)))

    def cost(theta: FloatArray) -> float:
        return -scale * loglik(theta)

    found = minimize(
        cost,
        start,
        method="L-BFGS-B",
        bounds=[(lower, upper)] * start.size,
        options={"ftol": 1e-13, "gtol": 1e-8, "maxiter": 500},
    )
    theta = np.asarray(found.x, dtype=np.float64)
    if np.any((theta < lower + 0.05) | (theta > upper - 0.05)):
        return _without_covariance(theta, float(loglik(theta)))
    return _polished(loglik, theta)


def _without_covariance(theta: FloatArray, value: float) -> Optimum:
    return Optimum(theta, np.full((theta.size, theta.size), np.nan), value, at_bound=True)


def _polished(loglik: Callable[[FloatArray], float], theta: FloatArray) -> Optimum:
    """Return the optimum near `theta` by Newton steps, which close in where a quasi-Newton search lacks digits."""
    value = float(loglik(theta))
    for _ in range(NEWTON_STEPS):
        gradient = np.asarray(approx_fprime(theta, loglik, epsilon=GRADIENT_STEP, centered=True)).reshape(-1)
        information = -np.asarray(approx_hess3(theta, loglik, epsilon=HESSIAN_STEP))
        if not np.all(np.isfinite(information)):
            break
        curvature, axes = np.linalg.eigh(information)
        slope = axes.T @ gradient
        # Where the surface still curves upwards the step goes uphill all the same, and not too far.
        along = np.clip(slope / np.maximum(np.abs(curvature), 1e-12), -LONGEST_STEP, LONGEST_STEP)
        decrement = float(slope @ along)
        peak = bool(curvature.min() > 0)
        if peak and decrement < NEWTON_DECREMENT:
            return Optimum(theta, np.linalg.inv(information), value, at_bound=False)
        flat = curvature < FLAT
        if flat.any() and slope[flat] @ along[flat] < FLAT and slope[~flat] @ along[~flat] < ROUNDING_DECREMENT:
            return _without_covariance(theta, value)
        candidate, found = _uphill(loglik, theta, axes @ along, value)
        if found <= value:
            if peak and decrement < ROUNDING_DECREMENT:
                return Optimum(theta, np.linalg.inv(information), value, at_bound=False)
            break
        theta, value = candidate, found
    raise RunError("the likelihood has no clear maximum: too few customers or events to tell the parameters apart")


def _uphill(
    loglik: Callable[[FloatArray], float], theta: FloatArray, step: FloatArray, value: float
) -> tuple[FloatArray, float]:
    """Return the first point along the step, halved up to ten times, that is above `value`, or the last one tried."""
    for halving in range(10):
        candidate = theta + step / 2.0**halving
        found = float(loglik(candidate))
        if found > value:
            break
    return candidate, found


def delta_covariance(transform: Callable[[FloatArray], FloatArray], optimum: Optimum) -> FloatArray:
    """Return the covariance of `transform(theta)` by the delta method, shape (q, q)."""
    jacobian = np.atleast_2d(np.asarray(approx_fprime(optimum.theta, transform, centered=True)))
    return np.asarray(jacobian @ optimum.covariance @ jacobian.T, dtype=np.float64)


@dataclass(frozen=True)
class PositiveFit:
    """Maximum-likelihood estimates of positive parameters.

    Attributes
    ----------
    values, se : (p,) estimates and standard errors; the errors are NaN when `at_boundary`.
    covariance, log_covariance : (p, p) of the parameters and of their logarithms.
    loglik : the log-likelihood.
    at_boundary : whether the likelihood rises or is flat towards 0 or infinity of some parameter, so that predictions
        hold but single parameters mean little.
    """

    values: FloatArray
    se: FloatArray
    covariance: FloatArray
    log_covariance: FloatArray
    loglik: float
    at_boundary: bool


def fit_positive(loglik: Callable[[FloatArray], float], start: FloatArray) -> PositiveFit:
    """Return the `PositiveFit` of a log-likelihood of (p,) positive parameters, searched on their logarithms.

    Raises
    ------
    RunError : the likelihood has no maximum that Newton's method confirms.
    """

    def loglik_of_logs(theta: FloatArray) -> float:
        return loglik(np.exp(theta))

    found = maximise(loglik_of_logs, np.log(start))
    values = np.exp(found.theta)
    covariance = found.covariance * np.outer(values, values)
    se = np.sqrt(np.diag(covariance))
    return PositiveFit(values, se, covariance, found.covariance, found.loglik, found.at_bound)


def draw_positive(values: FloatArray, log_covariance: FloatArray, draws: int, rng: np.random.Generator) -> FloatArray:
    """Return draws of positive parameters around their estimates, normal on the logarithms, shape (draws, p)."""
    return np.exp(rng.multivariate_normal(np.log(values), log_covariance, size=draws))


def four(values: FloatArray) -> tuple[float, float, float, float]:
    """Return four parameters as plain numbers."""
    first, second, third, fourth = values.tolist()
    return first, second, third, fourth
