"""Periods of one unit, counted from the first purchase of a log."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cxsim.forecast.closed_forms.transactions import DAYS_IN, TransactionLog, Unit


@dataclass(frozen=True)
class Clock:
    """Period 1 begins on the day of the first purchase."""

    origin: pd.Timestamp
    unit: Unit

    @classmethod
    def of(cls, log: TransactionLog, unit: Unit) -> Clock:
        """Return the clock of a log."""
        return cls(log.purchases["date"].min(), unit)

    @property
    def days(self) -> float:
        """Return the days of a period."""
        return DAYS_IN[self.unit]

    @property
    def years(self) -> float:
        """Return the years of a period."""
        return self.days / DAYS_IN["years"]

    def last_day(self, period: int) -> pd.Timestamp:
        """Return the last day of a period."""
        return self.origin + pd.Timedelta(days=int(np.ceil(period * self.days)) - 1)

    def periods(self, dates: pd.Series[pd.Timestamp]) -> NDArray[np.int64]:
        """Return the period that each date falls in."""
        return np.floor((dates - self.origin).dt.days.to_numpy() / self.days).astype(np.int64) + 1

    def whole_periods(self, last: pd.Timestamp) -> int:
        """Return how many periods have ended by a day."""
        return int(np.floor(((last - self.origin).days + 1) / self.days))
