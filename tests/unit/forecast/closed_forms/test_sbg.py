"""The shifted beta-geometric: its laws, its fit, and the value beyond the horizon."""

from __future__ import annotations

import numpy as np
import pytest

from cxsim.errors import InputError
from cxsim.forecast.closed_forms import sbg

REGULAR = (0.704, 1.182)


def test_survival_is_the_product_of_the_retention_rates() -> None:
    periods = np.arange(1, 40)
    product = np.cumprod(sbg.retention(*REGULAR, periods))
    np.testing.assert_allclose(sbg.survival(*REGULAR, periods), product, rtol=1e-12)


def test_conditional_survival_is_a_ratio_of_survivals() -> None:
    ratio = sbg.survival(*REGULAR, 9) / sbg.survival(*REGULAR, 4)
    assert sbg.conditional_survival(*REGULAR, 4, 5) == pytest.approx(ratio, rel=1e-12)
    assert sbg.conditional_survival(*REGULAR, 4, 0) == 1.0


@pytest.mark.parametrize("tenure", [0.0, 3.0, 150.0])
@pytest.mark.parametrize("parameters", [REGULAR, (0.5, 0.5), (2.5, 480.0), (3e4, 3e6)])
@pytest.mark.parametrize("discount", [0.1, 1.1 ** (1 / 52) - 1])
def test_residual_lifetime_equals_the_sum_it_stands_for(
    tenure: float, parameters: tuple[float, float], discount: float
) -> None:
    later = np.arange(0, 30_000)
    direct = np.sum(sbg.conditional_survival(*parameters, tenure, later) * (1 + discount) ** -later)
    found = sbg.discounted_residual_lifetime(*parameters, tenure, discount, "start")
    assert found == pytest.approx(direct, rel=1e-7)
    assert sbg.discounted_residual_lifetime(*parameters, tenure, discount) == pytest.approx(direct - 1, rel=1e-6)


def test_without_heterogeneity_the_residual_is_the_geometric_one() -> None:
    churn, discount = 0.02, 0.005
    found = sbg.discounted_residual_lifetime(churn * 1e9, (1 - churn) * 1e9, 30, discount)
    assert found == pytest.approx((1 - churn) / (churn + discount), rel=1e-5)


def test_terminal_value_scales_with_each_customers_margin() -> None:
    tenure, margin = np.array([0, 10, 10, 3]), np.array([1.0, 2.0, -4.0, 0.0])
    value = sbg.expected_discounted_terminal(*REGULAR, tenure, margin, 0.01)
    periods = sbg.discounted_residual_lifetime(*REGULAR, tenure, 0.01)
    np.testing.assert_allclose(value, margin * periods)
    assert periods[1] == periods[2] > periods[3] > periods[0]


def test_fit_recovers_parameters_from_truncated_staggered_customers() -> None:
    rng = np.random.default_rng(11)
    alpha, beta, n = 1.2, 8.0, 200_000
    lifetime = rng.geometric(rng.beta(alpha, beta, n))
    entry, window = rng.integers(0, 12, n), rng.integers(4, 30, n)
    watched = lifetime > entry
    leave = np.minimum(lifetime, entry + window)
    counts = sbg.count_tenure(entry[watched], leave[watched], (lifetime == leave)[watched])
    fit = sbg.fit_sbg_counts(counts.at_risk, counts.churned)
    assert abs(fit.alpha - alpha) < 4 * fit.se_alpha
    assert abs(fit.beta - beta) < 4 * fit.se_beta
    naive = sbg.fit_sbg_counts(*_counts_that_ignore_late_entry(leave[watched], (lifetime == leave)[watched]))
    assert naive.at_boundary or abs(naive.alpha - alpha) > 4 * naive.se_alpha


def _counts_that_ignore_late_entry(leave: np.ndarray, churned: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    counts = sbg.count_tenure(np.zeros_like(leave), leave, churned)
    return counts.at_risk, counts.churned


def test_counts_by_tenure_of_a_handful_of_customers() -> None:
    counts = sbg.count_tenure([0, 0, 2, 1], [1, 3, 3, 1], [True, False, True, False])
    np.testing.assert_array_equal(counts.at_risk, [2, 1, 2])
    np.testing.assert_array_equal(counts.churned, [1, 0, 1])


def test_a_cohort_without_heterogeneity_is_fitted_as_geometric_and_says_so() -> None:
    fit = sbg.fit_sbg(1000, 1000 * 0.8 ** np.arange(1, 8))
    assert fit.at_boundary
    assert np.isnan(fit.se_alpha)
    with pytest.raises(InputError, match="fit: shows no heterogeneity"):
        sbg.draw_parameters(fit, 3, np.random.default_rng(0))
    np.testing.assert_allclose(sbg.survival(fit.alpha, fit.beta, [1, 7, 12]), 0.8 ** np.array([1, 7, 12]), rtol=1e-4)


@pytest.mark.parametrize("seed", range(12))
def test_large_cohorts_with_barely_visible_heterogeneity_are_fitted(seed: int) -> None:
    rng = np.random.default_rng(seed)
    at_risk, churned = [500_000], []
    for _ in range(150):
        churned.append(rng.binomial(at_risk[-1], 0.004))
        at_risk.append(at_risk[-1] - churned[-1])
    fit = sbg.fit_sbg_counts(at_risk[:-1], churned)
    residual = float(sbg.discounted_residual_lifetime(fit.alpha, fit.beta, 150, 0.002))
    assert residual == pytest.approx(0.996 / (0.004 + 0.002), rel=0.03)


@pytest.mark.parametrize(
    ("start", "survivors", "message"),
    [
        (100, [90, 95], "tenure period 2: customers lost must lie between 0"),
        (100, [100, 100], "some customers must churn"),
        (100, [0, 0], "at least two tenure periods"),
        (100, [90], "at least two tenure periods"),
    ],
)
def test_a_cohort_that_cannot_be_projected_is_refused(start: float, survivors: list[float], message: str) -> None:
    with pytest.raises(InputError, match=message):
        sbg.fit_sbg(start, survivors)


def test_a_customer_who_leaves_before_entering_is_refused_by_row() -> None:
    with pytest.raises(InputError, match="customers row 1: tenure at exit must not precede"):
        sbg.count_tenure([0, 5], [2, 4], [True, False])


def test_a_discount_of_nought_is_refused() -> None:
    with pytest.raises(InputError, match="discount_per_period: must be > 0, got 0"):
        sbg.discounted_residual_lifetime(*REGULAR, 3, 0.0)
