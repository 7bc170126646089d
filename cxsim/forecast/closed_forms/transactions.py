"""From a user's transaction log to purchase histories: who bought how often, when last, and for how much.

A *purchase* is a customer's day: rows of the same customer and day are one purchase whose amounts add up, so that an
order written as three lines is not three visits. The first purchase makes a customer; only later ones are repeat
purchases.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cxsim.errors import Fault, InputError, nearest
from cxsim.forecast.rows import rows_path

type Returns = Literal["net", "drop", "refuse"]
type Duplicates = Literal["add", "drop", "refuse"]
type Unit = Literal["days", "weeks", "months", "years"]

SMALLEST_AMOUNT = 1e-6
DAYS_IN = {"days": 1.0, "weeks": 7.0, "months": 365.25 / 12.0, "years": 365.25}
"""Days of a unit of time, of months and years on average; which month a day falls in is for the calendar."""
OFFSET = r"[:T].*?([+-]\d{2}(?::?\d{2})?|Z)$"
LONGEST_SEASON = np.timedelta64(366, "D")


@dataclass(frozen=True)
class TransactionColumns:
    """What the log calls its columns.

    Attributes
    ----------
    amount : may be empty when money is not known.
    date_format : how dates are written, as for `strptime`, e.g. ``%d/%m/%Y``; never guessed, since 03/04 is two dates.
    """

    customer: str = "customer"
    date: str = "date"
    amount: str = "amount"
    date_format: str = "ISO8601"


@dataclass(frozen=True)
class TransactionLog:
    """A clean log.

    Attributes
    ----------
    purchases : columns ``customer, date, amount``, one row per customer and day, by customer and date.
    notes : what was changed on the way, in words, for the report.
    """

    purchases: pd.DataFrame
    notes: tuple[str, ...]


def read_transactions(
    log: pd.DataFrame,
    columns: TransactionColumns = TransactionColumns(),
    *,
    returns: Returns = "net",
    duplicates: Duplicates = "add",
    first_date: str | pd.Timestamp | None = None,
    first_row: int = 0,
) -> TransactionLog:
    """Return the `TransactionLog` of a raw table of transactions, in any order.

    Parameters
    ----------
    log : one row a transaction.
    returns : what a negative amount does: ``net`` takes it off the customer's latest purchases up to that day, and a
        purchase returned in full is no purchase; ``drop`` ignores it; ``refuse`` raises.
    duplicates : what a row does that repeats another in every column: ``add`` takes it for one more thing bought, and the
        notes tell how many there are; ``drop`` takes it for an error of the export; ``refuse`` raises.
    first_date : start of the observation; who bought before it is not a new customer of the log, so such rows raise.
        Without one, rows raise too that lie far before the others, as those far after them always do: at most one row in
        a hundred, beyond a gap that is longer than a year and than all the other rows span.
    first_row : what the first row is called in a fault.

    Raises
    ------
    InputError : a column that is absent, values that cannot be read, or what the options above refuse, with row numbers
        counted from `first_row`.
    """
    _check_columns(log, columns)
    dates = _read_dates(log[columns.date], columns.date_format)
    amounts = pd.to_numeric(log[columns.amount], errors="coerce") if columns.amount else pd.Series(np.nan, log.index)
    repeats = log.duplicated()
    _check_rows(
        log, columns, dates, amounts, repeats if duplicates == "refuse" else None, returns, first_date, first_row
    )
    rows = pd.DataFrame({"customer": log[columns.customer], "date": dates, "amount": amounts.astype(np.float64)})
    notes = (
        [] if dates.is_monotonic_increasing or _ordered_within_customers(rows) else ["rows were put in order of date"]
    )
    if repeats.any():
        done = "ignored" if duplicates == "drop" else "taken for things bought twice"
        notes.append(f"{repeats.sum()} rows repeat another in every column and were {done}")
        rows = rows[~repeats] if duplicates == "drop" else rows
    is_return = (rows["amount"] < 0).to_numpy()
    if is_return.any() and returns == "drop":
        notes.append(f"{is_return.sum()} returns (negative amounts) were ignored")
        rows = rows[~is_return]
    elif is_return.any():
        rows = _net_returns(rows, notes)
    return TransactionLog(_merge_days(rows, notes), tuple(notes))


def purchase_histories(
    log: TransactionLog,
    calibration_end: str | pd.Timestamp,
    unit: Unit = "weeks",
    holdout_end: str | pd.Timestamp | None = None,
) -> pd.DataFrame:
    """Return one row per customer acquired by `calibration_end`: the history up to it, and what followed.

    Columns: ``customer``, ``first_date``, ``frequency`` (repeat purchases), ``recency_<unit>`` (first to last
    purchase), ``age_<unit>`` (first purchase to `calibration_end`), ``mean_repeat_spend`` (per repeat purchase, 0
    without one); with `holdout_end` also ``holdout_frequency``, ``holdout_spend`` (total) and ``holdout_<unit>`` (its
    length). Times are days over those of the unit, `DAYS_IN`.

    Raises
    ------
    InputError : an end that precedes the first purchase of the log, a holdout that ends before it begins, or no
        purchase.
    """
    end, until = pd.Timestamp(calibration_end), pd.Timestamp(holdout_end or calibration_end)
    bought = log.purchases
    if bought.empty:
        raise InputError([Fault("transactions", "hold no purchase that was not returned")])
    start = bought["date"].min()
    if not start <= end <= until:
        rule = f"must be in order: first purchase {start.date()}, calibration end, holdout end"
        raise InputError([Fault("calibration_end", rule, f"{end.date()}, {until.date()}")])
    first = bought.groupby("customer")["date"].transform("min")
    known, repeat = first <= end, bought["date"] > first
    past, future = bought["date"] <= end, (bought["date"] > end) & (bought["date"] <= until)
    by_customer = pd.DataFrame(
        {
            "customer": bought["customer"],
            "date": bought["date"].where(past),
            "frequency": repeat & past,
            "spend": bought["amount"].where(repeat & past, 0.0),
            "holdout_frequency": future,
            "holdout_spend": bought["amount"].where(future, 0.0),
        }
    )[known].groupby("customer", sort=True)
    dates, sums = by_customer["date"].agg(["min", "max"]), by_customer.sum(numeric_only=True)
    days = DAYS_IN[unit]
    table = pd.DataFrame(
        {
            "first_date": dates["min"],
            "frequency": sums["frequency"].astype(np.int64),
            f"recency_{unit}": (dates["max"] - dates["min"]).dt.days / days,
            f"age_{unit}": (end - dates["min"]).dt.days / days,
            "mean_repeat_spend": sums["spend"] / sums["frequency"].clip(lower=1),
        }
    )
    if holdout_end is not None:
        table["holdout_frequency"] = sums["holdout_frequency"].astype(np.int64)
        table["holdout_spend"] = sums["holdout_spend"]
        table[f"holdout_{unit}"] = (until - end).days / days
    return table.reset_index()


def _read_dates(column: pd.Series[str], date_format: str) -> pd.Series[pd.Timestamp]:
    """Return the days of a column as its own clock shows them, missing where it cannot be read.

    Whole numbers such as 19970131 are read as they are written; left alone they would pass for nanoseconds since 1970.
    """
    written = column.astype(str) if pd.api.types.is_numeric_dtype(column) else column
    # One offset from Greenwich at a time, as those of summer and winter cannot be read together.
    offset = written.astype(str).str.extract(OFFSET, expand=False).fillna("")
    days = np.full(len(column), np.datetime64("NaT", "us"))
    for one in offset.unique():
        own = (offset == one).to_numpy()
        read = pd.to_datetime(written[own], errors="coerce", format=date_format)
        days[own] = read.dt.tz_localize(None).dt.normalize().to_numpy()
    return pd.Series(days, column.index)


def _check_columns(log: pd.DataFrame, columns: TransactionColumns) -> None:
    """Raise `InputError` for every declared column that the log does not have, and for an empty log."""
    names = [str(name) for name in log.columns]
    wanted = [name for name in (columns.customer, columns.date, columns.amount) if name]
    faults = [
        Fault(f"column {name}", "is not in the transaction log", nearest=nearest(name, names))
        for name in wanted
        if name not in names
    ]
    if log.empty:
        faults.append(Fault("transactions", "must not be empty"))
    if faults:
        raise InputError(faults)


def _check_rows(
    log: pd.DataFrame,
    columns: TransactionColumns,
    dates: pd.Series[pd.Timestamp],
    amounts: pd.Series[float],
    repeats: pd.Series[bool] | None,
    returns: Returns,
    first_date: str | pd.Timestamp | None,
    first_row: int,
) -> None:
    """Raise `InputError` for every kind of row that cannot be used."""
    rules = {
        f"column {columns.customer} must name a customer": log[columns.customer].isna(),
        f"column {columns.date} must be a date written as {columns.date_format}": dates.isna(),
    }
    if columns.amount:
        rules[f"column {columns.amount} must be a number"] = ~amounts.between(-np.inf, np.inf, inclusive="neither")
        if returns == "refuse":
            rules[f"column {columns.amount} must not be negative (a return)"] = amounts < 0
    if repeats is not None:
        rules["must not repeat another row in every column"] = repeats
    if first_date is not None:
        start = pd.Timestamp(first_date)
        remedy = "start earlier, or leave out the customers acquired before"
        rules[f"column {columns.date} precedes the first date {start.date()}: {remedy}"] = dates < start
    begin, end = _without_stragglers(dates)
    far = {"correct it, or leave it out": dates > end}
    if first_date is None:
        far["correct it, or give the first date of the log"] = dates < begin
    for remedy, broken in far.items():
        if broken.any():
            day = dates[broken].min().date()
            rules[f"column {columns.date} holds {day}, far from all other dates: {remedy}"] = broken
    faults = [
        Fault(rows_path(broken.to_numpy(dtype=bool), first_row), rule) for rule, broken in rules.items() if broken.any()
    ]
    if faults:
        raise InputError(faults)


def _without_stragglers(dates: pd.Series[pd.Timestamp]) -> tuple[pd.Timestamp, pd.Timestamp]:
    """Return the first and the last day but for rows that lie far before or after all others: see `read_transactions`."""
    days = np.sort(dates.dropna().to_numpy())
    few = max(days.size // 100, 1)
    others = days[few:-few]
    if not others.size:
        return dates.min(), dates.max()
    wide = np.flatnonzero(np.diff(days) > max(LONGEST_SEASON, others[-1] - others[0]))
    begin = wide[wide < few].max(initial=-1) + 1
    end = wide[wide >= days.size - 1 - few].min(initial=days.size - 1)
    return pd.Timestamp(days[begin]), pd.Timestamp(days[end])


def _ordered_within_customers(rows: pd.DataFrame) -> bool:
    """Return whether every customer's rows are already in order of date."""
    step = rows.groupby("customer", sort=False)["date"].diff()
    return not bool((step < pd.Timedelta(0)).any())


