"""The compiled journey: flat arrays that the engine walks."""

from __future__ import annotations

from enum import IntEnum
from typing import NamedTuple

from cxsim.arrays import Floats, Ints

FEATURES = ("one", "E", "S", "M", "PE", "Tr", "pb", "tenure", "price_gap", "K", "nudge", "save_desk")
"""Names that a transition may use, in the order of the coefficient columns.

`one` is the intercept; `E` the expectation (both dimensions by emotional weight); `S` cumulative satisfaction; `M` the
scaled and clipped account balance; `PE` the scaled peak-end memory; `Tr` trust; `pb` 1 while a problem is open; `tenure` in
years; `price_gap`, `K` (outside option), `nudge` and `save_desk` are parameters of the world.
"""


class EdgeKind(IntEnum):
    """How the probability of a transition is found."""

    GUARD_COMPLAINED = 0
    GUARD_OPEN = 1
    GUARD_RESOLVED = 2
    PROBABILITY = 3
    RATE = 4
    TASK = 5
    LOGIT = 6
    REST = 7


class LifeCode(IntEnum):
    """The life state of a customer."""

    ABSENT = 0
    LEAD = 1
    ACTIVE = 2
    LOST = 3
    GONE = 4


class DwellKind(IntEnum):
    """The law of the time spent in a node."""

    NONE = 0
    FIXED = 1
    GEOMETRIC = 2
    UNIFORM = 3
    LOGNORMAL = 4


class JourneyTables(NamedTuple):
    """The journey as arrays over nodes (n), edges (e) and background touchpoints (b).

    `first_edge` and `first_background` have n + 1 entries: the edges of node i are `first_edge[i]:first_edge[i + 1]`.
    `coefficients` is e x len(FEATURES). −1 in `touchpoint` and `churn_target` means none. Dwell times are in weeks:
    `dwell_a` is the value, mean, lower bound or median, `dwell_b` the upper bound or the log standard deviation.
    """

    touchpoint: Ints
    life: Ints
    problem: Ints
    churn_target: Ints
    dwell_kind: Ints
    dwell_a: Floats
    dwell_b: Floats
    first_edge: Ints
    edge_target: Ints
    edge_kind: Ints
    coefficients: Floats
    first_background: Ints
    background: Ints
