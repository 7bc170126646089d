r"""Cox: what multiplies the hazard of churn, whatever its course over tenure.

.. math:: h(t \mid x) = h_0(t) \exp(x'\beta)

Ties (customers who churn in the same week) are handled by Efron's method: Breslow's pulls the coefficients towards 0.

Sources: Cox (1972); Efron (1977); clustered errors, Lee, Wei & Amato (1992).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from cxsim.errors import Fault, InputError
from cxsim.forecast.survival.columns import Design, FloatArray, read_design, read_durations, require_columns
from cxsim.forecast.survival.effects import hazard_ratios


@dataclass(frozen=True)
class Cox:
    """A fitted Cox model.

    Attributes
    ----------
    design : the covariates.
    effects : one row a term: ``term, coefficient, se, hazard_ratio, low, high, p_value``.
    loglik : the partial log-likelihood.
    times, cumulative_hazard : the baseline (all covariates 0) at the times of churn, by Breslow's estimator.
    """

    design: Design
    effects: pd.DataFrame
    loglik: float
    times: FloatArray
    cumulative_hazard: FloatArray


def fit_cox(
    table: pd.DataFrame,
    time: str,
    churned: str,
    covariates: Sequence[str],
    *,
    entry: str = "",
    cluster: str = "",
    confidence: float = 0.95,
) -> Cox:
    """Return the `Cox` model of one row a customer.

    Parameters
    ----------
    entry : column of the tenure at which a customer came under observation.
    cluster : column of groups whose customers share shocks (a replication, a shop): errors are then robust to that.

    Raises
    ------
    InputError : columns or values that cannot be used, or nobody churns.
    """
    from statsmodels.duration.hazard_regression import PHReg

    design = read_design(table, covariates)
    start, end, event = read_durations(table, time, churned, entry)
    if not event.any():
        raise InputError([Fault(f"column {churned}", "some customers must churn", float(event.sum()))])
    x = design.matrix(table)
    model = PHReg(end, x, status=event, entry=start if entry else None, ties="efron")
    if cluster:
        require_columns(table, [cluster])
        result = model.fit(groups=pd.factorize(table[cluster])[0])
    else:
        result = model.fit()
    coefficients = np.asarray(result.params, dtype=np.float64)
    effects = hazard_ratios(design.terms, coefficients, np.asarray(result.bse, dtype=np.float64), confidence)
    times, hazard = _baseline(start, end, event, x @ coefficients)
    return Cox(design, effects, float(result.llf), times, np.cumsum(hazard))


def relative_risk(model: Cox, table: pd.DataFrame) -> FloatArray:
    """Return exp(x'beta) of every row: its hazard as a multiple of the baseline's."""
    return np.asarray(np.exp(model.design.matrix(table) @ model.effects["coefficient"].to_numpy()))


def predict_survival(model: Cox, table: pd.DataFrame, times: Sequence[float]) -> FloatArray:
    """Return the probability that each row's customer is still there at each time, shape (rows, times)."""
    row = np.searchsorted(model.times, np.asarray(times, dtype=np.float64), side="right")
    baseline = np.concatenate(([0.0], model.cumulative_hazard))[row]
    return np.asarray(np.exp(-np.outer(relative_risk(model, table), baseline)))


def _baseline(
    start: FloatArray, end: FloatArray, event: FloatArray, log_risk: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Return the distinct times of churn and the baseline hazard at each: those lost over the risk then present."""
    times, lost = np.unique(end[event == 1.0], return_counts=True)
    risk = np.exp(log_risk)
    by_end, by_start = np.argsort(end), np.argsort(start)
    left = np.concatenate(([0.0], np.cumsum(risk[by_end])))[np.searchsorted(end[by_end], times, side="left")]
    entered = np.concatenate(([0.0], np.cumsum(risk[by_start])))[np.searchsorted(start[by_start], times, side="left")]
    return times, lost / (entered - left)
