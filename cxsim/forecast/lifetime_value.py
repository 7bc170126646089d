r"""Lifetime value from a simulated customers table, in three parts that are never added up silently.

For each customer: margin *observed* before the simulation, margin *simulated* up to the horizon H, and a *terminal*
part beyond it for who is still there, by the conditional sBG tail of their tenure n:

.. math:: \text{terminal} = v^H m \sum_{k \ge 1} v^k \frac{S(n + k)}{S(n)}, \qquad v = (1 + d)^{-1/52}

with m the latest weekly margin and d the yearly discount rate. A truncated sum misses 20 to 50 % of the value, a
constant churn rate 4 to 16 %; the sBG tail about nothing on average.

Column names say what money is discounted to: ``_pv_at_start`` to the first week of the simulation,
``_pv_at_acquisition`` to the customer's own first week. *Residual value* is what existing customers will still bring;
*new-customer value* is what one acquired in the simulation brings from the first week on. They are different numbers
and are named differently.

Intervals are t intervals of replication means, since customers of one replication share shocks. The tail's own
uncertainty is in them when tails are fitted by replication.

Source: Fader & Hardie (2010), Customer-base valuation in a contractual setting, Marketing Science 29(1).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import stats

from cxsim.errors import Fault, InputError, RunError
from cxsim.forecast.closed_forms.sbg import SBG, count_tenure, discounted_residual_lifetime, fit_sbg_counts
from cxsim.forecast.survival.columns import require_columns

type FloatArray = NDArray[np.float64]

WEEKS_PER_YEAR = 52.0
PARTS = ("observed_margin", "simulated_margin_pv_at_start", "terminal_margin_pv_at_start")


@dataclass(frozen=True)
class ValueColumns:
    """What the customers table calls its columns; `observed_margin` and `source` may be empty.

    Attributes
    ----------
    acquired_week : week of acquisition counted from the start of the simulation, 0 its first week, negative before it.
    tenure_weeks : whole weeks as a customer at the horizon, or on leaving.
    status : holds `active_status` for who is still a customer at the horizon.
    simulated_margin : margin of the simulated weeks, discounted to the start of the simulation.
    weekly_margin : latest weekly margin, in money of the day.
    """

    scenario: str = "scenario"
    replication: str = "replication"
    customer: str = "customer"
    segment: str = "segment"
    cohort: str = "cohort"
    source: str = "source"
    acquired_week: str = "acquired_week"
    tenure_weeks: str = "tenure_weeks"
    status: str = "status"
    active_status: str = "active"
    simulated_margin: str = "margin_discounted"
    weekly_margin: str = "margin_last_weekly"
    observed_margin: str = ""


DEFAULT_COLUMNS = ValueColumns()


@dataclass(frozen=True)
class ValueTerms:
    """How money is discounted, and when the terminal part is too large to be trusted without a word.

    Attributes
    ----------
    horizon_weeks : weeks simulated.
    discount_per_year : effective yearly rate, > 0.
    large_terminal_share : share of the value still to come above which a table's terminal part is flagged.
    """

    horizon_weeks: int
    discount_per_year: float = 0.10
    large_terminal_share: float = 0.20

    @property
    def discount_per_week(self) -> float:
        """Return the effective weekly rate."""
        return float((1.0 + self.discount_per_year) ** (1.0 / WEEKS_PER_YEAR) - 1.0)


def fit_tails(
    customers: pd.DataFrame, columns: ValueColumns = DEFAULT_COLUMNS, by: Sequence[str] = ("scenario",)
) -> pd.DataFrame:
    """Return the sBG tail of each group: ``<by>, alpha, beta, se_alpha, se_beta, at_boundary, churned, pooled``.

    A group whose churn cannot be projected (nobody left, say) takes the tail of all customers together, and says so in
    ``pooled``.

    Parameters
    ----------
    by : fields of `ValueColumns` that make the groups; with ``replication`` among them the intervals of value tables
        include the tail's own uncertainty, given some hundreds of churned customers a replication.

    Raises
    ------
    InputError : columns that are absent, or churn that cannot be projected even from all customers together.
    """
    keys = [getattr(columns, field) for field in by]
    require_columns(customers, [*keys, columns.acquired_week, columns.tenure_weeks, columns.status])
    everybody = _fit_tail(customers, columns)
    rows = []
    for level, group in customers.groupby(keys, sort=True, observed=True):
        rows.append(dict(zip(keys, level, strict=True)) | _tail_row(group, columns, everybody))
    return pd.DataFrame(rows)


def customer_values(
    customers: pd.DataFrame, tails: pd.DataFrame, terms: ValueTerms, columns: ValueColumns = DEFAULT_COLUMNS
) -> pd.DataFrame:
    """Return the customers' labels with ``is_new`` and their value in parts (`PARTS`), one row as in `customers`.

    ``lifetime_value_pv_at_start`` is the sum of the parts; ``residual_value_pv_at_start`` leaves out the observed one
    and is missing for customers acquired in the simulation; ``new_customer_value_pv_at_acquisition`` is missing for all
    others.

    Parameters
    ----------
    tails : of `fit_tails`, or any table of ``alpha, beta`` with the columns that make its groups.

    Raises
    ------
    InputError : columns that are absent, or a group of customers without a tail.
    """
    labels = [name for name in (columns.scenario, columns.replication, columns.customer) if name]
    labels += [name for name in (columns.segment, columns.cohort, columns.source) if name]
    needed = [columns.acquired_week, columns.tenure_weeks, columns.status, columns.simulated_margin]
    require_columns(customers, [*labels, *needed, columns.weekly_margin])
    values = customers[labels].copy()
    acquired = customers[columns.acquired_week].to_numpy(dtype=np.float64)
    observed = customers[columns.observed_margin].to_numpy(dtype=np.float64) if columns.observed_margin else 0.0
    simulated = customers[columns.simulated_margin].to_numpy(dtype=np.float64)
    terminal = _terminal(customers, tails, terms, columns)
    is_new = acquired >= 0
    to_come = simulated + terminal
    values["is_new"] = is_new
    values["observed_margin"] = observed
    values["simulated_margin_pv_at_start"] = simulated
    values["terminal_margin_pv_at_start"] = terminal
    values["lifetime_value_pv_at_start"] = observed + to_come
    values["residual_value_pv_at_start"] = np.where(is_new, np.nan, to_come)
    growth = (1.0 + terms.discount_per_week) ** np.where(is_new, acquired, 0.0)
    values["new_customer_value_pv_at_acquisition"] = np.where(is_new, to_come * growth, np.nan)
    return values


def lifetime_value_table(
    values: pd.DataFrame,
    terms: ValueTerms,
    by: Sequence[str] = (),
    columns: ValueColumns = DEFAULT_COLUMNS,
    confidence: float = 0.95,
) -> pd.DataFrame:
    """Return value per customer by scenario and the fields of `by` (``segment``, ``cohort``, ``source``, ``customer``).

    Columns: ``customers`` (mean number a replication), ``replications``, each part and each value per customer,
    ``_low`` and ``_high`` of the three values, ``confidence``, ``terminal_share`` of what is still to come and
    ``terminal_is_large``.
    """
    groups = [columns.scenario, *(getattr(columns, field) for field in by)]
    measures = [
        *PARTS,
        "lifetime_value_pv_at_start",
        "residual_value_pv_at_start",
        "new_customer_value_pv_at_acquisition",
    ]
    in_replication = values.groupby([*groups, columns.replication], sort=False, observed=True)
    means = in_replication[measures].mean()
    means["customers"] = in_replication.size()
    over_replications = means.groupby(groups, sort=True, observed=True)
    table = over_replications.mean()
    counts, error = over_replications[measures].count(), over_replications[measures].sem()
    columns_of_value = {f"{name}_per_customer": table[name] for name in measures}
    for name in measures[len(PARTS) :]:
        half = stats.t.ppf((1.0 + confidence) / 2.0, np.maximum(counts[name] - 1, 1)) * error[name]
        columns_of_value[f"{name}_low"], columns_of_value[f"{name}_high"] = table[name] - half, table[name] + half
    to_come = table["simulated_margin_pv_at_start"] + table["terminal_margin_pv_at_start"]
    share = (table["terminal_margin_pv_at_start"] / to_come).where(to_come > 0)
    return pd.DataFrame(
        {
            "customers": table["customers"],
            "replications": over_replications.size(),
            **columns_of_value,
            "confidence": confidence,
            "terminal_share": share,
            "terminal_is_large": ~(share <= terms.large_terminal_share),
        }
    ).reset_index()


def _fit_tail(customers: pd.DataFrame, columns: ValueColumns) -> SBG:
    """Return the sBG of customers who entered with their tenure at the start of the simulation."""
    entry = np.maximum(-customers[columns.acquired_week].to_numpy(dtype=np.int64), 0)
    leave = customers[columns.tenure_weeks].to_numpy(dtype=np.int64)
    lost = (customers[columns.status] != columns.active_status).to_numpy()
    counts = count_tenure(entry, leave, lost)
    return fit_sbg_counts(counts.at_risk, counts.churned)


def _tail_row(group: pd.DataFrame, columns: ValueColumns, everybody: SBG) -> dict[str, object]:
    """Return the tail of a group as a row, or everybody's where the group's own cannot be fitted."""
    pooled = False
    try:
        tail = _fit_tail(group, columns)
    except (InputError, RunError):
        tail, pooled = everybody, True
    churned = int((group[columns.status] != columns.active_status).sum())
    return {
        "alpha": tail.alpha,
        "beta": tail.beta,
        "se_alpha": tail.se_alpha,
        "se_beta": tail.se_beta,
        "at_boundary": tail.at_boundary,
        "churned": churned,
        "pooled": pooled,
    }


def groups_with_tail(
    customers: pd.DataFrame, tails: pd.DataFrame, columns: ValueColumns
) -> list[tuple[NDArray[np.int64], float, float]]:
    """Return (rows of active customers, alpha, beta) for each tail.

    Raises
    ------
    InputError : active customers for whom there is no tail.
    """
    keys = [name for name in tails.columns if name in customers.columns]
    active = np.flatnonzero((customers[columns.status] == columns.active_status).to_numpy())
    if not keys:
        return [(active, float(tails["alpha"].iloc[0]), float(tails["beta"].iloc[0]))]
    known = {
        tuple(row[:-2]): (float(row[-2]), float(row[-1])) for row in tails[[*keys, "alpha", "beta"]].to_numpy(object)
    }
    found = []
    for level, rows in customers.iloc[active].groupby(keys, sort=False, observed=True).indices.items():
        group = level if isinstance(level, tuple) else (level,)
        if group not in known:
            raise InputError([Fault("tails", f"has no row for {', '.join(keys)}", group)])
        found.append((active[rows], *known[group]))
    return found


def _terminal(customers: pd.DataFrame, tails: pd.DataFrame, terms: ValueTerms, columns: ValueColumns) -> FloatArray:
    """Return each customer's margin beyond the horizon, discounted to the start; 0 for who has left."""
    tenure = customers[columns.tenure_weeks].to_numpy(dtype=np.float64)
    margin = customers[columns.weekly_margin].to_numpy(dtype=np.float64)
    terminal = np.zeros(len(customers))
    for rows, alpha, beta in groups_with_tail(customers, tails, columns):
        weeks = discounted_residual_lifetime(alpha, beta, tenure[rows], terms.discount_per_week)
        terminal[rows] = margin[rows] * weeks
    return np.asarray(terminal / (1.0 + terms.discount_per_week) ** terms.horizon_weeks)
