"""Histories: what bad input is told, and what becomes of input that can be used."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from cxsim.errors import InputError
from cxsim.forecast.series import Columns, History, histories


def monthly(values: list[float], start: str = "2020-01-31") -> pd.DataFrame:
    return pd.DataFrame({"time": pd.date_range(start, periods=len(values), freq="ME"), "y": values})


def only(data: pd.DataFrame | pd.Series, columns: Columns) -> History:
    (history,) = histories(data, columns)
    return history


def test_rows_out_of_order_are_sorted_and_said() -> None:
    table = monthly([1.0, 2.0, 3.0, 4.0])
    history = only(table.iloc[[2, 0, 3, 1]], Columns("y"))
    assert history.values.tolist() == [1.0, 2.0, 3.0, 4.0]
    assert history.notes == ("rows were put in order of time",)


def test_a_gap_becomes_missing_points() -> None:
    history = only(monthly([1.0, 2.0, 3.0, 4.0, 5.0]).drop(index=2), Columns("y"))
    np.testing.assert_array_equal(history.values, [1.0, 2.0, np.nan, 4.0, 5.0])
    assert history.notes == ("1 missing points inside the history",)


def test_a_table_without_its_time_column_is_not_numbered_silently() -> None:
    with pytest.raises(InputError, match="column when: must be in the data"):
        histories(monthly([1.0, 2.0, 3.0]), Columns("y", time="when"))


def test_missing_ends_are_cut_and_the_forecast_starts_after_the_last_observed() -> None:
    history = only(monthly([np.nan, 2.0, 3.0, 4.0, np.nan]), Columns("y"))
    assert history.values.tolist() == [2.0, 3.0, 4.0]
    assert history.future(2).tolist() == [pd.Timestamp("2020-05-31"), pd.Timestamp("2020-06-30")]
    assert history.notes == ("the forecast starts after the last observed point",)


def test_a_series_a_frame_and_periods_give_the_same_history() -> None:
    table = monthly([1.0, 2.0, 3.0, 5.0])
    series = table.set_index("time")["y"]
    periods = table.assign(time=table["time"].dt.to_period("M"))
    for data in (table, series, series.rename(None), table.set_index("time"), periods):
        history = only(data, Columns("y"))
        assert history.values.tolist() == [1.0, 2.0, 3.0, 5.0]
        assert history.period == 12


def test_series_of_different_length_are_each_forecast_from_their_own_end() -> None:
    long, short = monthly([1.0, 2.0, 3.0, 4.0]).assign(who="long"), monthly([1.0, 2.0, 4.0]).assign(who="short")
    first, second = histories(pd.concat([long, short]), Columns("y", series="who"))
    assert (first.series, second.series) == ("long", "short")
    assert first.future(1)[0] == pd.Timestamp("2020-05-31")
    assert second.future(1)[0] == pd.Timestamp("2020-04-30")


@pytest.mark.parametrize(
    ("start", "freq", "frequency", "period"),
    [
        ("2024-01-01", "D", "daily", 7),
        ("2024-01-01", "B", "business", 5),
        ("2024-01-03", "W-WED", "weekly", 52),
        ("2024-01-01", "MS", "monthly", 12),
        ("2024-01-31", "ME", "monthly", 12),
        ("2024-02-15", pd.DateOffset(months=1), "monthly", 12),
        ("2024-01-01", "QS", "quarterly", 4),
        ("2024-03-31", "QE", "quarterly", 4),
        ("2000-12-31", "YE", "yearly", 1),
        ("2000-01-01", "YS", "yearly", 1),
    ],
)
def test_the_calendar_goes_on_as_it_was(start: str, freq: str, frequency: str, period: int) -> None:
    dates = pd.date_range(start, periods=16, freq=freq)
    history = only(pd.DataFrame({"time": dates[:12], "y": np.arange(12.0)}), Columns("y"))
    assert history.calendar.frequency == frequency
    assert history.period == period
    assert history.times.tolist() == dates[:12].tolist()
    assert history.future(4).tolist() == dates[12:].tolist()


@pytest.mark.parametrize(("freq", "frequency"), [("WOM-1MON", "monthly"), ("364D", "yearly"), ("7D", "weekly")])
def test_periods_of_four_weeks_leave_other_weeks_alone(freq: str, frequency: str) -> None:
    dates = pd.date_range("2021-07-01", periods=4, freq=freq)
    assert only(pd.DataFrame({"time": dates, "y": range(4)}), Columns("y")).calendar.frequency == frequency


def test_large_unsigned_numbers_and_numbers_in_words_are_numbers() -> None:
    large = np.arange(4, dtype=np.uint64) * np.uint64(10**17) + np.uint64(2**63)
    assert only(monthly([1.0] * 4).assign(y=large), Columns("y")).values.tolist() == large.astype(float).tolist()
    assert only(monthly([1.0] * 3).assign(y=["1", "2.5", "3"]), Columns("y")).values.tolist() == [1.0, 2.5, 3.0]


def test_whole_number_times_keep_their_step() -> None:
    history = only(pd.DataFrame({"week": [13, 26, 52, 65], "y": [1.0, 2.0, 4.0, 5.0]}), Columns("y", time="week"))
    np.testing.assert_array_equal(history.values, [1.0, 2.0, np.nan, 4.0, 5.0])
    assert history.future(2).tolist() == [78, 91]


def test_steps_that_do_not_start_at_a_multiple_keep_their_offset() -> None:
    history = only(pd.DataFrame({"week": [3, 7, 11, 15], "y": [1.0, 2.0, 4.0, 5.0]}), Columns("y", time="week"))
    assert history.times.tolist() == [3, 7, 11, 15]
    assert history.future(2).tolist() == [19, 23]


def test_exposure_of_zero_counts_as_missing() -> None:
    table = monthly([0.1, 0.2, 0.0, 0.3, 0.2]).assign(n=[10, 10, 0, 10, 10])
    history = only(table, Columns("y", exposure="n", kind="rate"))
    np.testing.assert_array_equal(history.values, [0.1, 0.2, np.nan, 0.3, 0.2])
    assert "1 points with exposure 0 count as missing" in history.notes


def test_the_declared_kind_of_a_metric_is_known_and_unknown_ones_are_real() -> None:
    kinds = {}
    for target in ("churn_rate", "revenue", "nps_true", "my_number"):
        kinds[target] = only(monthly([0.1, 0.2, 0.3]).rename(columns={"y": target}), Columns(target)).kind
    assert kinds == {"churn_rate": "rate", "revenue": "positive", "nps_true": "real", "my_number": "real"}


@pytest.mark.parametrize(
    ("table", "columns", "message"),
    [
        (pd.concat([monthly([1.0, 2.0, 3.0])] * 2), Columns("y"), "time of y: must not repeat; 3 do: 2020-01-31"),
        (
            monthly([0.1, 1.2, 0.3]),
            Columns("y", kind="rate"),
            r"must be a rate between 0 and 1; 1 of 3 are not, got 1\.2",
        ),
        (monthly([1.0, np.inf, 2.0]), Columns("y"), "must be finite; 1 of 3 are not, got inf"),
        (monthly([1.0, -2.0, 2.0]), Columns("y", kind="positive"), r"must not be negative .*, got -2\.0"),
        (monthly([np.nan] * 6), Columns("y"), "must have at least 3 observed points, got 0"),
        (monthly([1.0, 2.0]), Columns("y"), "must have at least 3 observed points, got 2"),
        (monthly([]), Columns("y"), "must have at least one row"),
        (monthly([1.0] * 3), Columns("z"), "column z: must be in the data"),
        (monthly([1.0] * 3).rename(columns={"y": "churnrate"}), Columns("churn_rate"), "did you mean 'churnrate'"),
        (monthly([1.0] * 3), Columns("y", kind="ratio"), "kind: must be one of rate, positive, real, got 'ratio'"),
        (monthly([1.0] * 3), Columns("y", frequency="month"), "did you mean 'monthly'"),
        (monthly([1.0] * 3), Columns("y", season=0), "season: must be a whole number of at least 1 step, got 0"),
        (monthly([1.0] * 3).assign(n=5), Columns("y", exposure="n"), "exposure: must only be given for kind='rate'"),
        (
            monthly([0.1] * 3).assign(n=[5, -1, 5]),
            Columns("y", exposure="n", kind="rate"),
            "exposure of y: must be known and not negative; 1 of 3 are not, got -1",
        ),
        (monthly([0.1] * 3).assign(n=0), Columns("y", exposure="n", kind="rate"), "at least 3 observed points, got 0"),
        (
            monthly([1.0] * 3).assign(y=["1", "two", "3"]),
            Columns("y"),
            r"must be numbers; 1 \(row 1\) are not, got 'two'",
        ),
        (monthly([1.0] * 3).assign(time=["2020-01-01", "soon", "x"]), Columns("y"), r"must be dates .* 2 \(row 1, 2\)"),
        (
            pd.DataFrame({"time": pd.date_range("2020-01-01", periods=5, freq="6h"), "y": 1.0}),
            Columns("y"),
            "time of y: must be daily, business, weekly",
        ),
        (
            monthly([1.0] * 3).assign(who=["a", np.nan, "a"]),
            Columns("y", series="who"),
            r"column who: must name the series; 1 \(row 1\) are empty",
        ),
        (
            pd.DataFrame({"time": [1, 3, 5, 6], "y": 1.0}),
            Columns("y"),
            "must be evenly spaced; the usual distance is 2",
        ),
        (pd.DataFrame({"time": [0.5, 1.5, 2.5], "y": 1.0}), Columns("y"), "must be dates or whole numbers"),
        (monthly([1.0] * 3), Columns("y", season=2.5), "season: must be a whole number .*, got 2.5"),  # type: ignore[arg-type]
        (
            monthly([1.0] * 3),
            Columns("y", date_format="dd/mm/yyyy"),
            "date_format: must be ISO8601 or, .* got 'dd/mm/yyyy'",
        ),
        (monthly([1.0] * 3).assign(y=True), Columns("y"), "y: must be numbers; 3 .*, got True"),
        (
            monthly([1.0] * 3).assign(y=[0.5, True, np.nan]),
            Columns("y"),
            r"y: must be numbers; 1 \(row 1\) .*, got True",
        ),
        (monthly([1.0] * 3).assign(y=1j), Columns("y"), "y: must be numbers; 3 .*, got 1j"),
        (monthly([1.0] * 3).assign(y=pd.Timestamp("2020-01-01")), Columns("y"), "y: must be numbers; 3 .* Timestamp"),
        (monthly([1.0] * 3).set_axis(["time", "time"], axis=1), Columns("time"), "column time: .* once, not 2 times"),
        (monthly([1.0] * 3).set_index(["time", "y"]), Columns("y"), "data: must have .*, not a MultiIndex"),
        (
            pd.DataFrame({"time": pd.date_range("2020-01-31", periods=12, freq="28D"), "y": 1.0}),
            Columns("y"),
            "must be daily, .*, yearly, not 28 days apart; give frequency= .*, or number the steps",
        ),
        (
            pd.DataFrame({"time": pd.date_range("2020-01-31", periods=14, freq="28D"), "y": 1.0}),
            Columns("y", frequency="monthly"),
            "must not share a period, being monthly; 1 do: 2021-01-29",
        ),
    ],
)
def test_bad_input_is_told(table: pd.DataFrame, columns: Columns, message: str) -> None:
    with pytest.raises(InputError, match=message):
        histories(table, columns)


def test_every_fault_of_every_series_is_told_at_once() -> None:
    good = monthly([0.1, 0.2, 0.3]).assign(who="good")
    high = monthly([0.1, 2.0, 0.3]).assign(who="high")
    short = monthly([0.1]).assign(who="short")
    with pytest.raises(InputError, match=r"y of high: .* rate") as caught:
        histories(pd.concat([good, high, short]), Columns("y", series="who", kind="rate"))
    assert len(caught.value.faults) == 2
