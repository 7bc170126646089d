r"""What a model misses, learnt from the periods it was fitted on and carried into its forecast interval.

A model's own interval (chance and parameters) takes the model to be right, and is therefore too narrow. Here the
logarithm of actual over expected follows a zero-mean AR(1) beyond the model's own noise, which is known from its
simulated paths:

.. math:: \log(y_t / m_t) = u_t + e_t, \qquad u_t = \phi u_{t-1} + w_t, \qquad e_t \sim N(0, 1/\bar m)

Simulated futures are multiplied by exp(u). phi is not drawn beyond its estimate; a zero mean says that the model is
taken to be right on average.

Source: Kennedy & O'Hagan (2001), Bayesian calibration of computer models; state-space AR(1), Durbin & Koopman (2012).
"""

from __future__ import annotations

import warnings

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from cxsim.errors import Fault, InputError
from cxsim.forecast.closed_forms.likelihood import FloatArray

FEWEST_PERIODS = 8


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
    """Return draws of the future AR(1) from its filtered state at the end of the fitted periods, (draws, ahead)."""
    from statsmodels.tsa.statespace.sarimax import SARIMAX

    model = SARIMAX(ratio, order=(1, 0, 0), measurement_error=True)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        with model.fix_params({"var.measurement_error": noise}):
            result = model.fit(disp=False)
    phi, _, variance = result.params
    state = rng.normal(result.filtered_state[0, -1], np.sqrt(max(result.filtered_state_cov[0, 0, -1], 0.0)), draws)
    drawn = np.empty((draws, ahead))
    for period in range(ahead):
        state = phi * state + rng.normal(0.0, np.sqrt(max(variance, 0.0)), draws)
        drawn[:, period] = state
    return drawn
