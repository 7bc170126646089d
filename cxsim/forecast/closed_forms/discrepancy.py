r"""What a model misses, learnt from the periods it was fitted on and carried into its forecast interval.

A model's own interval (chance and parameters) takes the model to be right, and is therefore too narrow. Here the
logarithm of actual over expected counts is a zero-mean AR(1) seen through the noise of counting, whose variance is
known:

.. math:: \log(y_t / m_t) = u_t + e_t, \qquad u_t = \phi u_{t-1} + w_t, \qquad e_t \sim N(0, 1/\bar m)

Simulated futures are multiplied by exp(u). A zero mean says that the model is taken to be right on average. phi and the
standard deviation of w are drawn in proportion to their likelihood (phi in [-.5, .98], sd in [.01, 1]); plugging in
estimates from a few dozen periods would make the interval too narrow.

Source: Kennedy & O'Hagan (2001), Bayesian calibration of computer models; Kalman filter, Durbin & Koopman (2012).
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from cxsim.errors import Fault, InputError
from cxsim.forecast.closed_forms.likelihood import FloatArray

FEWEST_PERIODS = 8
PHI = np.linspace(-0.5, 0.98, 38)
SD = np.geomspace(0.01, 1.0, 24)


def with_discrepancy(actual: ArrayLike, expected: ArrayLike, future: ArrayLike, rng: np.random.Generator) -> FloatArray:
    """Return simulated future counts multiplied by drawn discrepancy, shape (draws, ahead).

    Parameters
    ----------
    actual : (fitted,) counts observed in the last periods that the model was fitted on.
    expected : (fitted,) the model's expectation of the same periods.
    future : (draws, ahead) the model's simulated counts of the periods that follow: chance, and drawn parameters.

    Raises
    ------
    InputError : too few periods, or an expectation that is not positive.
    """
    y, m, simulated = (np.asarray(values, dtype=np.float64) for values in (actual, expected, future))
    if y.size < FEWEST_PERIODS or m.shape != y.shape or not np.all(m > 0):
        rule = f"needs {FEWEST_PERIODS} or more fitted periods with a positive expectation"
        raise InputError([Fault("expected", rule, m.size)])
    ratio = np.log((y + 0.5) / (m + 0.5))
    draws, ahead = simulated.shape
    return np.asarray(simulated * np.exp(_draw_discrepancy(ratio, float(np.mean(1.0 / m)), draws, ahead, rng)))


def path_intervals(paths: ArrayLike, confidence: float = 0.95) -> pd.DataFrame:
    """Return period, mean, low and high of (draws, ahead) paths, each period and cumulative."""
    each = np.asarray(paths, dtype=np.float64)
    tails = [(1.0 - confidence) / 2.0, (1.0 + confidence) / 2.0]
    columns: dict[str, FloatArray] = {"period": np.arange(1.0, each.shape[1] + 1.0)}
    for prefix, values in (("", each), ("cumulative_", each.cumsum(axis=1))):
        columns[f"{prefix}mean"] = values.mean(axis=0)
        columns[f"{prefix}low"], columns[f"{prefix}high"] = np.quantile(values, tails, axis=0)
    return pd.DataFrame(columns)


def _draw_discrepancy(ratio: FloatArray, noise: float, draws: int, ahead: int, rng: np.random.Generator) -> FloatArray:
    """Return draws of the future AR(1), its parameters drawn by their likelihood on a grid, shape (draws, ahead)."""
    phi, sd = (grid.ravel() for grid in np.meshgrid(PHI, SD))
    loglik, mean, variance = _filtered(ratio, noise, phi, sd)
    weight = np.exp(loglik - loglik.max())
    pick = rng.choice(phi.size, draws, p=weight / weight.sum())
    state = rng.normal(mean[pick], np.sqrt(variance[pick]))
    drawn = np.empty((draws, ahead))
    for period in range(ahead):
        state = phi[pick] * state + rng.normal(0.0, sd[pick])
        drawn[:, period] = state
    return drawn


def _filtered(
    ratio: FloatArray, noise: float, phi: FloatArray, sd: FloatArray
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Return the log-likelihood, and mean and variance of the last state, of each (phi, sd) by the Kalman filter."""
    loglik = np.zeros_like(phi)
    ahead_mean, ahead_variance = np.zeros_like(phi), sd**2 / (1.0 - phi**2)
    for seen in ratio:
        total, error = ahead_variance + noise, seen - ahead_mean
        loglik -= 0.5 * (np.log(total) + error**2 / total)
        mean = ahead_mean + ahead_variance / total * error
        variance = ahead_variance * noise / total
        ahead_mean, ahead_variance = phi * mean, phi**2 * variance + sd**2
    return loglik, mean, variance
