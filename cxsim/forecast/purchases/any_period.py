"""Customers who buy or do not in every period, and leave without a word: BG/BB on a log."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cxsim.forecast.closed_forms import bg_bb
from cxsim.forecast.closed_forms.clock import Clock
from cxsim.forecast.closed_forms.likelihood import FloatArray
from cxsim.forecast.closed_forms.transactions import TransactionLog
from cxsim.forecast.purchases.by_period import ByPeriod, by_period
from cxsim.forecast.purchases.law import OfModel, parameter_table


@dataclass(frozen=True)
class AnyPeriod(OfModel):
    """A fitted BG/BB; see `cxsim.forecast.purchases.law.Fitted`. A purchase is a period in which the customer bought."""

    model: bg_bb.BGBB
    grid: ByPeriod

    @property
    def parameters(self) -> pd.DataFrame:
        """Return ``parameter, value, se``."""
        return parameter_table(self.model, ("alpha", "beta", "gamma", "delta"))

    @cached_property
    def seen(self) -> tuple[FloatArray, FloatArray, FloatArray]:
        """Return frequency, recency and age in periods."""
        x, last, age = (
            self.grid.customers[name].to_numpy(dtype=np.float64) for name in ("frequency", "recency", "age")
        )
        return x, last, age

    @property
    def customers(self) -> pd.DataFrame:
        """Return the histories with the probability of still being a customer."""
        return self.grid.customers.assign(p_alive=bg_bb.probability_alive(self.model, *self.seen))

    def tracking(self, periods: int) -> tuple[FloatArray, FloatArray]:
        """Return actual and expected repeat purchases of each period."""
        first: NDArray[np.int64] = self.grid.first
        starts, customers = np.unique(first, return_counts=True)
        since = np.maximum(np.arange(periods + 1)[:, None] - starts, 0)
        cumulative = bg_bb.expected_purchases(self.model, since) @ customers
        return self.grid.repeats(periods), np.asarray(np.diff(cumulative))

    def bought(self, periods: int) -> FloatArray:
        """Return purchases of each customer after the fit."""
        return self.grid.bought(periods)

    def ahead(self, periods: int) -> FloatArray:
        """Return expected purchases given the histories, by customer and period."""
        given = [bg_bb.conditional_purchases(self.model, *self.seen, float(t + 1)) for t in range(periods)]
        return np.diff(np.column_stack([np.zeros(self.seen[0].size), *given]), axis=1)

    def paths(self, periods: int, draws: int, rng: np.random.Generator) -> FloatArray | None:
        """Return nothing: the closed form has no simulation here."""
        return None

    def repeated(self, most: int, draws: int, rng: np.random.Generator) -> FloatArray | None:
        """Return nothing, as `paths`."""
        return None

    def forever(self, discount: float) -> FloatArray | None:
        """Return discounted purchases in all time to come."""
        return bg_bb.discounted_purchases(self.model, *self.seen, discount)


def fit_any_period(log: TransactionLog, clock: Clock, periods: int) -> AnyPeriod:
    """Return BG/BB fitted to the first `periods`; `InputError` and `RunError` as the closed form's."""
    grid = by_period(log, clock, periods)
    distinct = grid.customers.groupby(["frequency", "recency", "age"]).size().reset_index(name="customers")
    return AnyPeriod(bg_bb.fit_bg_bb(*(distinct[name] for name in ("frequency", "recency", "age", "customers"))), grid)
