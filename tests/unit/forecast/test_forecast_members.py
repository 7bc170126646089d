"""Members of the combination are fitted to two windows of a history, where it is long enough to have two."""

from __future__ import annotations

import numpy as np
import pytest

from cxsim.forecast.candidates.candidate import CannotFit, Sample
from cxsim.forecast.members import TwoWindows, fit_member, fit_two_windows
from cxsim.forecast.quantiles import probability_grid
from cxsim.forecast.select import COMBINED

GRID = probability_grid((80, 95))
HORIZON, NEWEST = 6, 72


def monthly(points: int, newest_growth: float = 2.0) -> np.ndarray:
    """Return a history that grows by 2 a month, and in its newest six years by another number."""
    time = np.arange(points)
    turned = np.where(
        time < points - NEWEST, 2.0 * time, 2.0 * (points - NEWEST) + newest_growth * (time - points + NEWEST)
    )
    noise = np.random.default_rng(0).standard_normal(points)
    return np.asarray(500.0 + turned + 20.0 * np.sin(time * np.pi / 6) + 3.0 * noise, dtype=np.float64)


@pytest.mark.parametrize("name", COMBINED)
def test_both_windows_weigh_the_same(name: str) -> None:
    sample = Sample(monthly(150, newest_growth=-1.0), 12, positive=True)
    newest = Sample(sample.values[-NEWEST:], 12, positive=True)
    both = fit_two_windows(name, sample, HORIZON, GRID, np.random.default_rng(1))
    rng = np.random.default_rng(1)
    parts = [fit_member(name, one, HORIZON, GRID, rng).quantiles for one in (sample, newest)]
    assert isinstance(both.fitted, TwoWindows)
    assert both.fitted.points == NEWEST
    np.testing.assert_allclose(both.quantiles.centre, (parts[0].centre + parts[1].centre) / 2)
    np.testing.assert_allclose(both.quantiles.values, (parts[0].values + parts[1].values) / 2)
    again = both.fitted.forecast(sample.values, HORIZON, GRID, np.random.default_rng(1))
    np.testing.assert_allclose(again.centre, both.quantiles.centre)
    assert both.fitted.form.count("; newest 72: ") == 1


def test_the_newest_window_follows_a_trend_that_has_turned() -> None:
    sample = Sample(monthly(150, newest_growth=-1.0), 12, positive=True)
    whole = fit_member("drift", sample, 24, GRID, np.random.default_rng(0)).quantiles.centre[-1]
    both = fit_two_windows("drift", sample, 24, GRID, np.random.default_rng(0)).quantiles.centre[-1]
    came = sample.values[-1] - 24.0
    assert abs(both - came) < abs(whole - came) - 3.0
    steady = Sample(monthly(150), 12, positive=True)
    whole = fit_member("drift", steady, 24, GRID, np.random.default_rng(0)).quantiles.centre[-1]
    both = fit_two_windows("drift", steady, 24, GRID, np.random.default_rng(0)).quantiles.centre[-1]
    assert both == pytest.approx(whole, abs=3.0)


def test_a_history_no_longer_than_the_window_has_one() -> None:
    sample = Sample(monthly(NEWEST), 12, positive=True)
    assert not isinstance(fit_two_windows("theta", sample, HORIZON, GRID, np.random.default_rng(0)).fitted, TwoWindows)
    longer = Sample(monthly(NEWEST + 1), 12, positive=True)
    assert isinstance(fit_two_windows("theta", longer, HORIZON, GRID, np.random.default_rng(0)).fitted, TwoWindows)


def test_newest_points_that_cannot_be_fitted_leave_the_whole_history() -> None:
    values = monthly(150)
    values[-NEWEST:] = 700.0
    sample = Sample(values, 12, positive=True)
    with pytest.raises(CannotFit, match="the history is constant"):
        fit_member("theta", Sample(values[-NEWEST:], 12, positive=True), HORIZON, GRID, np.random.default_rng(0))
    made = fit_two_windows("theta", sample, HORIZON, GRID, np.random.default_rng(0))
    assert not isinstance(made.fitted, TwoWindows)
