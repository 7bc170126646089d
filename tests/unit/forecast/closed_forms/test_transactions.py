"""A raw transaction log becomes purchase histories, and says what it changed on the way."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from cxsim.errors import InputError
from cxsim.forecast.closed_forms.transactions import TransactionColumns, purchase_histories, read_transactions


def _log(*rows: tuple[str, str, float]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=["customer", "date", "amount"])


def test_histories_of_two_customers_to_the_end_of_calibration_and_after() -> None:
    log = read_transactions(
        _log(
            ("a", "2024-01-01", 10),
            ("a", "2024-01-15", 20),
            ("a", "2024-01-29", 40),
            ("a", "2024-02-20", 7),
            ("b", "2024-01-08", 5),
            ("late", "2024-02-20", 5),
        )
    )
    table = purchase_histories(log, "2024-01-31", "days", holdout_end="2024-03-01").set_index("customer")
    assert list(table.index) == ["a", "b"]
    first = table.loc["a"]
    assert (first["frequency"], first["recency_days"], first["age_days"], first["mean_repeat_spend"]) == (2, 28, 30, 30)
    assert (first["holdout_frequency"], first["holdout_spend"], first["holdout_days"]) == (1, 7, 30)
    second = table.loc["b"]
    assert (second["frequency"], second["recency_days"], second["mean_repeat_spend"]) == (0, 0, 0)
    assert log.notes == ()


def test_weeks_are_days_over_seven() -> None:
    log = read_transactions(_log(("a", "2024-01-01", 1), ("a", "2024-01-11", 1)))
    table = purchase_histories(log, "2024-01-15")
    assert table["recency_weeks"].item() == pytest.approx(10 / 7)
    assert table["age_weeks"].item() == 2.0


def test_rows_out_of_order_are_put_in_order_and_said() -> None:
    log = read_transactions(_log(("a", "2024-02-01", 2), ("b", "2024-01-05", 3), ("a", "2024-01-01", 1)))
    assert list(log.purchases["amount"]) == [1, 2, 3]
    assert log.notes == ("rows were put in order of date",)


def test_rows_of_one_day_are_one_purchase_and_said() -> None:
    log = read_transactions(_log(("a", "2024-01-01 09:00", 2), ("a", "2024-01-01 17:30", 3), ("a", "2024-01-02", 4)))
    assert list(log.purchases["amount"]) == [5, 4]
    assert log.notes == ("1 rows were merged into another row of the same customer and day",)


def test_returns_are_taken_off_the_latest_purchases_and_said() -> None:
    rows = [("a", "2024-01-01", 10), ("a", "2024-01-05", 20), ("a", "2024-01-09", -25), ("b", "2024-01-09", -4)]
    log = read_transactions(_log(*rows))
    assert log.purchases[["customer", "amount"]].to_numpy().tolist() == [["a", 5]]
    assert "2 returns (negative amounts) were taken off earlier purchases: 1 rows were returned in full" in log.notes[0]
    assert "1 returns exceed what the log shows as bought" in log.notes[0]


def test_a_purchase_returned_on_its_own_day_is_no_purchase() -> None:
    log = read_transactions(_log(("a", "2024-01-01", -0.3), ("a", "2024-01-01", 0.1), ("a", "2024-01-01", 0.2)))
    assert log.purchases.empty
    with pytest.raises(InputError, match="transactions: hold no purchase that was not returned"):
        purchase_histories(log, "2024-02-01")
    free = read_transactions(_log(("a", "2024-01-01", 0.0), ("a", "2024-01-03", 1.0), ("a", "2024-01-04", -1.0)))
    assert free.purchases["amount"].tolist() == [0.0]


def test_returns_can_be_dropped_or_refused() -> None:
    raw = _log(("a", "2024-01-01", 10), ("a", "2024-01-05", -3))
    log = read_transactions(raw, returns="drop")
    assert list(log.purchases["amount"]) == [10]
    assert log.notes == ("1 returns (negative amounts) were ignored",)
    with pytest.raises(InputError, match=r"row 1: column amount must not be negative \(a return\)"):
        read_transactions(raw, returns="refuse")


def test_a_purchase_before_the_first_date_is_refused_by_row() -> None:
    raw = _log(("a", "2023-12-31", 10), ("a", "2024-01-05", 3))
    with pytest.raises(InputError, match="row 0: column date precedes the first date 2024-01-01: start earlier"):
        read_transactions(raw, first_date="2024-01-01")


def _days(*days: str) -> pd.DataFrame:
    return pd.DataFrame({"customer": np.arange(len(days)), "date": days, "amount": 1.0})


def test_a_mistyped_year_is_refused_by_row_and_date() -> None:
    days = [str(day.date()) for day in pd.date_range("2019-01-01", periods=500)]
    late, early = "row 250: column date holds 2203-01-01", "row 20: column date holds 1900-06-01"
    with pytest.raises(InputError, match="far from all other dates") as caught:
        read_transactions(_days(*days[:20], "1900-06-01", *days[20:249], "2203-01-01", *days[249:]))
    assert [str(fault) for fault in caught.value.faults] == [
        f"{late}, far from all other dates: correct it, or leave it out",
        f"{early}, far from all other dates: correct it, or give the first date of the log",
    ]
    raw = _days(*days, "1900-06-01")
    assert read_transactions(raw, first_date="1900-01-01").purchases["date"].min().year == 1900
    with pytest.raises(InputError, match="row 500: column date holds 2203-01-01"):
        read_transactions(_days(*days, "2203-01-01"), first_date="2019-01-01")


@pytest.mark.parametrize(
    "days",
    [
        ("2019-12-01", "2020-12-01"),
        ("2019-12-01", *["2020-12-01", "2020-12-24"] * 300),
        (*["2015-01-01", "2016-01-01", "2017-01-01"] * 200, "2018-01-01"),
        ("2010-01-01", *[f"{2012 + month // 12}-{month % 12 + 1:02d}-15" for month in range(60)] * 5),
    ],
)
def test_a_log_of_seasons_yearly_fees_or_a_slow_start_is_taken_as_it_is(days: tuple[str, ...]) -> None:
    assert len(read_transactions(_days(*days)).purchases) == len(days)


@pytest.mark.parametrize(
    ("winter", "summer"), [("+01:00", "+02:00"), ("-05", "-04"), ("+0000", "+0100"), ("Z", "+01:00"), ("", "+02:00")]
)
def test_times_in_winter_and_summer_are_of_their_local_days(winter: str, summer: str) -> None:
    raw = _days(f"2019-01-01 00:00:00{winter}", f"2019-07-01T23:30{summer}", f"2019-12-31 23:59:59.5{winter}")
    log = read_transactions(raw, first_date="2019-01-01")
    assert log.purchases["date"].astype(str).tolist() == ["2019-01-01", "2019-07-01", "2019-12-31"]


def test_times_that_know_their_zone_are_of_their_local_days() -> None:
    zoned = pd.DatetimeIndex(["2019-01-01 00:00", "2019-07-01 23:30"], tz="Europe/Berlin")
    log = read_transactions(pd.DataFrame({"customer": [1, 1], "date": zoned, "amount": 1.0}), first_date="2019-01-01")
    assert log.purchases["date"].astype(str).tolist() == ["2019-01-01", "2019-07-01"]


def test_every_unreadable_row_is_named_at_once() -> None:
    raw = pd.DataFrame({"customer": ["a", None, "c"], "date": ["soon", "2024-01-01", ""], "amount": ["1", "x", "2"]})
    with pytest.raises(InputError, match="row 1: column customer") as caught:
        read_transactions(raw)
    assert [str(fault) for fault in caught.value.faults] == [
        "row 1: column customer must name a customer",
        "rows 0, 2: column date must be a date written as ISO8601",
        "row 1: column amount must be a number",
    ]


def test_dates_are_read_as_declared_and_never_guessed() -> None:
    raw = _log(("a", "03/04/2024", 1), ("a", "13/04/2024", 1))
    with pytest.raises(InputError, match="rows 0, 1: column date must be a date written as ISO8601"):
        read_transactions(raw)
    log = read_transactions(raw, TransactionColumns(date_format="%d/%m/%Y"))
    assert list(log.purchases["date"].dt.day) == [3, 13]


def test_dates_written_as_whole_numbers_are_days() -> None:
    raw = pd.DataFrame({"customer": [1], "date": [19970131], "amount": [2.0]})
    assert str(read_transactions(raw).purchases["date"].item().date()) == "1997-01-31"


def test_a_missing_column_names_the_nearest() -> None:
    raw = _log(("a", "2024-01-01", 1)).rename(columns={"amount": "amounts"})
    with pytest.raises(InputError, match="column amount: is not in the transaction log; did you mean 'amounts'"):
        read_transactions(raw)


def test_an_empty_log_is_refused() -> None:
    with pytest.raises(InputError, match="transactions: must not be empty"):
        read_transactions(_log())


def test_a_log_without_money_has_histories_all_the_same() -> None:
    raw = pd.DataFrame({"who": [1, 1], "when": ["2024-01-01", "2024-01-08"]})
    log = read_transactions(raw, TransactionColumns("who", "when", ""))
    assert purchase_histories(log, "2024-01-15")["frequency"].item() == 1


def test_a_calibration_that_ends_before_the_log_begins_is_refused() -> None:
    log = read_transactions(_log(("a", "2024-01-01", 1)))
    with pytest.raises(InputError, match="calibration_end: must be in order: first purchase 2024-01-01"):
        purchase_histories(log, "2023-01-01")