def _merge_days(rows: pd.DataFrame, notes: list[str]) -> pd.DataFrame:
    """Return one row per customer and day with the amounts added up."""
    merged = rows.groupby(["customer", "date"], sort=True)["amount"].sum(min_count=1).reset_index()
    if len(merged) < len(rows):
        notes.append(f"{len(rows) - len(merged)} rows were merged into another row of the same customer and day")
    return merged


def _net_returns(rows: pd.DataFrame, notes: list[str]) -> pd.DataFrame:
    """Return the purchases after taking each return off the customer's latest purchases up to its day."""
    rows = rows.assign(is_return=rows["amount"] < 0).sort_values(["customer", "date", "is_return"], kind="stable")
    amount, customer = rows["amount"].to_numpy(copy=True), rows["customer"].to_numpy()
    returned = np.flatnonzero(rows["is_return"])
    keep = ~rows["is_return"].to_numpy(copy=True)
    unmatched = sum(_take_back(amount, customer, keep, int(row)) for row in returned)
    cancelled = len(rows) - returned.size - int(keep.sum())
    notes.append(
        f"{returned.size} returns (negative amounts) were taken off earlier purchases: {cancelled} rows were"
        f" returned in full, {unmatched} returns exceed what the log shows as bought and were cut"
    )
    return rows.assign(amount=amount)[keep]


def _take_back(amount: NDArray[np.float64], customer: NDArray[np.object_], keep: NDArray[np.bool_], row: int) -> bool:
    """Take the return at `row` off the earlier purchases, latest first; return whether some of it found no purchase."""
    left, at = -amount[row], row - 1
    while left > SMALLEST_AMOUNT and at >= 0 and customer[at] == customer[row]:
        if keep[at] and amount[at] > 0:
            taken = min(left, amount[at])
            amount[at] -= taken
            left -= taken
            keep[at] = amount[at] > SMALLEST_AMOUNT
        at -= 1
    return bool(left > SMALLEST_AMOUNT)
