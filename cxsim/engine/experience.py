"""What an encounter leaves from one of its steps to the next: what was performed, how it compares, what was felt."""

from __future__ import annotations

from typing import NamedTuple


class Performed(NamedTuple):
    """What the firm delivered: both dimensions, the systematic level, and the penalties that were taken off (quality)."""

    functional: float
    emotional: float
    level: float
    wait: float
    toil: float
    jolt: float
    switched: bool
    task_failed: bool


class Compared(NamedTuple):
    """What was met against what was expected: weighted performance, perceived qualities, overshoots, norm kept or not."""

    performance: float
    functional: float
    emotional: float
    over_functional: float
    over_emotional: float
    kept: bool


class Felt(NamedTuple):
    """What it was worth: value (ec), its deposit by surprise and by a kept norm (ec), transaction satisfaction, goodwill."""

    value: float
    surprise: float
    norm: float
    score: float
    goodwill: float
