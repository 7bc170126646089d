"""The rate state space: known noise is not mistaken for movement, and nothing breaks at the edges."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.special import expit, logit

from cxsim.forecast.candidates import rate
from cxsim.forecast.candidates.candidate import CannotFit
from cxsim.forecast.candidates.rate import apparent_exposure, fit_rate
from cxsim.forecast.quantiles import Array, column, probability_grid

GRID = probability_grid((80, 95))


def width(rates: Array, customers: float, seed: int = 0) -> float:
    fitted = fit_rate(rates, np.full(rates.size, customers), 12)
    values = fitted.quantiles(12, GRID, np.random.default_rng(seed)).values
    return float(np.mean(values[:, column(GRID, 0.9)] - values[:, column(GRID, 0.1)]))


def test_a_steady_rate_has_little_more_than_binomial_width() -> None:
    rng = np.random.default_rng(1)
    for customers in (300, 50_000):
        rates = rng.binomial(customers, 0.03, 48) / customers
        binomial = 2 * 1.2816 * np.sqrt(0.03 * 0.97 / customers)
        assert 0.9 * binomial < width(rates, customers) < 2.2 * binomial


def test_a_moving_rate_is_wider_than_binomial() -> None:
    rng = np.random.default_rng(2)
    swing = np.cumsum(0.15 * rng.standard_normal(48))
    rates = rng.binomial(50_000, expit(-3.5 + swing)) / 50_000
    assert width(rates, 50_000) > 5 * 2 * 1.2816 * np.sqrt(0.03 * 0.97 / 50_000)


def test_a_known_season_is_followed() -> None:
    rng = np.random.default_rng(3)
    season = 0.4 * np.sin(2 * np.pi * np.arange(72) / 12)
    rates = rng.binomial(20_000, expit(-3.0 + season)) / 20_000
    fitted = fit_rate(rates[:60], np.full(60, 20_000.0), 12)
    centre = fitted.quantiles(12, GRID, np.random.default_rng(0)).centre
    np.testing.assert_allclose(logit(centre), -3.0 + season[60:], atol=0.12)


def test_missing_months_and_changing_exposure_are_taken() -> None:
    rng = np.random.default_rng(4)
    exposure = np.linspace(1_000, 5_000, 40).round()
    rates = rng.binomial(exposure.astype(int), 0.02) / exposure
    rates[[3, 17, 18]] = np.nan
    fitted = fit_rate(rates, np.where(np.isnan(rates), 0.0, exposure), 12)
    quantiles = fitted.quantiles(6, GRID, np.random.default_rng(0))
    assert quantiles.is_finite
    assert fitted.exposure == 5_000
    assert quantiles.centre.mean() == pytest.approx(0.02, abs=0.004)


@pytest.mark.parametrize("rate", [0.0, 1.0])
def test_no_events_or_only_events_give_a_rate_inside_its_bounds(rate: float) -> None:
    quantiles = fit_rate(np.full(24, rate), np.full(24, 200.0), 12).quantiles(6, GRID, np.random.default_rng(0))
    assert quantiles.values.min() >= 0.0
    assert quantiles.values.max() <= 1.0
    assert quantiles.centre.mean() == pytest.approx(rate, abs=0.02)


def test_counts_are_drawn_at_the_last_exposure() -> None:
    fitted = fit_rate(np.full(24, 0.1), np.full(24, 50.0), 1)
    paths = fitted.rate_paths(3, 100, np.random.default_rng(0))
    np.testing.assert_allclose(paths * 50, np.round(paths * 50), atol=1e-9)
    assert not np.allclose(expit(fitted.logit_paths(3, 100, np.random.default_rng(0))) * 50 % 1, 0.0)


def test_without_an_exposure_the_noise_is_learned() -> None:
    rng = np.random.default_rng(5)
    rates = expit(-3.0 + 0.2 * rng.standard_normal(60))
    quantiles = fit_rate(rates, None, 12).quantiles(12, GRID, np.random.default_rng(0))
    spread = logit(quantiles.values[:, column(GRID, 0.9)]) - logit(quantiles.values[:, column(GRID, 0.1)])
    assert np.mean(spread) == pytest.approx(2 * 1.2816 * 0.2, rel=0.35)


def test_same_generator_same_paths() -> None:
    fitted = fit_rate(np.linspace(0.02, 0.04, 30), np.full(30, 1_000.0), 12)
    first, second = (fitted.logit_paths(5, 50, np.random.default_rng(0)) for _ in range(2))
    assert (first == second).all()


@pytest.mark.parametrize("period", [1, 12])
def test_the_filter_of_all_nodes_is_that_of_statsmodels(period: int) -> None:
    rng = np.random.default_rng(9)
    response = -3.0 + 0.2 * rng.standard_normal(50)
    response[[3, 20, 21]] = np.nan
    variance, harmonics = 0.01 + 0.01 * rng.random(50), 2 if period > 1 else 0
    nodes = rate._grid(noisy=True)[::7]
    found = rate._filtered(response, variance, nodes, period, harmonics)
    for place, node in enumerate(nodes):
        space = rate._filter(response, variance, node, period, harmonics)
        assert found.log_likelihood[place] == pytest.approx(float(np.sum(space.loglike())), rel=1e-8)
        end = space.filter()
        assert found.mean[place] == pytest.approx(end.predicted_state[:, -1], abs=1e-8)
        assert found.covariance[place] == pytest.approx(end.predicted_state_cov[:, :, -1], abs=1e-9)


@pytest.mark.parametrize(("customers", "rate"), [(100, 0.001), (100, 0.01), (1000, 0.001), (100, 0.99)])
def test_rates_with_many_zeros_are_counts_though_the_exposure_is_not_known(customers: int, rate: float) -> None:
    covered, centres = [], []
    for seed in range(12):
        rates = np.random.default_rng(seed).binomial(customers, rate, 72) / customers
        fitted = fit_rate(rates[:60], None, 1)
        assert fitted.exposure == customers
        made = fitted.quantiles(12, GRID, np.random.default_rng(0))
        low, high = made.values[:, column(GRID, 0.025)], made.values[:, column(GRID, 0.975)]
        covered.append((rates[60:] >= low - 1e-12) & (rates[60:] <= high + 1e-12))
        centres.append(made.centre.mean() - rates[:60].mean())
    assert np.mean(covered) > 0.92
    assert np.mean(centres) == pytest.approx(0.0, abs=0.05 / customers)


def test_the_apparent_exposure() -> None:
    counts = np.array([0.0, 1.0, 2.0, 0.0, 1.0, 3.0, 1.0, 0.0, np.nan])
    assert apparent_exposure(counts / 40) == 40.0
    assert apparent_exposure(1.0 - counts / 40) == 40.0
    assert apparent_exposure(np.array([0.0, 1.0, 1.0, 0.0])) == 1.0
    # A single zero among rates that hardly move is no sign of few customers, two are of not so few.
    steady = 0.02 + 0.001 * np.random.default_rng(0).standard_normal(60)
    steady[7] = 0.0
    assert apparent_exposure(steady) is None
    steady[[8, 30, 31]] = 0.0
    apparent = apparent_exposure(steady)
    assert apparent is not None
    assert apparent > 2.0 / 0.02


@pytest.mark.parametrize("rate", [0.0, 1.0])
def test_a_rate_that_is_always_0_or_1_says_nothing_without_its_exposure(rate: float) -> None:
    with pytest.raises(CannotFit, match=f"the rate is always {rate:g}: without its exposure"):
        fit_rate(np.full(48, rate), None, 12)


def test_more_customers_than_can_be_drawn_are_no_error() -> None:
    rates = np.random.default_rng(0).binomial(1_000, 0.05, 48) / 1_000
    large, huge = (
        fit_rate(rates, np.full(48, customers), 1).quantiles(3, GRID, np.random.default_rng(0)).values
        for customers in (1e15, 1e20)
    )
    np.testing.assert_allclose(huge, large, rtol=0.02)
