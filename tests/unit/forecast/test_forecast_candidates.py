"""Candidates on histories whose best forecast is known, with and without missing values."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from cxsim.forecast.candidates import drift, ets, naive, sarima, theta, unobserved
from cxsim.forecast.candidates.candidate import CannotFit, Fitted, Sample, corrected_aic
from cxsim.forecast.quantiles import Array, column, probability_grid

GRID = probability_grid((80, 95))
ALL: dict[str, Callable[[Sample], Fitted]] = {
    "ets": ets.fit,
    "sarima": sarima.fit,
    "airline": sarima.fit_airline,
    "theta": theta.fit,
    "unobserved": unobserved.fit,
    "drift": drift.fit,
}


def seasonal_growth(points: int = 72, noise: float = 0.03, seed: int = 0) -> tuple[Array, Array]:
    """Return a positive history with trend and yearly season, and the twelve true values that follow."""
    time = np.arange(points + 12)
    truth = 100.0 * np.exp(0.01 * time + 0.3 * np.sin(2 * np.pi * time / 12))
    history = truth[:points] * np.exp(noise * np.random.default_rng(seed).standard_normal(points))
    return history, truth[points:]


def ahead(fitted: Fitted, values: Array, horizon: int = 12) -> tuple[Array, Array]:
    quantiles = fitted.forecast(values, horizon, GRID, np.random.default_rng(0))
    assert quantiles.is_finite
    assert (np.diff(quantiles.values, axis=1) >= 0.0).all()
    return quantiles.centre, quantiles.values


@pytest.mark.parametrize("name", ALL)
def test_trend_and_season_are_found(name: str) -> None:
    history, future = seasonal_growth()
    centre, values = ahead(ALL[name](Sample(history, 12, positive=True)), history)
    assert np.mean(np.abs(centre / future - 1.0)) < 0.05
    assert (values[:, column(GRID, 0.975)] > centre).all()
    assert (values[:, column(GRID, 0.025)] < centre).all()


@pytest.mark.parametrize("name", ["sarima", "airline", "unobserved", "drift"])
def test_missing_values_pass_through_the_filter(name: str) -> None:
    history, future = seasonal_growth()
    history[[5, 20, 21, 22, 50]] = np.nan
    centre, _ = ahead(ALL[name](Sample(history, 12, positive=True)), history)
    assert np.mean(np.abs(centre / future - 1.0)) < 0.06


@pytest.mark.parametrize("name", ["ets", "theta"])
def test_models_that_would_turn_missing_into_nothing_refuse(name: str) -> None:
    history, _ = seasonal_growth()
    history[5] = np.nan
    with pytest.raises(CannotFit, match="needs a history without missing values"):
        ALL[name](Sample(history, 12, positive=True))


@pytest.mark.parametrize("name", ALL)
def test_too_short_is_refused(name: str) -> None:
    with pytest.raises(CannotFit, match="points"):
        ALL[name](Sample(np.arange(5.0), 12, positive=True))


@pytest.mark.parametrize("name", ALL)
def test_zeros_in_a_positive_history_never_give_a_negative_forecast(name: str) -> None:
    history = np.random.default_rng(3).poisson(0.7, 60).astype(float)
    _, values = ahead(ALL[name](Sample(history, 12, positive=True)), history)
    assert values.min() >= 0.0


def test_exponential_smoothing_draws_from_the_generator_it_is_given() -> None:
    history, _ = seasonal_growth()
    fitted = ets.fit(Sample(history, 12, positive=True))
    first, second, other = (fitted.forecast(history, 6, GRID, np.random.default_rng(seed)).values for seed in (1, 1, 2))
    assert (first == second).all()
    assert (first != other).any()


def test_theta_variance_grows_by_alpha_squared() -> None:
    history = 50.0 + np.cumsum(np.random.default_rng(4).standard_normal(120))
    _, values = ahead(theta.fit(Sample(history, 1, positive=False)), history, horizon=24)
    width = values[:, column(GRID, 0.9)] - values[:, column(GRID, 0.1)]
    growth = (width / width[0]) ** 2 - 1.0
    np.testing.assert_allclose(growth, growth[1] * np.arange(24), atol=1e-9)
    assert 0.5 < growth[1] <= 1.0


def test_theta_interval_of_a_random_walk_is_that_of_the_random_walk() -> None:
    rng = np.random.default_rng(5)
    covered = []
    for _ in range(60):
        walk = np.cumsum(rng.standard_normal(112))
        _, values = ahead(theta.fit(Sample(walk[:100], 1, positive=False)), walk[:100])
        covered.append((walk[100:] >= values[:, column(GRID, 0.1)]) & (walk[100:] <= values[:, column(GRID, 0.9)]))
    assert np.mean(covered) == pytest.approx(0.8, abs=0.09)


def test_seasonal_naive_repeats_the_last_season_and_widens_with_it() -> None:
    history = np.array([1.0, 5.0, 2.0, 6.0, 3.0, 7.0])
    centre, values = ahead(naive.fit(Sample(history, 2, positive=False)), history, horizon=4)
    assert centre.tolist() == [3.0, 7.0, 3.0, 7.0]
    width = values[:, -1] - values[:, 0]
    np.testing.assert_allclose(width[2] / width[0], np.sqrt(2.0))


def test_seasonal_naive_uses_the_newest_observed_value_of_a_missing_step() -> None:
    history = np.array([1.0, 5.0, 2.0, 6.0, 3.0, np.nan])
    assert naive.last_season(history, 2).tolist() == [3.0, 6.0]


def test_a_random_walk_is_differenced_once_and_given_no_season() -> None:
    walk = 100.0 + np.cumsum(np.random.default_rng(6).standard_normal(96))
    assert all(one.shape.season is None for one in ets.fit(Sample(walk, 12, positive=False)).smoothers)
    fitted = sarima.fit(Sample(walk, 12, positive=False))
    assert (fitted.differences, fitted.seasonal_differences) == (1, 0)


def test_no_trend_takes_the_swing_of_a_strong_season_for_its_own() -> None:
    time = np.arange(48)
    rng = np.random.default_rng(7)
    seasonal = 100.0 * np.exp(0.3 * np.sin(2 * np.pi * time / 12) + 0.05 * rng.standard_normal(48))
    fitted = ets.fit(Sample(seasonal[:36], 12, positive=True))
    assert len(fitted.smoothers) == 3
    assert all(one.shape.season is not None for one in fitted.smoothers)
    centre, _ = ahead(fitted, seasonal[:36])
    assert np.mean(np.abs(centre / seasonal[36:] - 1.0)) < 0.1
    # What the shared season prevents: the best form without one follows the last swing out of the picture.
    alone = min(
        ets._usable(Sample(seasonal[:36], 12, positive=True), [ets.Form("add", "add", False, None, 12)]), key=ets._score
    )
    astray = alone.forecast(seasonal[:36], 12, GRID, np.random.default_rng(0)).centre
    assert np.mean(np.abs(astray / seasonal[36:] - 1.0)) > 0.2


def test_drift_repeats_the_season_and_adds_the_mean_change() -> None:
    history = np.array([10.0, 20.0, 11.0, 23.0, 12.0, 26.0, 13.0, 29.0])
    centre, values = ahead(drift.fit(Sample(history, 2, positive=False)), history, horizon=4)
    assert centre.tolist() == [15.0, 31.0, 17.0, 33.0]
    width = values[:, column(GRID, 0.9)] - values[:, column(GRID, 0.1)]
    np.testing.assert_allclose((width[2] / width[0]) ** 2, (2.0 + 4.0 * 2.0 / 6.0) / (1.0 + 2.0 / 6.0))
    np.testing.assert_allclose(width[0], width[1])


def test_the_airline_model_has_its_orders_whatever_the_history() -> None:
    history, _ = seasonal_growth()
    assert sarima.fit_airline(Sample(history, 12, positive=True)).form == "log: SARIMA(0,1,1)(0,1,1)12"
    assert sarima.fit_airline(Sample(history, 1, positive=False)).form == "identity: SARIMA(0,1,1)"


def test_corrected_aic_has_no_value_without_room() -> None:
    assert corrected_aic(-10.0, 3, 10) == pytest.approx(20.0 + 6.0 + 24.0 / 6.0)
    assert corrected_aic(-10.0, 9, 10) == float("inf")
