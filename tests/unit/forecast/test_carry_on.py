"""A history carried on: steps keep the forecast's quantiles, and go together as their template does."""

from __future__ import annotations

import numpy as np
import pytest

from cxsim.forecast.calendar import Calendar
from cxsim.forecast.carry_on import carry_on, coupled
from cxsim.forecast.links import Kind
from cxsim.forecast.quantiles import Array, from_normal, probability_grid
from cxsim.forecast.select import Task
from cxsim.forecast.series import History

GRID = probability_grid((80, 95))
DRAWS, HORIZON = 4000, 12


def task(values: Array, kind: Kind = "positive", period: int = 1) -> Task:
    calendar = Calendar("step", period, "1")
    history = History("one", "y", kind, calendar, np.arange(values.size), 0, values, None, ())
    return Task(history, HORIZON, GRID, seed=0, speed="fast")


def independent() -> Array:
    return np.random.default_rng(0).standard_normal((DRAWS, HORIZON))


def test_steps_keep_their_quantiles_and_have_normal_tails() -> None:
    wanted = from_normal(10.0 + np.arange(float(HORIZON)), np.linspace(1.0, 2.0, HORIZON), GRID)
    paths = coupled(wanted, GRID, independent(), "real")
    assert pytest.approx(wanted.values, abs=0.01) == np.quantile(paths, GRID, axis=0).T
    assert paths.std(axis=0) == pytest.approx(np.linspace(1.0, 2.0, HORIZON), rel=0.01)
    assert np.quantile(paths[:, 0], 0.999) == pytest.approx(10.0 + 3.09, abs=0.15)


@pytest.mark.parametrize(("together", "spread"), [(False, np.sqrt(HORIZON)), (True, HORIZON)])
def test_the_spread_of_a_sum_is_that_of_the_template(together: bool, spread: float) -> None:
    wanted = from_normal(np.zeros(HORIZON), np.ones(HORIZON), GRID)
    template = np.repeat(independent()[:, :1], HORIZON, axis=1) if together else independent()
    assert coupled(wanted, GRID, template, "real").sum(axis=1).std() == pytest.approx(spread, rel=0.03)


def test_what_is_positive_stays_so_though_an_interval_reaches_zero() -> None:
    wanted = from_normal(np.ones(HORIZON), np.full(HORIZON, 0.8), GRID)
    floored = type(wanted)(wanted.centre, np.maximum(wanted.values, 0.0))
    paths = coupled(floored, GRID, independent(), "positive")
    assert paths.min() == 0.0
    assert np.isfinite(paths).all()


def test_a_wandering_history_errs_together_and_a_steady_one_does_not() -> None:
    noise = np.random.default_rng(3).standard_normal(60)
    spreads = []
    for values in (noise.cumsum(), noise):
        paths = carry_on(task(values, "real"), "combination", DRAWS, np.random.default_rng(0)).paths
        spreads.append(paths.sum(axis=1).std() / paths.std(axis=0).sum())
    wandering, steady = spreads
    assert wandering > 0.85
    assert steady < 0.5


def test_too_few_points_for_a_template_go_together_as_a_random_walk() -> None:
    carried = carry_on(task(np.array([3.0, 5.0, 4.0, 6.0])), "seasonal_naive", DRAWS, np.random.default_rng(0))
    assert np.isfinite(carried.paths).all()
    first, last = carried.paths[:, 0], carried.paths[:, -1]
    assert np.corrcoef(first.argsort().argsort(), last.argsort().argsort())[0, 1] == pytest.approx(
        np.sqrt(1 / HORIZON), abs=0.05
    )


def test_a_rate_is_drawn_by_its_state_space_and_counted_later() -> None:
    values = np.random.default_rng(1).binomial(500, 0.05, 40) / 500
    calendar = Calendar("step", 1, "1")
    history = History("one", "y", "rate", calendar, np.arange(40), 0, values, np.full(40, 500.0), ())
    carried = carry_on(Task(history, HORIZON, GRID, 0, "full"), "state_space", DRAWS, np.random.default_rng(0))
    assert carried.exposure == 500.0
    other = carry_on(Task(history, HORIZON, GRID, 0, "fast"), "theta", DRAWS, np.random.default_rng(0))
    assert other.exposure is None
    assert ((other.paths > 0.0) & (other.paths < 1.0)).all()
