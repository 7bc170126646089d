"""The calendar of a history: how far apart its points are, how many make one season, and which times come next."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

SEASON_OF: dict[str, int] = {"daily": 7, "business": 5, "weekly": 52, "monthly": 12, "quarterly": 4, "yearly": 1}
FREQUENCIES: tuple[str, ...] = tuple(SEASON_OF)

_GAP_DAYS = {
    "daily": (0.5, 1.9),
    "weekly": (6.0, 8.0),
    "monthly": (27.0, 32.0),
    "quarterly": (88.0, 93.0),
    "yearly": (360.0, 370.0),
}
_FOUR_WEEKS = 28.0
_WEEKDAYS = ("MON", "TUE", "WED", "THU", "FRI", "SAT", "SUN")


@dataclass(frozen=True)
class Calendar:
    """Evenly spaced times: calendar periods, or whole-number steps such as weeks of a run.

    Attributes
    ----------
    frequency : one of `FREQUENCIES`, or ``"step"`` for whole numbers.
    period : steps in one season, 1 for none.
    code : the pandas period code; the step length for whole numbers.
    days_in : days from the start of a period to the date that stands for it; negative counts back from its end.
    """

    frequency: str
    period: int
    code: str
    days_in: int = 0

    def ordinals(self, times: pd.Series) -> npt.NDArray[np.int64]:
        """Return each time as a whole number of steps, of shape (points,)."""
        if self.frequency == "step":
            return np.asarray(times, dtype=np.int64) // int(self.code)
        if self.frequency == "business":
            days = times.to_numpy(dtype="datetime64[D]")
            return np.asarray(np.busday_count(np.datetime64("1970-01-01"), days), dtype=np.int64)
        return np.asarray(pd.DatetimeIndex(times).to_period(self.code).asi8, dtype=np.int64)

    def times(self, ordinals: npt.NDArray[np.int64], remainder: int = 0) -> pd.Index:
        """Return the times of whole-number steps; `remainder` is what the step length leaves of the first time."""
        if self.frequency == "step":
            return pd.Index(ordinals * int(self.code) + remainder)
        if self.frequency == "business":
            return pd.DatetimeIndex(np.busday_offset(np.datetime64("1970-01-01"), ordinals, roll="forward"))
        periods = pd.PeriodIndex.from_ordinals(ordinals, freq=self.code)  # type: ignore[attr-defined]  # not in stubs
        if self.days_in < 0:
            return pd.DatetimeIndex(periods.end_time.normalize() + pd.Timedelta(days=self.days_in + 1))
        return pd.DatetimeIndex(periods.start_time + pd.Timedelta(days=self.days_in))


def step_calendar(times: pd.Series, season: int | None) -> Calendar:
    """Return the calendar of whole-number times: the step is their usual distance."""
    gaps = np.diff(np.unique(times.to_numpy(dtype=np.int64)))
    step = int(np.median(gaps)) if gaps.size else 1
    return Calendar("step", 1 if season is None else season, str(max(step, 1)))


def date_calendar(times: pd.Series, frequency: str | None, season: int | None) -> Calendar | None:
    """Return the calendar of dates, or ``None`` where their distances are of no known frequency.

    Parameters
    ----------
    times : the dates of one history, in any order.
    frequency : one of `FREQUENCIES`, or ``None`` to take it from the median distance between the dates.
    season : steps in one season, or ``None`` for the usual one.
    """
    dates = pd.DatetimeIndex(times).sort_values().unique()
    found = frequency or usual_frequency(dates)
    if found is None:
        return None
    period = SEASON_OF[found] if season is None else season
    code = {"daily": "D", "business": "D", "monthly": "M", "quarterly": "Q", "yearly": "Y"}.get(found, "")
    if found == "weekly":
        code = "W-" + _WEEKDAYS[(int(dates[-1].weekday()) + 6) % 7]
    if found in ("daily", "business", "weekly"):
        return Calendar(found, period, code)
    return Calendar(found, period, code, _days_in(dates, code))


def usual_days(times: pd.Series | pd.DatetimeIndex) -> float:
    """Return the median distance of dates in days, NaN of a single one."""
    gaps = _gaps(pd.DatetimeIndex(times).sort_values().unique())
    return float(np.median(gaps)) if gaps.size else np.nan


def usual_frequency(dates: pd.DatetimeIndex) -> str | None:
    """Return the frequency whose length is the median distance between sorted dates, ``None`` where there is none."""
    usual, gaps = usual_days(dates), _gaps(dates)
    if usual == _FOUR_WEEKS and gaps.sum() >= 4 * _FOUR_WEEKS and (gaps % _FOUR_WEEKS == 0.0).all():
        return None  # Periods of four weeks; the first Mondays of four months or more are further apart.
    for name, (low, high) in _GAP_DAYS.items():
        if low <= usual <= high:
            weekdays_only = name == "daily" and dates.size >= 10 and bool((dates.day_of_week < 5).all())
            return "business" if weekdays_only else name
    return None


def _gaps(dates: pd.DatetimeIndex) -> npt.NDArray[np.float64]:
    """Return the distances between sorted dates in days."""
    hours = dates.to_numpy(dtype="datetime64[h]").astype(np.int64)
    return np.asarray(np.diff(hours) / 24.0, dtype=np.float64)


def _days_in(dates: pd.DatetimeIndex, code: str) -> int:
    """Return where in its period a date stands: from the end where that is constant (month ends), else the start."""
    periods = dates.to_period(code)
    before_end = (periods.end_time.normalize() - dates.normalize()).days
    if dates.size > 1 and int(before_end.max()) == int(before_end.min()):
        return -1 - int(before_end[0])
    return int((dates.normalize() - periods.start_time).days.min())
