"""Widen-only calibration: the right order statistic, never narrower, and honest where the raw interval is not."""

from __future__ import annotations

import numpy as np
import pytest

from cxsim.forecast.calibrate_intervals import Forecaster, conformal_factor, past_origins, widen, widening
from cxsim.forecast.quantiles import Array, Quantiles, column, from_normal, probability_grid

GRID = probability_grid((80, 95))


def forecaster(sd: float) -> Forecaster:
    return lambda values, horizon: from_normal(np.zeros(horizon), np.full(horizon, sd), GRID)


@pytest.mark.parametrize(
    ("scores", "coverage", "factor"), [(9, 0.8, 8.0), (19, 0.95, 19.0), (5, 0.95, 5.0), (0, 0.8, 1.0)]
)
def test_the_factor_is_the_finite_sample_order_statistic(scores: int, coverage: float, factor: float) -> None:
    shuffled = np.random.default_rng(0).permutation(np.arange(1.0, scores + 1.0))
    assert conformal_factor(shuffled, coverage) == factor


def test_the_order_statistic_covers_what_it_claims() -> None:
    rng = np.random.default_rng(1)
    scores = rng.exponential(size=(4000, 20))
    covered = np.mean([row[-1] <= conformal_factor(row[:-1], 0.8) for row in scores])
    without_correction = np.mean([row[-1] <= np.quantile(row[:-1], 0.8) for row in scores])
    assert covered == pytest.approx(0.8, abs=3 * np.sqrt(0.16 / 4000))
    assert without_correction < 0.8 - 3 * np.sqrt(0.16 / 4000)


def test_too_narrow_is_widened_and_too_wide_is_left() -> None:
    values = np.random.default_rng(2).standard_normal(200)
    narrow = widening(forecaster(0.5), values, 1, 12, GRID)
    wide = widening(forecaster(3.0), values, 1, 12, GRID)
    assert 1.5 < narrow[column(GRID, 0.1)] < 2.6
    assert narrow[column(GRID, 0.1)] == narrow[column(GRID, 0.9)]
    assert (wide == 1.0).all()


def test_widening_keeps_centre_order_and_floor() -> None:
    raw = from_normal(np.array([1.0, 2.0]), np.array([1.0, 1.0]), GRID)
    factors = np.linspace(3.0, 1.0, GRID.size)
    wider = widen(raw, factors, floor=0.0)
    assert (wider.centre == raw.centre).all()
    assert (np.diff(wider.values, axis=1) >= 0.0).all()
    assert wider.values.min() == 0.0


def test_a_short_history_has_no_past_to_learn_from() -> None:
    def never(values: Array, horizon: int) -> Quantiles:
        raise AssertionError

    assert past_origins(24, 12, 12) == []
    assert (widening(never, np.arange(24.0), 12, 12, GRID) == 1.0).all()
