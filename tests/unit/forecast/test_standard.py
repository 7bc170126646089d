"""A forecast is that of the same history in another unit, and of the same history from another zero."""

from __future__ import annotations

import re
from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest

from cxsim.errors import InputError, RunError
from cxsim.forecast.api import forecast
from cxsim.forecast.calendar import Calendar
from cxsim.forecast.candidates.candidate import Sample
from cxsim.forecast.carry_on import carry_on
from cxsim.forecast.members import MEMBERS, fit_member, fit_two_windows, standardised
from cxsim.forecast.past_event import past_event_effect
from cxsim.forecast.quantiles import Array, probability_grid
from cxsim.forecast.select import COMBINATION, Task, forecast_model
from cxsim.forecast.series import History
from cxsim.forecast.standard import STEP, standard_of

GRID = probability_grid((80, 95))
HORIZON = 12
NOISE = 3.0
TOLERANCE = 0.02 * NOISE
"""An offset of 1e8 standard deviations leaves eight digits of the noise; the searches lose most of the others."""
UNITS = [(0.0, 1e-9), (0.0, 30.0), (0.0, 1e9), (-1e4, 1.0), (1e8 * NOISE, 1e9)]
"""Offsets, in the unit before, and factors."""


def noise(points: int = 60) -> Array:
    return 100.0 + NOISE * np.random.default_rng(0).standard_normal(points)


def seasonal_walk(points: int = 60) -> Array:
    steps = np.random.default_rng(1).standard_normal(points).cumsum()
    return 5.0 * np.sin(np.arange(points) * np.pi / 6) + NOISE * steps


def gaps(points: int = 60) -> Array:
    values = noise(points)
    values[[4, 20, 21]] = np.nan
    return values


def task(values: Array) -> Task:
    history = History("one", "y", "real", Calendar("step", 12, "1"), np.arange(values.size), 0, values, None, ())
    return Task(history, HORIZON, GRID, 0, "fast")


@pytest.mark.parametrize("history", [seasonal_walk, gaps])
@pytest.mark.parametrize("model", [*MEMBERS, COMBINATION])
def test_a_forecast_moves_with_the_unit_and_the_zero(model: str, history: Callable[[], Array]) -> None:
    values = history()
    wanted = forecast_model(task(values), model)
    for offset, factor in UNITS:
        found = forecast_model(task(factor * (offset + values)), model)
        assert [one.form for one in found.diagnoses] == [one.form for one in wanted.diagnoses]
        np.testing.assert_allclose(found.quantiles.centre / factor - offset, wanted.quantiles.centre, atol=TOLERANCE)
        np.testing.assert_allclose(found.quantiles.values / factor - offset, wanted.quantiles.values, atol=TOLERANCE)


def test_the_calibration_and_the_second_window_move_with_the_unit() -> None:
    samples = [Sample(factor * seasonal_walk(150), 12, positive=False) for factor in (1.0, 1e6)]
    first, second = (fit_two_windows("unobserved", one, 6, GRID, np.random.default_rng(0)) for one in samples)
    np.testing.assert_allclose(second.quantiles.values / 1e6, first.quantiles.values, atol=TOLERANCE)
    full = [Task(task(factor * noise()).history, 6, GRID, 0, "full") for factor in (1.0, 1e6)]
    first_widening, second_widening = (forecast_model(one, "unobserved+drift").widening for one in full)
    assert first_widening is not None
    assert second_widening is not None
    np.testing.assert_allclose(second_widening, first_widening, rtol=0.01)


def test_the_interval_of_noise_is_as_wide_as_the_noise() -> None:
    found = forecast_model(task(1e6 * noise()), "unobserved").quantiles.values[-1]
    assert (found[-1] - found[0]) / 1e6 == pytest.approx(2 * 1.96 * NOISE, rel=0.5)


def test_a_sum_over_steps_moves_with_the_unit() -> None:
    spreads = []
    for factor in (1.0, 1e6):
        carried = carry_on(task(factor * noise()), "drift", 4000, np.random.default_rng(0))
        spreads.append(carried.paths.sum(axis=1).std() / factor)
    assert spreads[1] == pytest.approx(spreads[0], rel=0.01)


