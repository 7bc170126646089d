"""Times: what is read as it is written, what is refused, and what is never guessed."""

from __future__ import annotations

import warnings
from datetime import UTC, date, datetime, timedelta, timezone

import pandas as pd
import pytest

from cxsim.errors import Fault
from cxsim.forecast.times import ISO, format_fault, read_times


def read(times: list[object] | pd.Series, date_format: str = ISO) -> tuple[list[object] | None, list[Fault]]:
    found: list[Fault] = []
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        made = read_times(pd.Series(times), date_format, "y", found)
    return None if made is None else made.tolist(), found


def days(*written: str) -> list[pd.Timestamp]:
    return [pd.Timestamp(one) for one in written]


@pytest.mark.parametrize(
    ("times", "date_format", "dates"),
    [
        (["2019-02-01", "2019-03-01"], ISO, days("2019-02-01", "2019-03-01")),
        (["2019-02", " 2019-03 "], ISO, days("2019-02-01", "2019-03-01")),
        (["2019Q1", "2019-Q2"], ISO, days("2019-01-01", "2019-04-01")),
        (["2019", "2020"], ISO, days("2019-01-01", "2020-01-01")),
        (["01/02/2019", "01/03/2019"], "%d/%m/%Y", days("2019-02-01", "2019-03-01")),
        (["01.02.2019", "13.02.2019"], "%d.%m.%Y", days("2019-02-01", "2019-02-13")),
        (["Jan 2019", "Feb 2019"], "%b %Y", days("2019-01-01", "2019-02-01")),
        ([201901, 201902], "%Y%m", days("2019-01-01", "2019-02-01")),
        ([20190101, 20190102], "%Y%m%d", days("2019-01-01", "2019-01-02")),
        (["2019-03-01 00:00:00+01:00", "2019-04-01 00:00:00+02:00"], ISO, days("2019-03-01", "2019-04-01")),
        (["2019-03-01T06:00Z", "2019-04-01T06:00-0500"], ISO, days("2019-03-01 06:00", "2019-04-01 06:00")),
        (
            ["1.3.2019 6:00 +0100", "1.4.2019 6:00 +0200"],
            "%d.%m.%Y %H:%M %z",
            days("2019-03-01 06:00", "2019-04-01 06:00"),
        ),
        (
            [datetime(2019, 3, 1, tzinfo=UTC), datetime(2019, 4, 1, tzinfo=timezone(timedelta(hours=2)))],
            ISO,
            days("2019-03-01", "2019-04-01"),
        ),
        ([date(2019, 3, 1), date(2019, 4, 1)], "%d/%m/%Y", days("2019-03-01", "2019-04-01")),
    ],
)
def test_dates_are_read_as_they_are_declared(times: list[object], date_format: str, dates: list[object]) -> None:
    assert read(times, date_format) == (dates, [])


@pytest.mark.parametrize("times", [[1, 2, 5], [1.0, 2.0], [2019, 2020], [201901, 201913], [-3, 4]])
def test_other_whole_numbers_are_steps(times: list[object]) -> None:
    assert read(times) == (times, [])


@pytest.mark.parametrize(
    ("times", "date_format", "said"),
    [
        (["01/02/2019", "01/03/2019"], ISO, r"2 \(row 0, 1\) are not; date_format= says .*, got '01/02/2019'"),
        (["2019-01-01", "13.02.2019"], ISO, r"1 \(row 1\) are not; .*, got '13.02.2019'"),
        (["Jan 2019"], ISO, "date_format= says .*, got 'Jan 2019'"),
        (["now", "2019-01-01"], ISO, "got 'now'"),
        (["1", "2"], ISO, "got '1'"),
        ([1, 2, None], ISO, r"1 \(row 2\) are not"),
        ([True, False], ISO, "must be dates or whole numbers"),
        ([201901, 201902], ISO, r"2 \(row 0, 1\) do; give date_format=%Y%m, got 201901"),
        ([201901.0, 201902.0], ISO, "give date_format=%Y%m, got 201901"),
        ([20190101, 20190102], ISO, "give date_format=%Y%m%d, got 20190101"),
        (["2019-01-01", "13.02.2019"], "%d.%m.%Y", "must be dates written as %d.%m.%Y; 1 .*, got '2019-01-01'"),
        ([1022019], "%d%m%Y", "must be dates written as %d%m%Y; 1 .*, got 1022019"),
    ],
)
def test_nothing_is_guessed(times: list[object], date_format: str, said: str) -> None:
    made, (fault,) = read(times, date_format)
    assert made is None
    assert fault.path == "time of y"
    assert pd.Series(str(fault)).str.contains(said).item()


@pytest.mark.parametrize("date_format", ["mixed", "dd/mm/yyyy", "", "%d/%m", "%Q %Y", None])
def test_a_format_that_would_guess_or_says_nothing_is_refused(date_format: str) -> None:
    fault = format_fault(date_format)
    assert fault is not None
    assert fault.path == "date_format"
    assert format_fault("%d/%m/%Y") is format_fault(ISO) is None
