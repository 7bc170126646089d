r"""Peak-end memory of the relation and of an episode, equation (15).

    peak <- net if |net| >= |peak|;   end <- (1 - w) end + w net;   PE' = clip((peak / 2 + end / 2) / M_s)

`memory.end_weight` w = .6, `memory.peak_half_life_weeks` 52, `memory.clip` 1.5; switched off by `churn.memory` = 0 and
`survey.memory` = 0. Source: peak-end r = .581 [.487, .661], duration about nil (Alaybek et al. 2022).
"""

from __future__ import annotations

import math
from typing import Any, NamedTuple


class Memory(NamedTuple):
    """Signed peak and end of what is remembered (ec)."""

    peak: float
    end: float


def remember(memory: Memory, net: float, p: Any) -> Memory:
    """Return the memory after a net booking (ec)."""
    peak = net if math.fabs(net) >= math.fabs(memory.peak) else memory.peak
    return Memory(peak, (1.0 - p.memory_end_weight) * memory.end + p.memory_end_weight * net)


def peak_end(memory: Memory, p: Any) -> float:
    """Return the scaled, clipped peak-end memory PE'."""
    return min(p.memory_clip, max(-p.memory_clip, 0.5 * (memory.peak + memory.end) * p.account_scale_inverse))


def episode_score(peak: float, end: float, mean: float) -> float:
    """Return the remembered score of an episode from the satisfaction at its peak, its end and on average."""
    return 0.6 * 0.5 * (peak + end) + 0.4 * mean
