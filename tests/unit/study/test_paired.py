"""The paired effect: its interval, and what it says where nothing varies."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from cxsim.errors import InputError
from cxsim.study.paired import mean_interval, paired_effect


def test_interval_is_the_paired_t_interval() -> None:
    rng = np.random.default_rng(3)
    a = rng.normal(100, 10, 25)
    b = a + rng.normal(2, 1, 25)
    effect = paired_effect(a, b)
    reference = stats.ttest_rel(b, a)
    low, high = reference.confidence_interval(0.95)
    assert (effect.ci_low, effect.ci_high) == pytest.approx((low, high), rel=1e-12)
    assert effect.p_value == pytest.approx(reference.pvalue, rel=1e-9)
    assert effect.difference == pytest.approx(np.mean(b - a))
    assert effect.baseline + effect.difference == pytest.approx(effect.treated)
    assert effect.d_z == pytest.approx(np.mean(b - a) / np.std(b - a, ddof=1))
    assert effect.replications == 25


def test_variance_reduction_is_how_many_more_replications_independent_arms_need() -> None:
    rng = np.random.default_rng(4)
    shared = rng.normal(0, 3, 20_000)
    a, b = shared + rng.normal(0, 1, 20_000), shared + rng.normal(0, 1, 20_000)
    assert paired_effect(a, b).variance_reduction == pytest.approx(10.0, rel=0.05)
    assert paired_effect(a, rng.permutation(b)).variance_reduction == pytest.approx(1.0, rel=0.05)


@pytest.mark.parametrize("replications", [1, 2, 20])
def test_an_intervention_that_changes_nothing_has_effect_nought_exactly(replications: int) -> None:
    arm = np.random.default_rng(5).normal(0.1, 0.03, replications)
    effect = paired_effect(arm, arm.copy())
    assert (effect.difference, effect.ci_low, effect.ci_high) == (0.0, 0.0, 0.0)
    assert (effect.d_z, effect.p_better, effect.p_value) == (0.0, 0.5, 1.0)
    assert np.isnan(effect.variance_reduction) if replications == 1 else np.isinf(effect.variance_reduction)


def test_where_nothing_varies_variance_reduction_is_unknown() -> None:
    effect = paired_effect([1.0, 1.0], [3.0, 3.0])
    assert (effect.difference, effect.ci_low, effect.ci_high) == (2.0, 2.0, 2.0)
    assert np.isnan(effect.variance_reduction)
    assert effect.d_z == np.inf
    assert effect.p_value == 0.0


def test_one_differing_replication_has_no_interval() -> None:
    effect = paired_effect([1.0], [3.0])
    assert effect.difference == 2.0
    assert np.isnan([effect.ci_low, effect.ci_high, effect.d_z, effect.p_value]).all()


def test_pairs_with_a_missing_value_are_left_out() -> None:
    effect = paired_effect([1.0, np.nan, 2.0, 4.0], [2.0, 5.0, np.nan, 6.0])
    assert (effect.replications, effect.difference, effect.baseline) == (2, 1.5, 2.5)
    assert paired_effect([np.nan], [1.0]).replications == 0


def test_better_follows_the_direction_of_the_metric() -> None:
    a, b = [0.30, 0.30, 0.30, 0.30], [0.20, 0.25, 0.30, 0.35]
    assert paired_effect(a, b, higher_is_better=False).p_better == 0.625
    assert paired_effect(a, b).p_better == 0.375


def test_t_intervals_cover_and_normal_ones_do_not() -> None:
    rng = np.random.default_rng(6)
    samples = rng.normal(1.0, 2.0, (4_000, 5))
    covered = np.mean([low <= 1.0 <= high for _, low, high in map(mean_interval, samples)])
    half = stats.norm.ppf(0.975) * samples.std(axis=1, ddof=1) / np.sqrt(5)
    normal_covered = np.mean(np.abs(samples.mean(axis=1) - 1.0) <= half)
    tolerance = 3.5 * np.sqrt(0.95 * 0.05 / 4_000)
    assert abs(covered - 0.95) < tolerance
    assert abs(normal_covered - 0.95) > tolerance


def test_arms_of_different_length_are_refused() -> None:
    with pytest.raises(InputError, match="treated: must have one value per baseline replication"):
        paired_effect([1.0, 2.0], [1.0])


def test_an_impossible_confidence_is_refused() -> None:
    with pytest.raises(InputError, match="confidence: must lie between 0 and 1, got 95"):
        paired_effect([1.0, 2.0], [1.0, 2.0], confidence=95)
