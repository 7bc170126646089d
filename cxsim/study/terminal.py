"""The value beyond the run: survivors of the initial base, carried on by the shifted beta-geometric."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import pandas as pd

from cxsim.arrays import Floats
from cxsim.errors import InputError
from cxsim.forecast.closed_forms.sbg import discounted_residual_lifetime, fit_sbg_counts
from cxsim.metrics.panel import Panel
from cxsim.spec.scenario import Scenario
from cxsim.units import WEEKS_PER_YEAR, discount_factor

_MANY = 1e6


class Tail(NamedTuple):
    """The law of retention by year of tenure after the end of the run; large parameters mean a constant rate."""

    alpha: float
    beta: float


def fit_tail(tenures: pd.DataFrame, from_year: int) -> Tail:
    """Return the tail fitted to one arm's last year, pooled over replications: churn by year of tenure, from `from_year` on.

    Only tenures that survivors can have are used: the first years obey commitments and novelty, which the law does not know.
    Where heterogeneity cannot be seen, the mean rate is carried on.
    """
    last = tenures[tenures["year"] == tenures["year"].max()]
    year = (last["tenure_quarter"] // 4).to_numpy()
    size = int(year.max()) + 1
    churned = np.bincount(year, last["churned"], minlength=size)
    # Everybody at risk for a part of a year counts for that part; who left counts for the half lived on average.
    at_risk = np.bincount(year, last["exposure_weeks"], minlength=size) / WEEKS_PER_YEAR + churned / 2.0
    churned[:from_year] = at_risk[:from_year] = 0.0
    if at_risk.sum() <= 0.0:
        return Tail(0.0, _MANY)
    try:
        fit = fit_sbg_counts(at_risk, churned)
    except InputError:
        rate = min(1.0, churned.sum() / at_risk.sum())
        return Tail(_MANY * rate, _MANY * (1.0 - rate) + 1.0)
    return Tail(fit.alpha, fit.beta)


def terminal_value(survivors: pd.DataFrame, tail: Callable[[int], Tail], panel: Panel, scenario: Scenario) -> Floats:
    """Return the discounted margin beyond the run per customer of the initial base, one value per replication.

    `survivors` and `panel` belong to one arm and one segment (or all), `tail` gives the arm's `fit_tail` from a year on.
    """
    discount = scenario.money.discount_year
    weeks = panel["base_active"].shape[1] / panel.ticks_per_week
    alive = survivors[survivors["survivors"] > 0]
    replications = np.unique(panel["replication"][:, 0]).astype(int)
    start = panel["base_active"][:, 0] + panel["base_churned"][:, 0]
    if alive.empty:
        return np.zeros(len(replications))
    years, year = np.unique(alive["tenure_years"].to_numpy(), return_inverse=True)
    law = tail(int(years[0]))
    lifetimes = np.asarray(discounted_residual_lifetime(law.alpha, law.beta, years, max(discount, 1e-6)))[year]
    window = min(52 * panel.ticks_per_week, panel["base_cost"].shape[1])
    exposure = panel["base_active"][:, -window:].sum(axis=1) / panel.ticks_per_week
    cost_year = panel["base_cost"][:, -window:].sum(axis=1) / np.maximum(exposure, 1e-12) * WEEKS_PER_YEAR
    own = np.searchsorted(replications, alive["replication"].to_numpy())
    revenue = 12.0 * scenario.money.margin * alive["monthly_revenue"].to_numpy()
    margin = revenue - cost_year[own] * alive["survivors"].to_numpy()
    sums = np.bincount(own, margin * lifetimes, minlength=len(replications))
    return np.asarray(sums * discount_factor(discount, weeks) / np.maximum(start, 1e-12))
