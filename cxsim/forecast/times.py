"""Times as they are written: dates and periods of ISO 8601, dates of a format that the user names, whole-number steps.

Nothing is guessed: 03/04 is two dates, and 201901 may be a month or a step.
"""

from __future__ import annotations

import re

import pandas as pd

from cxsim.errors import Fault

ISO = "ISO8601"

_AS_NUMBERS = {"%Y%m": (190_001, 210_012), "%Y%m%d": (19_000_101, 21_001_231)}
"""Dates that look like whole numbers: how they are written, and the first and the last that is taken for one."""
_QUARTER = re.compile(r"^(\d{4})-?Q([1-4])$", re.IGNORECASE)
_OFFSET = re.compile(r"^(.*[T:].*?) ?(?:Z|[+-]\d{2}(?::?\d{2})?)$")
"""A time of day and how far its clock is from that of Greenwich."""
_SHOWN = 3


def format_fault(date_format: str) -> Fault | None:
    """Return what is wrong with a format of dates, ``None`` where nothing is."""
    rule = f"must be {ISO} or, with its year, as for strptime: %d/%m/%Y"
    # Other words of pandas, such as "mixed", would guess.
    if date_format != ISO and not re.search("%[yYG]", str(date_format)):
        return Fault("date_format", rule, date_format)
    try:
        pd.to_datetime(pd.Series(["2019"]), format=date_format, errors="coerce")
    except ValueError:
        return Fault("date_format", rule, date_format)
    return None


def read_times(times: pd.Series, date_format: str, where: str, found: list[Fault]) -> pd.Series | None:
    """Return times as whole numbers or as dates by the clock on the spot, ``None`` after adding a fault.

    Parameters
    ----------
    times : dates, periods, whole numbers or text.
    date_format : how text, and with another than `ISO` also whole numbers, are dates.
    where : what the times are of, for a fault.
    found : faults, added to.
    """
    times = times.infer_objects()
    if isinstance(times.dtype, pd.PeriodDtype):
        times = pd.Series(times.dt.to_timestamp())
    if times.dtype.kind == "M":
        dates = pd.Series(times.dt.tz_localize(None))
    elif times.dtype.kind in "iuf":
        whole = times.where(times % 1.0 == 0.0)
        dates = whole if date_format == ISO else _numbered(whole, date_format)
    elif times.dtype.kind in "bcm":
        dates = pd.Series(pd.NaT, times.index)
    else:
        dates = _written(times, date_format)
    bad = times[dates.isna()]
    if bad.size:
        found.append(Fault(f"time of {where}", _rule(bad.index, date_format), bad.tolist()[0]))
        return None
    return dates if dates.dtype.kind == "M" else _steps(dates.astype("int64"), where, found)


def rows(index: pd.Index) -> str:
    """Return the first few rows in words."""
    shown = ", ".join(str(row) for row in index[:_SHOWN])
    return f"{index.size} (row {shown}{' ...' if index.size > _SHOWN else ''})"


def _rule(bad: pd.Index, date_format: str) -> str:
    if date_format != ISO:
        return f"must be dates written as {date_format}; {rows(bad)} are not"
    return (
        f"must be dates or whole numbers; {rows(bad)} are not; date_format= says how dates are written (%d/%m/%Y), "
        "if not as 2019-01-31, 2019-01, 2019Q1 or 2019"
    )


def _steps(numbers: pd.Series, where: str, found: list[Fault]) -> pd.Series | None:
    """Return whole numbers, ``None`` after adding a fault where all of them look like dates."""
    for written, ends in _AS_NUMBERS.items():
        if numbers.between(*ends).all() and _numbered(numbers, written).notna().all():
            rule = f"must not be dates that look like numbers; {rows(numbers.index)} do; give date_format={written}"
            found.append(Fault(f"time of {where}", rule, int(numbers.iloc[0])))
            return None
    return numbers


def _numbered(numbers: pd.Series, date_format: str) -> pd.Series:
    """Return the dates that whole numbers are, missing where they cannot be read for certain."""
    text = numbers.astype("Int64").astype("string")
    dates = pd.to_datetime(text, format=date_format, errors="coerce")
    # A number has lost its leading zeros: 1022019 is 1 February, not the 10th.
    return dates.where((dates.dt.strftime(date_format) == text).fillna(False))


def _written(times: pd.Series, date_format: str) -> pd.Series:
    """Return the dates that are written, missing where they are not as the format says."""
    if pd.api.types.infer_dtype(times, skipna=True) in ("date", "datetime", "period"):
        date_format = ISO
    text = times.astype("string").str.strip()
    if date_format == ISO:
        text = text.str.replace(_QUARTER, lambda found: f"{found[1]}-{3 * int(found[2]) - 2:02d}", regex=True)
        # Without a year in front pandas takes "now" for a date.
        text = text.where(text.str.match(r"\d{4}"))
    if date_format == ISO or date_format.endswith("%z"):
        date_format = date_format.removesuffix("%z").rstrip()
        text = text.str.replace(_OFFSET, r"\1", regex=True)
    return pd.to_datetime(text, format=date_format, errors="coerce")