def test_a_positive_sample_stays_as_it_is() -> None:
    values = noise()
    own, standard = standardised(Sample(values, 12, positive=True))
    assert (own.values == values).all()
    made = fit_member("theta", Sample(values, 12, positive=True), 6, GRID, np.random.default_rng(0)).quantiles
    plain = MEMBERS["theta"](Sample(values, 12, positive=True)).forecast(values, 6, GRID, np.random.default_rng(0))
    assert (made.values == plain.values).all()
    assert (standard.back(plain).centre == plain.centre).all()


@pytest.mark.parametrize(
    ("values", "centre", "step"),
    [
        ([3.0, 5.0, 3.0, 5.0], 4.0, 2.0),
        ([3e300, np.nan, 5e300], 4e300, 2e300),
        ([3e-300, 5e-300], 4e-300, 2e-300),
        ([1.0, 2.0, 3.0], 2.0, 1.0),
        ([7.0, 7.0], 7.0, STEP),
        ([7.0], 7.0, STEP),
        ([np.nan], 0.0, STEP),
    ],
)
def test_the_standard_is_the_median_and_the_size_of_a_step(values: list[float], centre: float, step: float) -> None:
    found = standard_of(np.array(values))
    assert found.centre == pytest.approx(centre, rel=1e-12)
    assert found.unit * STEP == pytest.approx(step, rel=1e-12)


@pytest.mark.parametrize("kind", ["real", "positive"])
def test_numbers_whose_squares_are_infinite_are_refused(kind: str) -> None:
    history = pd.Series(1e300 * noise(), index=pd.date_range("2020-01-31", periods=60, freq="ME"))
    with pytest.raises(
        InputError, match=r"^revenue: must be at most 1e\+150 in size: count it in a larger unit, got 1"
    ):
        forecast(history, target="revenue", kind=kind, horizon=3)


def test_a_history_beyond_every_model_is_refused() -> None:
    values = np.full(12, np.nan)
    values[5] = 1.0
    said = "y of one: must be a history that a model can be fitted to: seasonal naive needs two observed points"
    with pytest.raises(InputError, match=f"^{re.escape(said)}$"):
        forecast_model(task(values), COMBINATION)


@pytest.mark.parametrize(("offset", "factor"), UNITS)
def test_the_effect_of_a_past_event_moves_with_the_unit(offset: float, factor: float) -> None:
    values = noise() + 15.0 * (np.arange(60) >= 30)
    wanted = past_event_effect(values, 30, kind="real")
    found = past_event_effect(factor * (offset + values), 30, kind="real")
    assert found.mean / factor == pytest.approx(wanted.mean, abs=TOLERANCE)
    assert found.sd / factor == pytest.approx(wanted.sd, rel=0.01)
    assert abs(wanted.mean - 15.0) < 3.0 * wanted.sd < 12.0


def test_an_effect_whose_search_fails_is_not_handed_over() -> None:
    with pytest.raises(RunError, match="the search for its model did not converge"):
        past_event_effect(np.repeat([0.0, 1.0], 20), 20, kind="real")


@pytest.mark.parametrize(("kind", "level"), [("real", 7.0), ("rate", 0.0), ("positive", 0.0)])
def test_the_effect_on_a_constant_history_is_refused(kind: str, level: float) -> None:
    with pytest.raises(InputError, match=r"^history: must not be constant: nothing in it says how far it moves"):
        past_event_effect(np.full(40, level), 20, kind=kind)  # type: ignore[arg-type]


def test_the_effect_on_a_level_that_only_wanders_is_as_sure_as_one_step() -> None:
    misses = []
    for seed in range(10):
        walk = np.random.default_rng(seed).standard_normal(60).cumsum()
        found = past_event_effect(walk + 3.0 * (np.arange(60) >= 30), 30, kind="real")
        assert found.sd == pytest.approx(1.0, rel=0.35)
        misses.append((found.mean - 3.0) / found.sd)
    assert np.sqrt(np.mean(np.square(misses))) < 1.6
