"""Periods of one unit, counted from the first purchase of a log: months and years as on the calendar."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cxsim.forecast.closed_forms.likelihood import FloatArray
from cxsim.forecast.closed_forms.transactions import DAYS_IN, TransactionLog, Unit


@dataclass(frozen=True)
class Clock:
    """Period 1 begins on the day of the first purchase, or is the calendar month or year that this day falls in."""

    origin: pd.Timestamp
    unit: Unit

    @classmethod
    def of(cls, log: TransactionLog, unit: Unit) -> Clock:
        """Return the clock of a log."""
        return cls(log.purchases["date"].min(), unit)

    @property
    def days(self) -> float:
        """Return the days of a period, of months and years on average."""
        return DAYS_IN[self.unit]

    @property
    def years(self) -> float:
        """Return the years of a period."""
        return self.days / DAYS_IN["years"]

    def last_day(self, period: int) -> pd.Timestamp:
        """Return the last day of a period."""
        match self.unit:
            case "months":
                return self.origin + pd.offsets.MonthEnd(0) + pd.offsets.MonthEnd(period - 1)
            case "years":
                return self.origin + pd.offsets.YearEnd(0) + pd.offsets.YearEnd(period - 1)
        return self.origin + pd.Timedelta(days=period * int(self.days) - 1)

    def periods(self, dates: pd.Series[pd.Timestamp]) -> NDArray[np.int64]:
        """Return the period that each date falls in."""
        years = dates.dt.year - self.origin.year
        match self.unit:
            case "months":
                before = 12 * years + dates.dt.month - self.origin.month
            case "years":
                before = years
            case _:
                before = (dates - self.origin).dt.days // int(self.days)
        return np.asarray(before, dtype=np.int64) + 1

    def whole_periods(self, dates: pd.Series[pd.Timestamp]) -> int:
        """Return how many periods a log of these dates shows wholly.

        A month or year also counts as whole when no other has a purchase on a later day of it: where all fees are due on
        the first of the month, the first day shows it all.
        """
        period, last = self.periods(dates), dates.max()
        current = int(period.max())
        if last >= self.last_day(current):
            return current
        if self.unit in ("days", "weeks"):
            return current - 1
        day = dates.dt.day + (100 * dates.dt.month if self.unit == "years" else 0)
        return current if day[period == current].max() >= day[period < current].max() else current - 1

    def ends(self, after: int, periods: int) -> FloatArray:
        """Return when each of the `periods` after period `after` ends: time since the end of that one, shape (periods,).

        In units of `days`, so that a calendar month of 31 days is a little more than one.
        """
        begin = self.last_day(after)
        return np.array([(self.last_day(after + t) - begin).days for t in range(1, periods + 1)]) / self.days
