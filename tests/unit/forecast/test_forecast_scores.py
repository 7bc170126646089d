"""Scores against numbers worked out by hand or known in closed form."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import norm

from cxsim.forecast import scores
from cxsim.forecast.quantiles import from_normal, probability_grid


def test_errors_are_scaled_by_the_seasonal_naive_error_of_the_history() -> None:
    history = np.array([1.0, 2.0, 3.0, 6.0, 1.0, 4.0])
    scale, squared = scores.naive_scale(history, 2)
    assert scale == pytest.approx((2 + 4 + 2 + 2) / 4)
    assert squared == pytest.approx((4 + 16 + 4 + 4) / 4)
    assert scores.mase(np.array([1.0, 2.0]), np.array([2.0, 5.0]), scale) == pytest.approx(2.0 / 2.5)
    assert scores.rmsse(np.array([1.0, 2.0]), np.array([2.0, 5.0]), squared) == pytest.approx(np.sqrt(5.0 / 7.0))
    assert scores.bias(np.array([1.0, 2.0]), np.array([2.0, 5.0]), scale) == pytest.approx(2.0 / 2.5)


def test_a_history_that_never_moves_has_no_scale() -> None:
    assert np.isnan(scores.naive_scale(np.full(6, 3.0), 2)).all()


def test_interval_score_charges_misses_by_two_over_alpha() -> None:
    actual, lower, upper = np.array([0.0, 2.0, -1.0]), np.zeros(3), np.ones(3)
    assert scores.interval_score(actual, lower, upper, 80).tolist() == pytest.approx([1.0, 11.0, 11.0])
    assert scores.coverage(actual, lower, upper) == pytest.approx(1.0 / 3.0)


def test_weighted_interval_score_is_the_mean_pinball_loss_of_its_quantiles() -> None:
    rng = np.random.default_rng(1)
    actual = rng.normal(size=50)
    probabilities = np.array([0.025, 0.1, 0.5, 0.9, 0.975])
    quantiles = np.sort(rng.normal(size=(50, 5)), axis=1)
    losses = scores.pinball_loss(actual, quantiles, probabilities).sum(axis=1)
    weighted = scores.weighted_interval_score(
        actual, quantiles[:, 2], [quantiles[:, 1], quantiles[:, 0]], [quantiles[:, 3], quantiles[:, 4]], [80, 95]
    )
    np.testing.assert_allclose(weighted, losses / 2.5)


def test_crps_of_a_normal_forecast_is_the_closed_form() -> None:
    actual, mean, sd = np.array([0.3, -1.2, 2.5]), np.array([0.0, 0.5, 1.0]), np.array([1.0, 2.0, 0.5])
    z = (actual - mean) / sd
    exact = sd * (z * (2 * norm.cdf(z) - 1) + 2 * norm.pdf(z) - 1 / np.sqrt(np.pi))
    grid = probability_grid((80, 95))
    from_grid = scores.crps_of_quantiles(actual, from_normal(mean, sd, grid).values, grid)
    np.testing.assert_allclose(from_grid, exact, rtol=0.02)
    draws = mean + sd * np.random.default_rng(2).standard_normal((40_000, 3))
    np.testing.assert_allclose(scores.crps_of_ensemble(actual, draws), exact, rtol=0.03)


def test_ensemble_crps_does_not_charge_for_few_draws() -> None:
    rng = np.random.default_rng(3)
    small = np.mean([scores.crps_of_ensemble(np.zeros(1), rng.standard_normal((3, 1)))[0] for _ in range(20_000)])
    exact = 2 * norm.pdf(0) - 1 / np.sqrt(np.pi)
    assert small == pytest.approx(exact, abs=0.01)


def test_diebold_mariano_finds_the_better_model_and_keeps_its_size() -> None:
    rng = np.random.default_rng(4)
    losses = rng.exponential(size=60)
    statistic, p = scores.diebold_mariano(losses, losses + 0.5 + 0.1 * rng.standard_normal(60), overlap=1)
    assert statistic < -3.0
    assert p < 0.001
    for origins in (6, 60):
        pairs = rng.exponential(size=(800, 2, origins))
        rejected = [scores.diebold_mariano(first, second, overlap=1)[1] < 0.05 for first, second in pairs]
        assert abs(np.mean(rejected) - 0.05) < 3 * np.sqrt(0.05 * 0.95 / 800)


@pytest.mark.parametrize(("first", "second"), [([1.0, 2.0, 3.0], [2.0, 1.0, 0.0]), ([1.0] * 9, [2.0] * 9)])
def test_diebold_mariano_says_nothing_where_there_is_nothing_to_learn(first: list[float], second: list[float]) -> None:
    assert np.isnan(scores.diebold_mariano(np.array(first), np.array(second), overlap=1)).all()
