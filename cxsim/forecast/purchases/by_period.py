"""A log as periods in which each customer bought, for laws that know no days."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cxsim.forecast.closed_forms.clock import Clock
from cxsim.forecast.closed_forms.likelihood import FloatArray
from cxsim.forecast.closed_forms.transactions import TransactionLog


@dataclass(frozen=True)
class ByPeriod:
    """Customers acquired in the first `fitted` periods.

    Attributes
    ----------
    rows : ``customer`` (a number, the row in `customers`), ``period`` and ``amount`` of every period with a purchase,
        later ones included.
    customers : one row each: ``customer, first_date, frequency, recency, age, mean_spend`` as of the fit.
    """

    rows: pd.DataFrame
    customers: pd.DataFrame
    fitted: int

    @property
    def first(self) -> NDArray[np.int64]:
        """Return each customer's first period."""
        return self.fitted - self.customers["age"].to_numpy(dtype=np.int64)

    @property
    def last(self) -> NDArray[np.int64]:
        """Return the last period in which each customer bought, later ones included."""
        return self.rows.groupby("customer")["period"].max().to_numpy(dtype=np.int64)

    def repeats(self, periods: int) -> FloatArray:
        """Return how many customers bought again in each of the first `periods`."""
        again = self.rows["period"].to_numpy() > self.first[self.rows["customer"].to_numpy()]
        within = again & (self.rows["period"] <= periods).to_numpy()
        return np.bincount(self.rows["period"][within], minlength=periods + 1)[1:].astype(np.float64)

    def bought(self, periods: int) -> FloatArray:
        """Return in how many of the `periods` after the fit each customer bought."""
        after = self.rows["period"].between(self.fitted + 1, self.fitted + periods)
        return np.bincount(self.rows["customer"][after], minlength=len(self.customers)).astype(np.float64)


def by_period(log: TransactionLog, clock: Clock, fitted: int) -> ByPeriod:
    """Return the periods in which the customers of a log bought who were acquired in the first `fitted` periods."""
    bought = log.purchases.assign(period=clock.periods(log.purchases["date"]))
    first = bought.groupby("customer").agg(first_date=("date", "min"), first=("period", "min"))
    first = first[first["first"] <= fitted]
    known = bought[bought["customer"].isin(first.index)]
    rows = known.groupby(["customer", "period"], sort=True)["amount"].sum(min_count=1).reset_index()
    rows["customer"] = first.index.get_indexer(pd.Index(rows["customer"]))
    begins = first["first"].to_numpy(dtype=np.int64)
    since = rows["period"].to_numpy() - begins[rows["customer"].to_numpy()]
    past = (since > 0) & (rows["period"] <= fitted).to_numpy()
    size = len(first)
    frequency = np.bincount(rows["customer"][past], minlength=size)
    spend = np.bincount(rows["customer"][past], weights=rows["amount"][past].fillna(0.0), minlength=size)
    recency = np.zeros(size, np.int64)
    np.maximum.at(recency, rows["customer"][past].to_numpy(), since[past])
    customers = first[["first_date"]].reset_index().assign(
        frequency=frequency, recency=recency, age=fitted - begins, mean_spend=spend / np.maximum(frequency, 1)
    )  # fmt: skip
    return ByPeriod(rows, customers, fitted)
