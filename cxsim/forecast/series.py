"""Histories: one target of one series on an even calendar, checked, with every fault of the input named at once."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from numbers import Integral, Real

import numpy as np
import numpy.typing as npt
import pandas as pd

from cxsim.errors import Fault, InputError, nearest
from cxsim.forecast.calendar import FREQUENCIES, Calendar, date_calendar, step_calendar, usual_days
from cxsim.forecast.links import KINDS, Kind, kind_of
from cxsim.forecast.quantiles import Array
from cxsim.forecast.times import ISO, format_fault, read_times, rows

FEWEST_POINTS = 3
LONGEST_CALENDAR = 200_000
_SHOWN = 3


@dataclass(frozen=True)
class History:
    """One target of one series.

    Attributes
    ----------
    series, target : names.
    kind : ``rate``, ``positive`` or ``real``.
    calendar : the spacing of the points.
    ordinals : (points,) whole-number times without gaps.
    remainder : what the step length leaves of whole-number times.
    values : (points,) the target, NaN where missing; the first and the last are observed.
    exposure : (points,) how many customers a rate is of, ``None`` where not known.
    notes : what was done to the input, in words.
    """

    series: str
    target: str
    kind: Kind
    calendar: Calendar
    ordinals: npt.NDArray[np.int64]
    remainder: int
    values: Array
    exposure: Array | None
    notes: tuple[str, ...]

    @property
    def period(self) -> int:
        """Return the steps in one season."""
        return self.calendar.period

    @property
    def times(self) -> pd.Index:
        """Return the times of the points."""
        return self.calendar.times(self.ordinals, self.remainder)

    def future(self, horizon: int) -> pd.Index:
        """Return the times of the `horizon` steps after the last point."""
        return self.calendar.times(self.ordinals[-1] + 1 + np.arange(horizon), self.remainder)

    def until(self, points: int) -> History:
        """Return the first `points` points; a missing end is cut off."""
        observed = np.flatnonzero(np.isfinite(self.values[:points]))
        end = int(observed[-1]) + 1 if observed.size else 0
        exposure = None if self.exposure is None else self.exposure[:end]
        return History(
            self.series,
            self.target,
            self.kind,
            self.calendar,
            self.ordinals[:end],
            self.remainder,
            self.values[:end],
            exposure,
            self.notes,
        )


@dataclass(frozen=True)
class Columns:
    """Which column of a table is what, and how its dates are written.

    `season` and `frequency` are taken from the times where ``None``.
    """

    target: str
    time: str = "time"
    series: str | None = None
    exposure: str | float | None = None
    kind: str | None = None
    season: int | None = None
    frequency: str | None = None
    date_format: str = ISO


def histories(data: pd.Series | pd.DataFrame, columns: Columns, faults: list[Fault] | None = None) -> list[History]:
    """Return one checked history for every series in `data`.

    Parameters
    ----------
    data : a series indexed by time, or a table in long form, in any order.
    columns : the mapping of its columns.
    faults : faults the caller has already found, reported together with those found here.

    Raises
    ------
    InputError
        Naming every fault: absent or repeated columns, times or targets that cannot be read, duplicate times, infinite values,
        rates outside [0, 1], negative values of a positive target, bad exposures, too few points.
    """
    found = list(faults or [])
    table = _table(data, columns, found)
    if table is None or table.empty:
        if table is not None:
            found.append(Fault(columns.target, "must have at least one row"))
        raise InputError(found)
    kind = kind_of(columns.target, columns.kind)
    if columns.exposure is not None and kind != "rate":
        found.append(Fault("exposure", f"must only be given for kind='rate'; {columns.target} is {kind}"))
    result = [_history(str(name), own, kind, columns, found) for name, own in table.groupby("series", sort=False)]
    if found:
        raise InputError(found)
    return [history for history in result if history is not None]


def _table(data: pd.Series | pd.DataFrame, columns: Columns, found: list[Fault]) -> pd.DataFrame | None:
    """Return the columns series, time, target and exposure of `data`, or ``None`` where one is absent."""
    before = len(found)
    found += _argument_faults(columns)
    axes = (data.index,) if isinstance(data, pd.Series) else (data.index, data.columns)
    if any(isinstance(axis, pd.MultiIndex) for axis in axes):
        found.append(Fault("data", "must have plain rows and columns, not a MultiIndex; see reset_index() of pandas"))
        return None
    if isinstance(data, pd.Series):
        data = data.rename(columns.target).to_frame().rename_axis(columns.time).reset_index()
    dated = isinstance(data.index, (pd.PeriodIndex, pd.DatetimeIndex)) or data.index.name == columns.time
    if columns.time not in data.columns and dated:
        data = data.rename_axis(columns.time).reset_index()
    names = [columns.target, columns.time, columns.series, columns.exposure]
    heads: list[object] = list(data.columns)
    for name in dict.fromkeys(names):
        if isinstance(name, str) and name not in heads:
            found.append(Fault(f"column {name}", "must be in the data", None, nearest(name, map(str, heads))))
        elif isinstance(name, str) and heads.count(name) > 1:
            found.append(Fault(f"column {name}", f"must be in the data once, not {heads.count(name)} times"))
    if heads.count(columns.series) == 1 and data[columns.series].isna().any():
        empty = data.index[data[columns.series].isna()]
        found.append(Fault(f"column {columns.series}", f"must name the series; {rows(empty)} are empty"))
    if len(found) > before:
        return None
    exposure = data[columns.exposure] if isinstance(columns.exposure, str) else columns.exposure
    series = columns.target if columns.series is None else data[columns.series].astype(str)
    parts = {"series": series, "time": data[columns.time], "target": data[columns.target], "exposure": exposure}
    return pd.DataFrame(parts, index=data.index)


def is_whole(value: object) -> bool:
    """Return whether a value is a whole number; ``True`` is none."""
    return isinstance(value, Integral) and not isinstance(value, bool)


def _argument_faults(columns: Columns) -> list[Fault]:
    """Return what is wrong with what is said about the columns."""
    faults = []
    for name, value, known in (("kind", columns.kind, KINDS), ("frequency", columns.frequency, FREQUENCIES)):
        if value is not None and value not in known:
            faults.append(Fault(name, f"must be one of {', '.join(known)}", value, nearest(str(value), known)))
    if columns.season is not None and not (is_whole(columns.season) and columns.season >= 1):
        faults.append(Fault("season", "must be a whole number of at least 1 step", columns.season))
    written = format_fault(columns.date_format)
    return faults if written is None else [*faults, written]


def _history(name: str, table: pd.DataFrame, kind: Kind, columns: Columns, found: list[Fault]) -> History | None:
    """Return one checked history, or ``None`` after adding its faults to `found`."""
    where = columns.target if name == columns.target else f"{columns.target} of {name}"
    before = len(found)
    times = read_times(table["time"], columns.date_format, where, found)
    values = _numbers(table["target"], where, found)
    exposure = None if columns.exposure is None else _numbers(table["exposure"], f"exposure of {where}", found)
    _check_values(values, exposure, kind, where, found)
    if times is None or len(found) > before:
        return None
    calendar = _calendar(times, columns, where, found)
    if calendar is None:
        return None
    ordinals = calendar.ordinals(times)
    _check_duplicates(ordinals, times, calendar, where, found)
    if len(found) > before:
        return None
    usable = np.isfinite(values) if exposure is None else np.isfinite(values) & (exposure > 0.0)
    if usable.sum() < FEWEST_POINTS:
        found.append(Fault(where, f"must have at least {FEWEST_POINTS} observed points", int(usable.sum())))
        return None
    grid = np.arange(int(ordinals[usable].min()), int(ordinals[usable].max()) + 1)
    place = ordinals[usable] - grid[0]
    even = np.full(grid.size, np.nan)
    even[place] = values[usable]
    reach: Array | None = None
    if exposure is not None:
        reach = np.zeros(grid.size)
        reach[place] = exposure[usable]
    remainder = int(times.iloc[0]) % int(calendar.code) if calendar.frequency == "step" else 0
    notes = _notes(ordinals, values, exposure, even)
    return History(name, columns.target, kind, calendar, grid, remainder, even, reach, notes)


def _notes(ordinals: npt.NDArray[np.int64], values: Array, exposure: Array | None, even: Array) -> tuple[str, ...]:
    """Return in words what was done to the rows to get an even history."""
    notes = [] if (np.diff(ordinals) > 0).all() else ["rows were put in order of time"]
    if exposure is not None and (exposure == 0.0).any():
        notes.append(f"{int((exposure == 0.0).sum())} points with exposure 0 count as missing")
    missing = int(np.isnan(even).sum())
    if missing:
        notes.append(f"{missing} missing points inside the history")
    newest = values[np.argmax(ordinals)]
    if not np.isfinite(newest):
        notes.append("the forecast starts after the last observed point")
    if np.nanmax(even) == np.nanmin(even):
        notes.append("the history is constant: nothing in it says how far it may move")
    return tuple(notes)


def _numbers(column: pd.Series, where: str, found: list[Fault]) -> Array:
    """Return a column as floats, NaN where empty; text may be of numbers, truth values and dates may not."""
    if column.dtype.kind not in "iuf":
        column = column.astype(object)
    numbers = pd.to_numeric(column.where(column.map(_may_be_number)), errors="coerce")
    bad = column[numbers.isna() & column.notna()]
    if bad.size:
        found.append(Fault(where, f"must be numbers; {rows(bad.index)} are not", bad.iloc[0]))
    return np.asarray(numbers, dtype=np.float64)


def _may_be_number(value: object) -> bool:
    return isinstance(value, str | Real | Decimal) and not isinstance(value, bool)


def _check_values(values: Array, exposure: Array | None, kind: Kind, where: str, found: list[Fault]) -> None:
    """Add a fault for every rule that the numbers break."""
    rules = [(np.isinf(values), "must be finite")]
    if kind == "rate":
        rules.append(((values < 0.0) | (np.isfinite(values) & (values > 1.0)), "must be a rate between 0 and 1"))
    if kind == "positive":
        rules.append((values < 0.0, "must not be negative (declare kind='real' if it can be)"))
    for broken, rule in rules:
        if broken.any():
            text = f"{rule}; {int(broken.sum())} of {values.size} are not"
            found.append(Fault(where, text, float(values[broken][0])))
    if exposure is None:
        return
    broken = ~np.isfinite(exposure) & np.isfinite(values) | (exposure < 0.0)
    if broken.any():
        rule = f"must be known and not negative; {int(broken.sum())} of {values.size} are not"
        found.append(Fault(f"exposure of {where}", rule, float(exposure[broken][0])))


def _calendar(times: pd.Series, columns: Columns, where: str, found: list[Fault]) -> Calendar | None:
    if times.dtype.kind in "iu":
        calendar = step_calendar(times, columns.season)
        if (times.to_numpy() % int(calendar.code) != int(times.iloc[0]) % int(calendar.code)).any():
            found.append(Fault(f"time of {where}", f"must be evenly spaced; the usual distance is {calendar.code}"))
            return None
        return calendar
    dated = date_calendar(times, columns.frequency, columns.season)
    if dated is None:
        usual = usual_days(times)
        apart = "" if np.isnan(usual) else f", not {usual:.4g} days apart"
        remedy = "give frequency= if it is one of them, or number the steps 1, 2, 3"
        rule = f"must be {', '.join(FREQUENCIES)}{apart}; {remedy}"
        found.append(Fault(f"time of {where}", rule))
    return dated


def _check_duplicates(
    ordinals: npt.NDArray[np.int64], times: pd.Series, calendar: Calendar, where: str, found: list[Fault]
) -> None:
    again, rule = times.duplicated(), "must not repeat"
    if not again.any():
        again = pd.Series(ordinals, times.index).duplicated()
        rule = f"must not share a period, being {calendar.frequency}"
    if again.any():
        shown = ", ".join(str(time) for time in times[again].iloc[:_SHOWN])
        found.append(Fault(f"time of {where}", f"{rule}; {int(again.sum())} do: {shown}"))
    if int(np.ptp(ordinals)) > LONGEST_CALENDAR:
        found.append(Fault(f"time of {where}", f"must span at most {LONGEST_CALENDAR} steps", int(np.ptp(ordinals))))
