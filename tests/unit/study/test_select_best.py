"""Selecting the best system keeps its promise, and common luck makes it cheaper."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from cxsim.errors import InputError
from cxsim.study.select_best import Sample, ocba_allocation, select_best, select_with_budget


def _normal(means: list[float], correlation: float, seed: int, sds: list[float] | None = None) -> Sample:
    """Return a sampler of normal systems whose replications share luck as far as `correlation`."""
    scale = np.ones(len(means)) if sds is None else np.asarray(sds)

    def sample(systems: NDArray[np.int64], first: int, count: int) -> NDArray[np.float64]:
        rows = []
        for replication in range(first, first + count):
            rng = np.random.default_rng([seed, replication])
            own = rng.normal(size=len(means))
            shared = rng.normal()
            luck = np.sqrt(correlation) * shared + np.sqrt(1 - correlation) * own
            rows.append((np.asarray(means) + scale * luck)[systems])
        return np.asarray(rows)

    return sample


def _run(correlation: float, worlds: int) -> tuple[float, float]:
    """Return (share selected rightly, mean replications of all systems) where the best leads by the indifference."""
    right, spent = 0, 0
    for seed in range(worlds):
        means = [0.0, 0.0, 0.5, 0.0, 0.0]
        found = select_best(_normal(means, correlation, seed), 5, 0.5, first_stage=10, step=5)
        right += found.best == 2
        spent += int(found.replications.sum())
    return right / worlds, spent / worlds


def test_the_best_is_found_with_the_promised_probability_and_sooner_with_common_luck() -> None:
    right_apart, spent_apart = _run(0.0, 120)
    right_together, spent_together = _run(0.9, 120)
    assert right_apart >= 0.95 - 3 * np.sqrt(0.95 * 0.05 / 120)
    assert right_together >= 0.95 - 3 * np.sqrt(0.95 * 0.05 / 120)
    assert spent_together < spent_apart / 3
    first_stage_only = np.mean(
        [
            np.argmax(_normal([0.0, 0.0, 0.5, 0.0, 0.0], 0.0, seed)(np.arange(5), 0, 10).mean(axis=0)) == 2
            for seed in range(120)
        ]
    )
    assert first_stage_only < 0.9


def test_a_dropped_system_gets_no_more_replications() -> None:
    found = select_best(_normal([0.0, 5.0, 5.3], 0.5, 1), 3, 0.3)
    assert found.decided
    assert found.replications[0] < found.replications[1]
    assert found.best == 2


def test_equal_systems_end_at_the_maximum_undecided_or_with_either() -> None:
    found = select_best(_normal([0.0, 0.0], 0.0, 2), 2, 0.01, maximum=60)
    assert not found.decided
    assert found.replications.tolist() == [60, 60]


def test_systems_that_are_the_same_in_every_replication_cannot_be_told_apart_but_end() -> None:
    found = select_best(lambda systems, first, count: np.ones((count, systems.size)), 3, 0.1, maximum=30)
    assert not found.decided
    assert found.replications.tolist() == [30, 30, 30]


def test_ocba_allocation_is_chens() -> None:
    share = ocba_allocation([3.0, 2.0, 1.0], [1.0, 1.0, 1.0], 1_000)
    # N_2 : N_3 = 1 : 1/4 of squared gaps, N_1 = sqrt(N_2^2 + N_3^2).
    expected = np.array([np.sqrt(1 + 1 / 16), 1.0, 0.25])
    np.testing.assert_allclose(share / 1_000, expected / expected.sum(), atol=1e-3)
    assert share.sum() == 1_000


def test_ocba_beats_equal_allocation() -> None:
    means, sds = [0.0, 0.1, 0.3, 0.5, 0.7, 1.0], [1.0, 1.0, 1.0, 1.0, 2.0, 2.0]
    worlds = 100
    right = equal = 0
    for seed in range(worlds):
        sample = _normal(means, 0.0, seed, sds)
        right += select_with_budget(sample, 6, 240).best == 5
        equal += int(np.argmax(sample(np.arange(6), 0, 40).mean(axis=0))) == 5
    assert right / worlds > equal / worlds + 0.03


def test_a_budget_is_spent_to_the_last_replication() -> None:
    found = select_with_budget(_normal([0.0, 1.0, 1.1], 0.0, 3), 3, 97)
    assert found.replications.sum() == 97


@pytest.mark.parametrize(
    ("systems", "indifference", "first_stage", "message"),
    [
        (1, 0.1, 10, "systems: needs two or more"),
        (2, 0.0, 10, "indifference: must be > 0"),
        (2, 0.1, 1, "first_stage: needs two"),
    ],
)
def test_impossible_questions_are_refused(systems: int, indifference: float, first_stage: int, message: str) -> None:
    with pytest.raises(InputError, match=message):
        select_best(_normal([0.0, 1.0], 0.0, 0), systems, indifference, first_stage=first_stage)


def test_a_budget_below_the_first_stage_is_refused() -> None:
    with pytest.raises(InputError, match="budget: must be at least 20, the first stage, got 19"):
        select_with_budget(_normal([0.0, 1.0], 0.0, 0), 2, 19)
