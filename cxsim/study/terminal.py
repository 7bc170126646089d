"""The value beyond the run: survivors of the initial base, carried on by the shifted beta-geometric."""

from __future__ import annotations

from collections.abc import Callable, Sequence
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
    at_risk, churned, _ = _last_year(tenures, from_year)
    return _fit(at_risk.sum(axis=0), churned.sum(axis=0))


def fit_tails(tenures: pd.DataFrame, from_year: int) -> list[Tail]:
    """Return the tail of all replications, see `fit_tail`, then those without the first one, the second one, and so on."""
    at_risk, churned, replications = _last_year(tenures, from_year)
    exposed, lost = at_risk.sum(axis=0), churned.sum(axis=0)
    without = [_fit(exposed - at_risk[r], lost - churned[r]) for r in range(replications)] if replications > 1 else []
    return [_fit(exposed, lost), *without]


def _last_year(tenures: pd.DataFrame, from_year: int) -> tuple[Floats, Floats, int]:
    """Return who was at risk and who churned, each of shape (replications, years of tenure), and how many replications."""
    last = tenures[tenures["year"] == tenures["year"].max()]
    year = (last["tenure_quarter"] // 4).to_numpy()
    names, replication = np.unique(last["replication"].to_numpy(), return_inverse=True)
    shape = (len(names), int(year.max()) + 1)
    cell = replication * shape[1] + year

    def counts(column: str) -> Floats:
        return np.bincount(cell, last[column], minlength=shape[0] * shape[1]).reshape(shape)

    churned = counts("churned")
    # Everybody at risk for a part of a year counts for that part; who left counts for the half lived on average.
    at_risk = counts("exposure_weeks") / WEEKS_PER_YEAR + churned / 2.0
    churned[:, :from_year] = at_risk[:, :from_year] = 0.0
    return at_risk, churned, shape[0]


def _fit(at_risk: Floats, churned: Floats) -> Tail:
    """Return the law of who was at risk and who churned by year of tenure."""
    if at_risk.sum() <= 0.0:
        return Tail(0.0, _MANY)
    try:
        fit = fit_sbg_counts(at_risk, churned)
    except InputError:
        rate = min(1.0, churned.sum() / at_risk.sum())
        return Tail(_MANY * rate, _MANY * (1.0 - rate) + 1.0)
    return Tail(fit.alpha, fit.beta)


def terminal_value(
    survivors: pd.DataFrame, tails: Callable[[int], Sequence[Tail]], panel: Panel, scenario: Scenario
) -> Floats:
    r"""Return the discounted margin beyond the run per customer of the initial base, one value per replication.

    The tail is one for all replications, so its error is shared by all of them and their spread would not show it. What is
    returned are therefore the jackknife's pseudo-values around the value with the tail of all: with :math:`T_i(\theta)` the
    value of replication i under a tail, replication r has :math:`\sum_i T_i(\theta) - \sum_{i \ne r} T_i(\theta_{-r})`, the
    tail without r in the second sum, shifted so that their mean is that of :math:`T_i(\theta)`. A t interval of them is the
    jackknife's. Source: Tukey (1958), "Bias and confidence in not-quite large samples", Ann. Math. Stat. 29; Miller (1974),
    "The jackknife - a review", Biometrika 61.

    `survivors` and `panel` belong to one arm and one segment (or all), `tails` gives the arm's `fit_tails` from a year on.
    """
    discount = scenario.money.discount_year
    weeks = panel["base_active"].shape[1] / panel.ticks_per_week
    alive = survivors[survivors["survivors"] > 0]
    replications = np.unique(panel["replication"][:, 0]).astype(int)
    start = panel["base_active"][:, 0] + panel["base_churned"][:, 0]
    if alive.empty:
        return np.zeros(len(replications))
    years, year = np.unique(alive["tenure_years"].to_numpy(), return_inverse=True)
    window = min(52 * panel.ticks_per_week, panel["base_cost"].shape[1])
    exposure = panel["base_active"][:, -window:].sum(axis=1) / panel.ticks_per_week
    cost_year = panel["base_cost"][:, -window:].sum(axis=1) / np.maximum(exposure, 1e-12) * WEEKS_PER_YEAR
    own = np.searchsorted(replications, alive["replication"].to_numpy())
    revenue = 12.0 * scenario.money.margin * alive["monthly_revenue"].to_numpy()
    margin = revenue - cost_year[own] * alive["survivors"].to_numpy()
    shape = (len(replications), len(years))
    # Margin of a year by replication and tenure, on its way to today and per customer who started.
    yearly = np.bincount(own * shape[1] + year, margin, minlength=shape[0] * shape[1]).reshape(shape)
    yearly *= (discount_factor(discount, weeks) / np.maximum(start, 1e-12))[:, None]

    def values(law: Tail) -> Floats:
        return yearly @ np.asarray(discounted_residual_lifetime(law.alpha, law.beta, years, max(discount, 1e-6)))

    whole, *without = (values(law) for law in tails(int(years[0])))
    if len(without) != len(whole):
        return whole
    pseudo = whole.sum() - np.array([left.sum() - left[r] for r, left in enumerate(without)])
    return np.asarray(pseudo - pseudo.mean() + whole.mean())
