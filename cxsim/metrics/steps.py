"""A metric of a run over the steps of somebody else's calendar: months of weeks, or days of a week.

What a metric does over time is declared here: it adds up, is read at the end of a step, or is a mean over customers,
contacts or answers. Steps may cut a tick in two; what is counted within a tick is then taken to be spread evenly.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from cxsim.arrays import Floats
from cxsim.metrics.panel import Panel

CHURN = "churn_rate"
FLOWS: Mapping[str, float] = {
    **dict.fromkeys(
        (
            "acquired", "churned", "contacts", "complaints", "abandoned", "failures", "settled", "closed_unresolved", "asked",
            "answered", "csat_answers", "ces_answers", "reached", "base_churned",
        ),
        0.5,
    ),
    **dict.fromkeys(
        (
            "revenue", "contact_cost", "recovery_cost", "programme_cost", "acquisition_cost", "profit", "base_revenue",
            "base_cost", "account_credits", "account_debits", "account_forgotten",
        ),
        0.0,
    ),
}  # fmt: skip
"""What adds up over ticks, and what is added to a step of it: half a customer or contact, nothing to money."""
STOCKS: Mapping[str, float] = {
    "prospects": 0.5, "active": 0.5, "lost": 0.5, "open_problems": 0.5, "base_active": 0.5, "account_balance": 0.0,
}  # fmt: skip
"""Numbers at the end of a tick, and what is added to them."""
SHARES = frozenset({"frustrated_share", "satisfied_share", "enchanted_share", "fcr", "response_rate"})
WEIGHTS: Mapping[str, str] = {
    **dict.fromkeys(
        (
            "nps_true", "satisfaction", "balance", "frustrated_share", "satisfied_share", "enchanted_share",
            "expectation_functional", "expectation_emotional", "habituation", "trust",
        ),
        "active",
    ),
    **dict.fromkeys(("mean_wait_min", "fcr"), "contacts"),
    "nps_survey": "answered",
    "csat": "csat_answers",
    "ces": "ces_answers",
    "response_rate": "asked",
}  # fmt: skip
"""Means, and the column that says of how many."""
METRICS_OVER_TIME = frozenset({CHURN, *FLOWS, *STOCKS, *WEIGHTS})


def adds_up(metric: str) -> bool:
    """Return whether the metric of several steps is the sum over them."""
    return metric in FLOWS


def grows_with_customers(metric: str) -> bool:
    """Return whether a difference of the metric depends on how many customers there are."""
    return metric in FLOWS or metric in STOCKS


def step_values(panel: Panel, metric: str, edges: Floats) -> Floats:
    """Return a metric between neighbouring `edges`, of shape (replications, steps); NaN for a mean of nobody.

    Counts have half a customer or contact more than there was and shares half a one more on either side, so that a step
    with none has a logarithm or logit.

    Parameters
    ----------
    metric : among `METRICS_OVER_TIME`.
    edges : (steps + 1,) rising weeks from the start of the run.
    """
    at = edges * panel.ticks_per_week
    if metric == CHURN:
        return _churn(panel, at)
    if metric in STOCKS:
        ends = np.arange(1, panel[metric].shape[1] + 1)
        return np.array([np.interp(at[1:], ends, one) for one in panel[metric]]) + STOCKS[metric]
    if metric in FLOWS:
        return _within(panel[metric], at) + FLOWS[metric]
    weights = np.where(np.isnan(panel[metric]), 0.0, panel[WEIGHTS[metric]])
    part, whole = _within(np.nan_to_num(panel[metric]) * weights, at), _within(weights, at)
    half = 0.5 if metric in SHARES else 0.0
    nobody = np.full(whole.shape, np.nan)
    return np.asarray(np.divide(part + half, whole + 2.0 * half, out=nobody, where=whole > 0.0), dtype=np.float64)


def _churn(panel: Panel, at: Floats) -> Floats:
    """Return the probability to leave within each step."""
    at_risk = panel["active"] + panel["churned"]
    hazard = -np.log1p(-panel["churned"] / at_risk)
    return np.asarray(-np.expm1(-_within(hazard, at) - 0.5 / at_risk[:, :1]), dtype=np.float64)


def _within(values: Floats, at: Floats) -> Floats:
    """Return the sums of tick values between neighbouring times `at` (ticks)."""
    ticks = np.arange(values.shape[1] + 1)
    until = np.concatenate([np.zeros((values.shape[0], 1)), values.cumsum(axis=1)], axis=1)
    return np.diff(np.array([np.interp(at, ticks, one) for one in until]), axis=1)
