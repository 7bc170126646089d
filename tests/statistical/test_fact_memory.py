"""What is remembered: first impressions anchor, peak and end stay, big emotions last (F17, F18, F20)."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pytest

from cxsim.arrays import Floats
from cxsim.behaviour.account import Account, balance, deposit, forget
from cxsim.behaviour.memory import episode_score
from cxsim.behaviour.satisfaction import Satisfaction, accumulate, transaction
from cxsim.engine import closing
from tests.parameters import parameters


def weight_of_the_last(count: float, **changes: float) -> float:
    p = parameters(**changes)
    return accumulate(Satisfaction(0.0, count), 1.0, 1.0, p).level


def check_anchoring(**changes: float) -> None:
    for count in (60.0, 100.0, 500.0):
        assert weight_of_the_last(6.0, **changes) >= 2.0 * weight_of_the_last(count, **changes)


def test_f17_a_long_history_anchors() -> None:
    check_anchoring()
    with pytest.raises(AssertionError, match="assert "):
        check_anchoring(satisfaction_gain_floor=0.1)


class Episodes(NamedTuple):
    """Episodes of service: their length, satisfaction at first, at peak and end together, and what a survey would hear."""

    length: Floats
    first: Floats
    peak_end: Floats
    remembered: Floats


def episodes(n: int, mean_weight: float | None = None) -> Episodes:
    """Return episodes of 2 to 10 encounters whose satisfactions vary by customer and encounter.

    `mean_weight` plants a memory that adds up its moments instead of keeping peak and end.
    """
    luck = np.random.default_rng(18)
    p = parameters()
    rows = []
    for _ in range(n):
        length = int(luck.integers(2, 11))
        quality = 0.70 + luck.normal(0.0, 0.02) + luck.normal(0.0, 0.06, length)
        felt = luck.normal(0.0, 0.3, length)
        scores = np.array([transaction(x, v, p) for x, v in zip(quality, felt, strict=True)])
        peak = scores[np.argmax(np.abs(scores - p.satisfaction_reference))]
        remembered = episode_score(peak, scores[-1], scores.mean())
        if mean_weight is not None:
            remembered = mean_weight * scores.sum()
        said = remembered + closing._ANSWER_NOISE * luck.normal()
        rows.append((length, scores[0], 0.5 * (peak + scores[-1]), said))
    return Episodes(*np.array(rows).T)


def check_peak_end(told: Episodes) -> None:
    def r(x: Floats) -> float:
        return float(np.corrcoef(told.remembered, x)[0, 1])

    assert 0.487 <= r(told.peak_end) <= 0.75, r(told.peak_end)
    assert abs(r(told.length)) < 0.05, r(told.length)
    assert r(told.first) < r(told.peak_end), r(told.first)


def test_f18_peak_and_end_are_remembered_and_duration_is_not() -> None:
    check_peak_end(episodes(8_000))
    with pytest.raises(AssertionError, match="assert "):
        check_peak_end(episodes(8_000, mean_weight=0.2))


def left_after_half_a_year(booked: list[float], **changes: float) -> float:
    p = parameters(**changes)
    account = Account(0.0, 0.0, 0.0, 0.0)
    for credit in booked:
        account = deposit(account, credit, 0.0, 0.0, 0.0, p).account
    for _ in range(26):
        account = forget(account, False, p)
    return balance(account) / sum(booked)


def check_big_emotions_last(**changes: float) -> None:
    assert left_after_half_a_year([0.1] * 30, **changes) < 0.10
    assert left_after_half_a_year([3.0], **changes) > 0.35


def test_f20_one_big_emotion_outlives_thirty_small_ones() -> None:
    check_big_emotions_last()
    keep = parameters().account_credit_slow_keep
    with pytest.raises(AssertionError, match="assert "):
        check_big_emotions_last(account_credit_fast_keep=keep)
