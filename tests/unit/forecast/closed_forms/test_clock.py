"""Periods of a log: weeks from its first day, months and years as on the calendar."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from cxsim.forecast.closed_forms.clock import Clock
from cxsim.forecast.closed_forms.transactions import Unit


def dates(*days: str) -> pd.Series[pd.Timestamp]:
    return pd.Series(pd.to_datetime(list(days)))


def test_a_payment_belongs_to_the_month_that_it_is_made_in() -> None:
    clock = Clock(pd.Timestamp("2020-01-31"), "months")
    ends = ["2020-01-31", "2020-02-29", "2020-03-31", "2020-04-30", "2020-12-31", "2021-02-28"]
    assert clock.periods(dates(*ends)).tolist() == [1, 2, 3, 4, 12, 14]
    assert [str(clock.last_day(period).date()) for period in (1, 2, 3, 4, 12, 14)] == ends
    assert clock.periods(dates("2020-02-01", "2020-03-01", "2021-01-01")).tolist() == [2, 3, 13]


def test_a_payment_belongs_to_the_year_that_it_is_made_in() -> None:
    clock = Clock(pd.Timestamp("2015-07-02"), "years")
    assert clock.periods(dates("2015-12-31", "2016-01-01", "2019-01-01")).tolist() == [1, 2, 5]
    assert [str(clock.last_day(period).date()) for period in (1, 2, 5)] == ["2015-12-31", "2016-12-31", "2019-12-31"]


@pytest.mark.parametrize(
    ("unit", "days", "whole"),
    [
        ("weeks", ("2020-01-01", "2020-01-13"), 1),
        ("weeks", ("2020-01-01", "2020-01-14"), 2),
        ("months", ("2020-01-20", "2020-02-25", "2020-03-24"), 2),
        ("months", ("2020-01-20", "2020-02-25", "2020-03-25"), 3),
        ("months", ("2020-01-01", "2020-02-01", "2020-03-01"), 3),
        ("months", ("2020-01-31", "2020-03-31", "2020-04-30"), 4),
        ("months", ("2020-01-31", "2020-03-31", "2020-04-29"), 3),
        ("years", ("2015-01-01", "2016-01-01", "2017-01-01"), 3),
        ("years", ("2015-03-01", "2016-12-31", "2017-06-01"), 2),
        ("years", ("2015-12-31", "2016-12-31"), 2),
    ],
)
def test_the_last_period_counts_once_no_purchase_can_be_missing(unit: Unit, days: tuple[str, ...], whole: int) -> None:
    assert Clock(pd.Timestamp(days[0]), unit).whole_periods(dates(*days)) == whole


def test_periods_to_come_end_with_those_of_the_calendar() -> None:
    start = pd.Timestamp("2024-01-01")
    assert Clock(start, "weeks").ends(5, 3).tolist() == [1.0, 2.0, 3.0]
    np.testing.assert_allclose(Clock(start, "months").ends(1, 3) * 365.25 / 12, [29, 60, 90])
