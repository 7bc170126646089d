"""Several comparisons at once keep their promises jointly."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from cxsim.errors import InputError
from cxsim.study.many import (
    StoppingRule,
    equivalence,
    further_replications,
    holm,
    replications_for_power,
    simultaneous_intervals,
)


def test_holm_on_a_worked_example() -> None:
    np.testing.assert_allclose(holm([0.01, 0.04, 0.03, 0.005]), [0.03, 0.06, 0.06, 0.02])


def test_simultaneous_intervals_cover_jointly_where_single_ones_do_not() -> None:
    rng = np.random.default_rng(8)
    worlds, n, k = 400, 40, 6
    joint = single = 0
    for _ in range(worlds):
        d = 0.6 * rng.normal(size=(n, 1)) + 0.8 * rng.normal(size=(n, k))
        found = simultaneous_intervals(d, rng, draws=800)
        joint += bool(np.all((found.low <= 0) & (found.high >= 0)))
        half = stats.t.ppf(0.975, n - 1) * d.std(axis=0, ddof=1) / np.sqrt(n)
        single += bool(np.all(np.abs(d.mean(axis=0)) <= half))
    assert abs(joint / worlds - 0.95) < 0.035
    assert abs(single / worlds - 0.95) > 0.035


def test_the_critical_value_lies_between_one_comparison_and_bonferroni() -> None:
    rng = np.random.default_rng(9)
    d = rng.normal(size=(60, 1)) + rng.normal(size=(60, 4))
    found = simultaneous_intervals(d, rng)
    assert stats.t.ppf(0.975, 59) < found.critical <= stats.t.ppf(1 - 0.05 / 8, 59)


def test_comparisons_that_change_nothing_have_no_width() -> None:
    d = np.zeros((20, 2))
    d[:, 1] = np.random.default_rng(1).normal(size=20)
    found = simultaneous_intervals(d, np.random.default_rng(2))
    assert (found.difference[0], found.low[0], found.high[0]) == (0.0, 0.0, 0.0)
    assert found.low[1] < found.high[1]
    assert not simultaneous_intervals(np.zeros((20, 1)), np.random.default_rng(2)).high.any()


def test_one_replication_has_no_simultaneous_interval() -> None:
    with pytest.raises(InputError, match="two or more complete replications"):
        simultaneous_intervals(np.zeros((1, 3)), np.random.default_rng(0))


@pytest.mark.parametrize(
    ("shift", "margin", "verdict"),
    [(0.0, 0.5, "equivalent"), (2.0, 0.5, "higher"), (-2.0, 0.5, "lower"), (0.5, 0.5, "undecided")],
)
def test_verdict_of_equivalence(shift: float, margin: float, verdict: str) -> None:
    d = shift + stats.zscore(np.random.default_rng(2).normal(size=100))
    found = equivalence(d, margin)
    assert found.verdict == verdict
    assert (found.p_value < 0.05) == (verdict == "equivalent")


def test_equivalence_is_that_of_two_one_sided_t_tests() -> None:
    d = np.random.default_rng(2).normal(0.2, 1.0, 50)
    lower = stats.ttest_1samp(d, -0.5, alternative="greater").pvalue
    upper = stats.ttest_1samp(d, 0.5, alternative="less").pvalue
    assert equivalence(d, 0.5).p_value == pytest.approx(max(lower, upper), rel=1e-9)


def test_no_difference_at_all_is_equivalent() -> None:
    found = equivalence(np.zeros(5), 0.1)
    assert (found.verdict, found.p_value) == ("equivalent", 0.0)


def test_a_margin_of_nought_is_refused() -> None:
    with pytest.raises(InputError, match="margin: must be > 0, got 0"):
        equivalence([1.0, 2.0], 0.0)


def test_stopping_looks_first_at_the_minimum_then_grows_by_a_tenth() -> None:
    rule = StoppingRule(relative=0.05, maximum=47)
    noisy = np.random.default_rng(3).normal(1.0, 5.0, 45)
    assert further_replications(noisy[:12], rule) == 18
    assert further_replications(noisy[:30], rule) == 3
    assert further_replications(noisy, rule) == 2
    assert further_replications(np.append(noisy, [1.0, 1.0]), rule) == 0
    assert further_replications(np.full(30, 2.0), rule) == 0


def test_an_absolute_tolerance_ends_the_study_of_a_nil_effect() -> None:
    nil = np.random.default_rng(4).normal(0.0, 1.0, 400)
    assert further_replications(nil, StoppingRule()) == 40
    assert further_replications(nil, StoppingRule(absolute=0.2)) == 0


def test_sequential_stopping_keeps_its_coverage() -> None:
    rng = np.random.default_rng(12)
    rule = StoppingRule(relative=0.1)
    mean = np.exp(0.5**2 / 2)
    covered = 0
    for _ in range(500):
        x = rng.lognormal(0.0, 0.5, 0)
        while (more := further_replications(x, rule)) > 0:
            x = np.append(x, rng.lognormal(0.0, 0.5, more))
        half = stats.t.ppf(0.975, x.size - 1) * x.std(ddof=1) / np.sqrt(x.size)
        covered += abs(x.mean() - mean) <= half
    assert 0.90 < covered / 500 < 0.98


def test_replications_for_an_effect_of_three_tenths() -> None:
    assert replications_for_power(0.3) == 119
    with pytest.raises(InputError, match="d_z: must not be 0"):
        replications_for_power(0.0)
