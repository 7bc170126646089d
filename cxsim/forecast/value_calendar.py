"""Lifetime value spread over calendar periods: when the money of `lifetime_value` comes in."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import stats

from cxsim.forecast.closed_forms.sbg import conditional_survival
from cxsim.forecast.lifetime_value import DEFAULT_COLUMNS, FloatArray, ValueColumns, ValueTerms, groups_with_tail
from cxsim.forecast.survival.columns import require_columns


def value_by_calendar_period(
    weekly: pd.DataFrame,
    customers: pd.DataFrame,
    tails: pd.DataFrame,
    terms: ValueTerms,
    periods: int,
    *,
    weeks_per_period: int = 52,
    week: str = "week",
    margin: str = "margin",
    columns: ValueColumns = DEFAULT_COLUMNS,
    confidence: float = 0.95,
) -> pd.DataFrame:
    """Return the margin of all customers by calendar period: simulated up to the horizon, expected beyond it.

    Columns: scenario, ``period`` (1 begins with the simulation), ``simulated_margin_pv_at_start``,
    ``terminal_margin_pv_at_start``, ``margin_pv_at_start`` with ``_low`` and ``_high`` over replications.

    Parameters
    ----------
    weekly : one row per scenario, replication and week (0 is the first), `margin` in money of the day.
    periods : how many, counted from the start.
    """
    keys = [columns.scenario, columns.replication]
    require_columns(weekly, [*keys, week, margin])
    at = weekly[week].to_numpy(dtype=np.int64)
    money = weekly[margin].to_numpy(dtype=np.float64) / (1.0 + terms.discount_per_week) ** at
    simulated = weekly[keys].assign(period=at // weeks_per_period + 1, simulated_margin_pv_at_start=money)
    parts = [simulated, _terminal_by_period(customers, tails, terms, periods, weeks_per_period, columns)]
    flows = pd.concat(parts, ignore_index=True).groupby([*keys, "period"], sort=True, observed=True).sum()
    flows["margin_pv_at_start"] = flows["simulated_margin_pv_at_start"] + flows["terminal_margin_pv_at_start"]
    flows = flows[flows.index.get_level_values("period") <= periods]
    grouped = flows.groupby([columns.scenario, "period"], sort=True, observed=True)
    table, counts = grouped.mean(), grouped["margin_pv_at_start"].count()
    half = stats.t.ppf((1.0 + confidence) / 2.0, np.maximum(counts - 1, 1)) * grouped["margin_pv_at_start"].sem()
    table["margin_pv_at_start_low"] = table["margin_pv_at_start"] - half
    table["margin_pv_at_start_high"] = table["margin_pv_at_start"] + half
    return table.reset_index()


def _terminal_by_period(
    customers: pd.DataFrame,
    tails: pd.DataFrame,
    terms: ValueTerms,
    periods: int,
    weeks_per_period: int,
    columns: ValueColumns,
) -> pd.DataFrame:
    """Return the expected margin beyond the horizon by scenario, replication and calendar period."""
    weeks = np.arange(terms.horizon_weeks, periods * weeks_per_period, dtype=np.int64)
    if weeks.size == 0:
        nothing = customers[[columns.scenario, columns.replication]].iloc[:0]
        return nothing.assign(period=0, terminal_margin_pv_at_start=0.0)
    ahead = np.asarray(weeks - terms.horizon_weeks + 1, dtype=np.float64)
    discount = np.asarray((1.0 + terms.discount_per_week) ** -(terms.horizon_weeks + ahead))
    keys = [columns.scenario, columns.replication, columns.tenure_weeks]
    parts = []
    for rows, alpha, beta in groups_with_tail(customers, tails, columns):
        group = customers.iloc[rows]
        margin = group.groupby(keys, sort=False, observed=True)[columns.weekly_margin].sum().reset_index()
        parts.append(_expected_flows(margin, alpha, beta, ahead, discount, weeks // weeks_per_period, columns))
    return pd.concat(parts, ignore_index=True)


def _expected_flows(
    margin: pd.DataFrame,
    alpha: float,
    beta: float,
    ahead: FloatArray,
    discount: FloatArray,
    period: NDArray[np.int64],
    columns: ValueColumns,
) -> pd.DataFrame:
    """Return one row per row of `margin` (by tenure) and calendar period with its expected discounted margin."""
    tenures, code = np.unique(margin[columns.tenure_weeks].to_numpy(dtype=np.float64), return_inverse=True)
    flow = conditional_survival(alpha, beta, tenures[:, None], ahead) * discount
    starts = np.flatnonzero(np.diff(period, prepend=-1))
    by_period = np.add.reduceat(flow, starts, axis=1)[code] * margin[[columns.weekly_margin]].to_numpy(dtype=np.float64)
    wide = margin[[columns.scenario, columns.replication]].loc[np.repeat(margin.index, starts.size)]
    return wide.assign(period=np.tile(period[starts] + 1, len(margin)), terminal_margin_pv_at_start=by_period.ravel())
