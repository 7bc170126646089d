"""Laws that every model of silent churn obeys, against its own simulation or the sum it stands for."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.integrate import quad
from scipy.special import comb, gammaln

from cxsim.errors import InputError
from cxsim.forecast.closed_forms import bg_bb, bg_nbd, gamma_gamma, pareto_nbd
from cxsim.forecast.closed_forms.bg_bb import BGBB
from cxsim.forecast.closed_forms.bg_nbd import BGNBD
from cxsim.forecast.closed_forms.gamma_gamma import GammaGamma
from cxsim.forecast.closed_forms.pareto_nbd import ParetoNBD

BG = BGNBD(0.6, 5.0, 0.8, 2.5)
PARETO = ParetoNBD(0.6, 6.0, 0.7, 12.0)
DONORS = BGBB(1.2, 0.75, 0.66, 2.78)


def _histories(customer: np.ndarray, time: np.ndarray, n: int) -> tuple[np.ndarray, np.ndarray]:
    recency = np.zeros(n)
    np.maximum.at(recency, customer, time)
    return np.bincount(customer, minlength=n).astype(float), recency


def test_bg_nbd_simulation_lands_on_its_closed_forms() -> None:
    rng, n = np.random.default_rng(1), 100_000
    customer, time = bg_nbd.simulate(BG, np.full(n, 60.0), rng)
    x, _ = _histories(customer, time, n)
    for purchases in (0, 1, 4):
        p = float(bg_nbd.probability_of(BG, purchases, 60.0))
        assert abs(np.mean(x == purchases) - p) < 4 * np.sqrt(p * (1 - p) / n)
    assert abs(x.mean() - bg_nbd.expected_purchases(BG, 60.0)) < 4 * x.std() / np.sqrt(n)
    without_churn = BGNBD(BG.r, BG.alpha, 1e-6, BG.b)
    assert abs(x.mean() - bg_nbd.expected_purchases(without_churn, 60.0)) > 4 * x.std() / np.sqrt(n)


def test_bg_nbd_distribution_sums_to_one_and_to_its_mean() -> None:
    p = np.array([float(bg_nbd.probability_of(BG, k, 30.0)) for k in range(400)])
    assert p.sum() == pytest.approx(1.0, abs=1e-9)
    assert p @ np.arange(400) == pytest.approx(float(bg_nbd.expected_purchases(BG, 30.0)), rel=1e-8)


def test_bg_nbd_expectation_is_continuous_where_a_is_one() -> None:
    near = [float(bg_nbd.expected_purchases(BGNBD(0.6, 5.0, a, 2.5), 30.0)) for a in (1 - 1e-4, 1.0, 1 + 1e-4)]
    assert near[1] == pytest.approx((near[0] + near[2]) / 2, rel=1e-6)


def test_pareto_nbd_simulation_lands_on_its_closed_forms() -> None:
    rng, n = np.random.default_rng(2), 100_000
    customer, time = pareto_nbd.simulate(PARETO, np.full(n, 60.0), rng)
    x, _ = _histories(customer, time, n)
    p = float(pareto_nbd.probability_of_none(PARETO, 60.0))
    assert abs(np.mean(x == 0) - p) < 4 * np.sqrt(p * (1 - p) / n)
    assert abs(x.mean() - pareto_nbd.expected_purchases(PARETO, 60.0)) < 4 * x.std() / np.sqrt(n)


@pytest.mark.parametrize(("x", "last", "age"), [(0, 0.0, 38.9), (3, 30.0, 38.9), (400, 30.0, 38.9), (30, 2.0, 300.0)])
def test_pareto_nbd_likelihood_integrates_over_when_the_customer_left(x: int, last: float, age: float) -> None:
    r, alpha, s, beta = 0.55, 10.6, 0.61, 11.7

    def left_at(y: float) -> float:
        return float(s * beta**s * ((alpha + y) / (alpha + last)) ** (-r - x) * (beta + y) ** (-s - 1))

    early = last + 20 * (alpha + last) / (r + x)
    integral, _ = quad(left_at, last, age, epsabs=0, epsrel=1e-11, limit=500, points=[early] if early < age else None)
    active = ((alpha + age) / (alpha + last)) ** (-r - x) * (beta / (beta + age)) ** s
    common = gammaln(r + x) - gammaln(r) + r * np.log(alpha) - (r + x) * np.log(alpha + last)
    found = pareto_nbd._log_likelihood(ParetoNBD(r, alpha, s, beta), *(np.array([float(v)]) for v in (x, last, age)))
    assert found[0] == pytest.approx(common + np.log(active + integral), rel=1e-9)


def test_pareto_nbd_discounted_purchases_are_the_discounted_sum() -> None:
    step, rate = 0.05, np.log(1.1) / 52
    ahead = np.arange(0.0, 8_000.0, step)
    gained = np.diff(pareto_nbd.conditional_purchases(PARETO, 2, 30.0, 39.0, ahead))
    expected = gained @ np.exp(-rate * (ahead[1:] - step / 2))
    assert pareto_nbd.discounted_purchases(PARETO, 2, 30.0, 39.0, rate) == pytest.approx(expected, rel=1e-4)


@pytest.mark.parametrize("module", [bg_nbd, pareto_nbd])
def test_conditional_purchases_are_those_of_simulated_customers_with_that_history(module: object) -> None:
    rng, n = np.random.default_rng(3), 200_000
    bg = module is bg_nbd
    sampled = bg_nbd.simulate(BG, np.full(n, 60.0), rng) if bg else pareto_nbd.simulate(PARETO, np.full(n, 60.0), rng)
    customer, time = sampled
    past = time <= 40.0
    x, recency = _histories(customer[past], time[past], n)
    later = np.bincount(customer[~past], minlength=n)
    if bg:
        expected = bg_nbd.conditional_purchases(BG, x, recency, np.full(n, 40.0), 20.0)
        alive = bg_nbd.probability_alive(BG, x, recency, np.full(n, 40.0))
    else:
        expected = pareto_nbd.conditional_purchases(PARETO, x, recency, np.full(n, 40.0), 20.0)
        alive = pareto_nbd.probability_alive(PARETO, x, recency, np.full(n, 40.0))
    for group in (x == 0, x == 1, (x >= 2) & (recency < 20), (x >= 2) & (recency >= 20)):
        gap = later[group] - expected[group]
        assert abs(gap.mean()) < 4 * gap.std() / np.sqrt(group.sum())
    ignoring_recency = expected / alive
    lapsed = (x >= 2) & (recency < 20)
    assert (ignoring_recency[lapsed] - later[lapsed]).mean() > 4 * later[lapsed].std() / np.sqrt(lapsed.sum())


def test_the_simulated_future_has_the_conditional_mean() -> None:
    rng, n = np.random.default_rng(4), 100_000
    x, last, age = np.full(n, 3.0), np.full(n, 20.0), np.full(n, 39.0)
    customer, _ = bg_nbd.simulate_future(BG, x, last, age, 39.0, rng)
    counts = np.bincount(customer, minlength=n)
    mean = float(bg_nbd.conditional_purchases(BG, 3, 20.0, 39.0, 39.0))
    assert abs(counts.mean() - mean) < 4 * counts.std() / np.sqrt(n)
    customer, _ = pareto_nbd.simulate_future(PARETO, x, last, age, 39.0, rng)
    counts = np.bincount(customer, minlength=n)
    mean = float(pareto_nbd.conditional_purchases(PARETO, 3, 20.0, 39.0, 39.0))
    assert abs(counts.mean() - mean) < 4 * counts.std() / np.sqrt(n)


def test_fits_recover_customers_who_start_at_different_times() -> None:
    rng, n = np.random.default_rng(5), 8_000
    age = rng.integers(10, 80, n).astype(float)
    x, recency = _histories(*bg_nbd.simulate(BG, age, rng), n)
    bg = bg_nbd.fit_bg_nbd(x, recency, age)
    for name in ("r", "alpha", "a", "b"):
        assert abs(getattr(bg, name) - getattr(BG, name)) < 4 * getattr(bg, f"se_{name}")
    x, recency = _histories(*pareto_nbd.simulate(PARETO, age, rng), n)
    pareto = pareto_nbd.fit_pareto_nbd(x, recency, age)
    for name in ("r", "alpha", "s", "beta"):
        assert abs(getattr(pareto, name) - getattr(PARETO, name)) < 4 * getattr(pareto, f"se_{name}")


def test_the_unit_of_time_changes_scales_and_nothing_else() -> None:
    rng, n = np.random.default_rng(6), 4_000
    age = rng.uniform(10.0, 80.0, n)
    x, recency = _histories(*bg_nbd.simulate(BG, age, rng), n)
    weeks, days = bg_nbd.fit_bg_nbd(x, recency, age), bg_nbd.fit_bg_nbd(x, 7 * recency, 7 * age)
    assert days.alpha == pytest.approx(7 * weeks.alpha, rel=1e-3)
    assert (days.r, days.a, days.b) == pytest.approx((weeks.r, weeks.a, weeks.b), rel=1e-3)


def test_bg_bb_expectations_are_sums_over_what_can_happen() -> None:
    ahead = np.arange(0.0, 3_000.0)
    gained = np.diff(bg_bb.conditional_purchases(DONORS, 4, 5, 6, ahead))
    expected = gained @ 1.1 ** -ahead[1:]
    assert bg_bb.discounted_purchases(DONORS, 4, 5, 6, 0.1) == pytest.approx(expected, rel=1e-6)
    possible = [(x, last) for x in range(7) for last in range(x, 7) if (x > 0) == (last > 0)]
    x, last = np.array(possible, dtype=float).T
    ways = np.where(x > 0, comb(last - 1, x - 1), 1.0)
    chance = np.exp(bg_bb._log_likelihood(DONORS, x, last, np.full(x.size, 6.0)))
    assert ways @ chance == pytest.approx(1.0, rel=1e-12)


def test_gamma_gamma_shrinks_a_customers_average_to_the_populations() -> None:
    model = GammaGamma(6.25, 3.74, 15.44)
    mean = gamma_gamma.population_mean_spend(model)
    assert gamma_gamma.conditional_mean_spend(model, 0, 0.0) == pytest.approx(mean)
    few, many = gamma_gamma.conditional_mean_spend(model, np.array([1, 50]), np.array([100.0, 100.0]))
    assert mean < few < many < 100.0
    assert gamma_gamma.population_mean_spend(GammaGamma(6.0, 0.9, 15.0)) == np.inf


def test_gamma_gamma_recovers_simulated_spend() -> None:
    rng, n = np.random.default_rng(7), 30_000
    x = 1.0 + rng.poisson(2.0, n)
    z = rng.gamma(6.0 * x) / (rng.gamma(3.5, 1 / 15.0, n) * x)
    fit = gamma_gamma.fit_gamma_gamma(x, z)
    for name, truth in (("p", 6.0), ("q", 3.5), ("v", 15.0)):
        assert abs(getattr(fit, name) - truth) < 4 * getattr(fit, f"se_{name}")
    assert abs(fit.frequency_correlation) < 0.03


@pytest.mark.parametrize(
    ("x", "last", "age", "message"),
    [
        ([1.0, 0.5], [1.0, 1.0], [2.0, 2.0], "row 1: frequency must be a whole number"),
        ([1.0], [3.0], [2.0], "row 0: recency must lie between 0 and age"),
        ([0.0], [1.0], [2.0], "row 0: recency must be 0 without a repeat purchase"),
        ([0.0], [0.0], [2.0], "frequency: needs at least one customer who bought again"),
        ([], [], [], "customers: must not be empty"),
    ],
)
def test_impossible_histories_are_refused_by_row(
    x: list[float], last: list[float], age: list[float], message: str
) -> None:
    with pytest.raises(InputError, match=message):
        bg_nbd.fit_bg_nbd(x, last, age)


def test_spend_without_a_purchase_is_refused() -> None:
    with pytest.raises(InputError, match="row 1: frequency and mean spend must be positive"):
        gamma_gamma.fit_gamma_gamma([1, 0], [5.0, 0.0])


def test_impossible_donors_are_refused() -> None:
    with pytest.raises(InputError, match="row 0: needs 0 <= frequency <= recency"):
        bg_bb.fit_bg_bb([3], [2], [6])


@pytest.mark.parametrize("discount", [0.0, -0.1])
def test_discounts_must_be_positive(discount: float) -> None:
    with pytest.raises(InputError, match="discount_rate: must be > 0"):
        pareto_nbd.discounted_purchases(PARETO, 1, 1.0, 2.0, discount)
    with pytest.raises(InputError, match="discount_per_opportunity: must be > 0"):
        bg_bb.discounted_purchases(DONORS, 1, 1, 2, discount)
