"""The tracking table and the discrepancy that widens its forecast."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from cxsim.errors import InputError
from cxsim.forecast.closed_forms.discrepancy import path_intervals, with_discrepancy
from cxsim.forecast.closed_forms.tracking import mean_cumulative_error, tracking_table
from cxsim.forecast.closed_forms.transactions import read_transactions

LOG = read_transactions(
    pd.DataFrame(
        {
            "customer": ["a", "a", "a", "b", "b", "c"],
            "date": ["2024-01-01", "2024-01-05", "2024-01-20", "2024-01-08", "2024-01-09", "2024-02-15"],
            "amount": 1.0,
        }
    )
)


def test_tracking_counts_repeat_purchases_by_week_from_the_first_day_of_the_log() -> None:
    table = tracking_table(LOG, lambda t: t, 3, acquired_until="2024-01-31")
    assert list(table["actual"]) == [1, 1, 1]
    assert list(table["actual_cumulative"]) == [1, 2, 3]
    np.testing.assert_allclose(table["expected_cumulative"], [6 / 7, 13 / 7 + 6 / 7, 20 / 7 + 13 / 7])


def test_a_customer_counts_as_long_as_he_is_included() -> None:
    everybody, early = tracking_table(LOG, lambda t: t, 10), tracking_table(LOG, lambda t: t, 10, "weeks", "2024-01-03")
    assert everybody["expected"].iloc[-1] == pytest.approx(3.0)
    assert early["expected"].iloc[-1] == pytest.approx(1.0)
    assert list(early["actual_cumulative"])[-1] == 2


def test_months_are_those_of_the_calendar() -> None:
    table = tracking_table(LOG, lambda t: t, 2, "months", "2024-01-31")
    assert list(table["actual"]) == [3, 0]
    np.testing.assert_allclose(table["expected_cumulative"] * 365.25 / 12, [30 + 23, 59 + 52])


def test_mean_cumulative_error_is_a_percentage() -> None:
    table = pd.DataFrame({"period": [1, 2, 3], "actual_cumulative": [1, 10, 20], "expected_cumulative": [9, 9.0, 22.0]})
    assert mean_cumulative_error(table, 2, 3) == pytest.approx(10.0)


def test_discrepancy_covers_a_drifting_world_that_the_model_alone_does_not() -> None:
    rng = np.random.default_rng(9)
    worlds, fitted, ahead, mean = 300, 60, 12, 200.0
    with_it = without = 0
    for _ in range(worlds):
        u = np.zeros(fitted + ahead)
        for t in range(1, fitted + ahead):
            u[t] = 0.7 * u[t - 1] + rng.normal(0, 0.1)
        y = rng.poisson(mean * np.exp(u))
        model_paths = rng.poisson(mean, (300, ahead))
        paths = with_discrepancy(y[:fitted], np.full(fitted, mean), model_paths, rng)
        total = float(y[fitted:].sum())
        with_it += _covers(path_intervals(paths, 0.9), total)
        without += _covers(path_intervals(model_paths, 0.9), total)
    assert abs(with_it / worlds - 0.9) < 0.045
    assert abs(without / worlds - 0.9) > 0.045


def _covers(intervals: pd.DataFrame, total: float) -> bool:
    last = intervals.iloc[-1]
    return bool(last["cumulative_low"] <= total <= last["cumulative_high"])


def test_a_model_that_misses_nothing_is_hardly_widened() -> None:
    rng = np.random.default_rng(10)
    y = rng.poisson(100.0, 80)
    model_paths = rng.poisson(100.0, (500, 10))
    widened = path_intervals(with_discrepancy(y, np.full(80, 100.0), model_paths, rng)).iloc[-1]
    alone = path_intervals(model_paths).iloc[-1]
    ratio = (widened["cumulative_high"] - widened["cumulative_low"]) / (
        alone["cumulative_high"] - alone["cumulative_low"]
    )
    assert 0.8 < ratio < 1.8


def test_a_few_periods_cannot_show_a_discrepancy() -> None:
    with pytest.raises(InputError, match="expected: needs 8 or more fitted periods"):
        with_discrepancy([1, 2], [1.0, 2.0], np.ones((3, 2)), np.random.default_rng(0))
