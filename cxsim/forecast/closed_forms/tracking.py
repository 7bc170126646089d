"""The tracking table: repeat purchases period by period, as they were and as a model expects them."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd

from cxsim.forecast.closed_forms.clock import Clock
from cxsim.forecast.closed_forms.likelihood import FloatArray
from cxsim.forecast.closed_forms.transactions import TransactionLog, Unit


def tracking_table(
    log: TransactionLog,
    expected_purchases: Callable[[FloatArray], FloatArray],
    periods: int,
    unit: Unit = "weeks",
    acquired_until: str | pd.Timestamp | None = None,
) -> pd.DataFrame:
    """Return columns ``period, actual, expected, actual_cumulative, expected_cumulative`` of all customers together.

    Periods are those of the log's `Clock`. Expectations are unconditional: each customer counts from the own first
    purchase.

    Parameters
    ----------
    expected_purchases : E[X(t)] of a new customer at times t in `unit`, e.g. a fitted model's.
    periods : how many periods of one `unit` to follow.
    acquired_until : leaves out customers whose first purchase is later.
    """
    bought, clock = log.purchases, Clock.of(log, unit)
    first = bought.groupby("customer")["date"].transform("min")
    included = first <= (pd.Timestamp(acquired_until) if acquired_until is not None else bought["date"].max())
    repeat = included & (bought["date"] > first)
    period = clock.periods(bought["date"][repeat])
    actual = np.bincount(period[period <= periods], minlength=periods + 1)[1:]
    start = (first - clock.origin).dt.days[included & (bought["date"] == first)]
    cumulative = _expected_cumulative(expected_purchases, start.to_numpy(dtype=np.int64), periods, clock)
    return pd.DataFrame(
        {
            "period": np.arange(1, periods + 1),
            "actual": actual,
            "expected": np.diff(cumulative, prepend=0.0),
            "actual_cumulative": np.cumsum(actual),
            "expected_cumulative": cumulative,
        }
    )


def mean_cumulative_error(table: pd.DataFrame, first: int, last: int) -> float:
    """Return the mean absolute percentage error of the cumulative expectation over periods `first` to `last`."""
    part = table[table["period"].between(first, last)]
    error = (part["expected_cumulative"] - part["actual_cumulative"]) / part["actual_cumulative"]
    return float(100.0 * error.abs().mean())


def _expected_cumulative(
    expected_purchases: Callable[[FloatArray], FloatArray], start_day: np.ndarray, periods: int, clock: Clock
) -> FloatArray:
    """Return the expected repeat purchases by the last day of each period, customers starting on `start_day`."""
    starts, customers = np.unique(start_day, return_counts=True)
    last_day = np.array([(clock.last_day(period) - clock.origin).days for period in range(1, periods + 1)])
    elapsed = np.maximum(last_day[:, None] - starts, 0.0) / clock.days
    return np.asarray(expected_purchases(elapsed) @ customers, dtype=np.float64)
