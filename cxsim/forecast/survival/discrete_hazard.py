r"""Discrete-time hazard: churn period by period, with covariates that change over time.

One row per customer and period watched. The complementary log-log link is the one under which a continuous-time
proportional-hazards law, seen once a period, keeps its hazard ratios exactly:

.. math:: h_{it} = 1 - \exp(-\exp(a_t + x_{it}'\beta))

with a_t constant within bands of tenure.

Sources: Prentice & Gloeckler (1978); Allison (1982); Singer & Willett (1993).
"""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from cxsim.errors import Fault, InputError, RunError
from cxsim.forecast.survival.columns import Design, FloatArray, read_design, require_columns
from cxsim.forecast.survival.effects import hazard_ratios

MOST_BANDS = 10
MOST_STEPS = 50
CERTAIN = 25.0
"""Log hazard beyond which a customer is as good as sure to stay or to leave: the sign of an infinite coefficient."""


@dataclass(frozen=True)
class DiscreteHazard:
    """A fitted discrete-time hazard.

    Attributes
    ----------
    design : the covariates.
    band_starts : (bands,) first tenure period of each band in which the baseline is constant.
    baseline : (bands,) a_t of each band.
    effects : one row a term: ``term, coefficient, se, hazard_ratio, low, high, p_value``.
    loglik : the log-likelihood.
    """

    design: Design
    band_starts: tuple[int, ...]
    baseline: FloatArray
    effects: pd.DataFrame
    loglik: float


def expand_periods(table: pd.DataFrame, periods: str, churned: str, customer: str, entry: str = "") -> pd.DataFrame:
    """Return one row per customer and period watched: the customer's columns, ``tenure_period`` and ``churned_now``.

    Covariates that change over time are then merged on (customer, ``tenure_period``).

    Parameters
    ----------
    periods, entry : columns of whole periods of tenure at the end and at the start of observation (0 where none is
        named).

    Raises
    ------
    InputError : columns that are absent, or nobody watched for a period.
    """
    require_columns(table, [name for name in (periods, churned, customer, entry) if name])
    first = table[entry].to_numpy(dtype=np.int64) if entry else np.zeros(len(table), dtype=np.int64)
    watched = table[periods].to_numpy(dtype=np.int64) - first
    if len(table) == 0 or watched.min() < 0 or watched.sum() == 0:
        raise InputError([Fault(f"column {periods}", "must count whole periods, at least one of them watched")])
    row = np.repeat(np.arange(len(table)), watched)
    position = np.arange(row.size) - np.repeat(np.cumsum(watched) - watched, watched)
    long = table.iloc[row].reset_index(drop=True)
    last = position == watched[row] - 1
    return long.assign(
        tenure_period=first[row] + position + 1, churned_now=last & table[churned].to_numpy(dtype=bool)[row]
    )


def fit_discrete_hazard(
    person_periods: pd.DataFrame,
    covariates: Sequence[str],
    *,
    period: str = "tenure_period",
    churned: str = "churned_now",
    cluster: str = "",
    band_starts: Sequence[int] = (),
    confidence: float = 0.95,
) -> DiscreteHazard:
    """Return the `DiscreteHazard` of a person-period table.

    Parameters
    ----------
    cluster : column of groups that share shocks; errors are then robust to that. Rows of one customer need none.
    band_starts : first tenure periods of the baseline's bands; by default up to ten with equally many churns each.

    Raises
    ------
    InputError : columns or values that cannot be used, or nobody churns.
    RunError : the likelihood has no maximum, as where a covariate tells exactly who churns.
    """
    from statsmodels.genmod.families import Binomial
    from statsmodels.genmod.families.links import CLogLog
    from statsmodels.genmod.generalized_linear_model import GLM

    require_columns(person_periods, [period, churned, *([cluster] if cluster else [])])
    design = read_design(person_periods, covariates)
    event = person_periods[churned].to_numpy(dtype=np.float64)
    if not 0 < event.sum() < event.size:
        raise InputError(
            [Fault(f"column {churned}", "some periods must end in churn and some not", float(event.sum()))]
        )
    when = person_periods[period].to_numpy(dtype=np.int64)
    starts = tuple(int(start) for start in band_starts) or _even_bands(when, event)
    covariate = design.matrix(person_periods)
    middle, spread = covariate.mean(axis=0), covariate.std(axis=0)
    x = np.column_stack([_bands(when, starts), (covariate - middle) / spread])
    model = GLM(event, x, family=Binomial(link=CLogLog()))
    n = len(starts)
    # Reweighted least squares from its usual start runs off where a covariate has outliers; Newton's method on numbers of
    # one size does not, and reweighting then ends where it begins.
    start = np.concatenate([np.full(n, np.log(-np.log1p(-event.mean()))), np.zeros(covariate.shape[1])])
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        # Whether the fit ended well is judged below, for both methods together.
        warnings.simplefilter("ignore")
        optimum = np.asarray(model.fit(start, method="newton", maxiter=MOST_STEPS, disp=0).params)
        groups = pd.factorize(person_periods[cluster])[0] if cluster else None
        robust = {} if groups is None else {"cov_type": "cluster", "cov_kwds": {"groups": groups}}
        result = model.fit(optimum if np.isfinite(optimum).all() else start, **robust)
    values, se = np.asarray(result.params, dtype=np.float64), np.asarray(result.bse, dtype=np.float64)
    reach = np.abs(x[:, n:] @ values[n:]).max(initial=0.0)
    if not (result.converged and reach < CERTAIN):
        raise RunError("the discrete-time hazard has no maximum: does a covariate tell exactly who churns?")
    coefficients = values[n:] / spread
    effects = hazard_ratios(design.terms, coefficients, se[n:] / spread, confidence)
    return DiscreteHazard(design, starts, values[:n] - coefficients @ middle, effects, float(result.llf))


def predict_hazard(model: DiscreteHazard, person_periods: pd.DataFrame, period: str = "tenure_period") -> FloatArray:
    """Return the probability of churning in each row's period; the last band goes on beyond the fitted periods."""
    require_columns(person_periods, [period])
    bands = _bands(person_periods[period].to_numpy(dtype=np.int64), model.band_starts) @ model.baseline
    effect = model.design.matrix(person_periods) @ model.effects["coefficient"].to_numpy()
    return np.asarray(-np.expm1(-np.exp(bands + effect)))


def _even_bands(when: np.ndarray, event: FloatArray) -> tuple[int, ...]:
    """Return first periods of at most `MOST_BANDS` bands that hold about equally many churns."""
    churn_times = np.sort(when[event == 1.0])
    share = np.arange(1, MOST_BANDS) * churn_times.size // MOST_BANDS
    inner = {int(start) for start in churn_times[share]} - {int(churn_times[0])}
    return (int(when.min()), *sorted(inner))


def _bands(when: np.ndarray, starts: Sequence[int]) -> FloatArray:
    """Return the (rows, bands) indicator of the band each period falls in."""
    band = np.maximum(np.searchsorted(np.asarray(starts), when, side="right") - 1, 0)
    return np.asarray(band[:, None] == np.arange(len(starts)), dtype=np.float64)
