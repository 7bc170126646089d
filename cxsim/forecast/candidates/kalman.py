r"""The Kalman filter of one model at many values of its parameters at once.

.. math:: y_t = x_t^T \beta + a_t + \varepsilon_t, \qquad a_t = \phi a_{t-1} + e_t

The state is the swing a and the coefficients beta, which do not move (Durbin and Koopman 2012, section 4.3). A grid of
parameter values needs hundreds of short filters; one pass over time with an array of them takes a tenth of the time of
statsmodels' filter, which does them one by one and is what this one is tested against.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from cxsim.forecast.quantiles import Array


@dataclass(frozen=True)
class Filtered:
    """What every parameter value makes of a history.

    Attributes
    ----------
    log_likelihood : (nodes,) of the observed points.
    mean, covariance : (nodes, states) and (nodes, states, states), the state at the step after the history.
    """

    log_likelihood: Array
    mean: Array
    covariance: Array


def filter_all(
    response: Array, variance: Array, design: Array, phi: Array, step_sd: Array, start_mean: Array, start_sd: Array
) -> Filtered:
    """Return the filtered history at every parameter value.

    Parameters
    ----------
    response : (points,) NaN where missing.
    variance : (nodes, points) of the observation noise.
    design : (points, states), how the state is seen; the first is the swing.
    phi, step_sd : (nodes,) of the swing.
    start_mean, start_sd : (states,) and (nodes, states), the state before the first point, independent.
    """
    nodes, states = start_sd.shape
    mean = np.tile(start_mean, (nodes, 1))
    covariance = np.eye(states) * (start_sd**2)[:, None, :]
    total = np.zeros(nodes)
    for point, seen in enumerate(response):
        if np.isfinite(seen):
            look = covariance @ design[point]
            spread = look @ design[point] + variance[:, point]
            error = seen - mean @ design[point]
            total -= 0.5 * (np.log(2.0 * np.pi * spread) + error**2 / spread)
            mean = mean + look * (error / spread)[:, None]
            covariance = covariance - look[:, :, None] * look[:, None, :] / spread[:, None, None]
        mean[:, 0] *= phi
        covariance[:, 0, :] *= phi[:, None]
        covariance[:, :, 0] *= phi[:, None]
        covariance[:, 0, 0] += step_sd**2
    return Filtered(total, mean, covariance)
