"""The world as the kernels read it: parameter records per reach mask, journey tables, clock, results of the desks."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from cxsim.arrays import Floats, Ints, Rows
from cxsim.journey.tables import FEATURES

MOST_CHANNELS = 32
"""Channels that a journey may have."""

TOUCHPOINT = np.dtype(
    [(name, "f8") for name in (
        "weight", "zone", "gain_functional", "loss_functional", "gain_emotional", "loss_emotional",
        "norm", "noise", "failure", "severity", "blame", "unavoidable", "per_period",
    )]
    + [("event_cost", "f8", (MOST_CHANNELS,))]
    + [(name, "i8") for name in ("moment", "task", "service", "asked", "department", "period", "by_tenure", "address")]
)  # fmt: skip
"""One touchpoint as one group of customers meets it; `period` is in ticks, 0 for no calendar, `per_period` is 1 / period,
`event_cost` is by channel.

`address` is the ordinal of its draws as a calendar touchpoint, by its name alone.
"""

CHANNEL = np.dtype([("cost", "f8"), ("task_success", "f8"), ("human", "i8"), ("queue", "i8"), ("office", "i8")])
"""One channel; -1 in `queue` and `office` means none."""

OFFICE = np.dtype([("delay", "f8"), ("fixed_weeks", "f8"), ("target_weeks", "f8")])
NODE = np.dtype(
    [("dwell_a", "f8"), ("dwell_b", "f8")]
    + [(name, "i8") for name in (
        "touchpoint", "life", "churn_target", "dwell_kind", "first_edge", "instant", "lived",
    )]
)  # fmt: skip
"""One node; its edges run up to the `first_edge` of the next record. `lived` tells the calendar touchpoints that are
lived there in the background: bit k for the k-th of `World.calendar`."""

CALENDAR = np.dtype(
    [(name, "i8") for name in ("touchpoint", "plain", "period", "by_tenure", "scatter", "today")]
    + [("per_period", "f8")]
)
"""A calendar touchpoint: `period` in ticks, `per_period` its inverse; due by tenure, or when the customer's own phase, spread by
`scatter`, is that of `today`. `plain` is 1 where it is neither a task nor a service, so that many can live it together."""

EDGE = np.dtype([("coefficients", "f8", (len(FEATURES),)), ("target", "i8"), ("kind", "i8"), ("constant", "i8")])
SEGMENT = np.dtype([(name, "f8") for name in (
    "zone_scale", "weight_a", "weight_b", "switch_a", "switch_b", "monthly_revenue", "revenue_log_sd",
)])  # fmt: skip
CONTRACT = np.dtype([("commitment_weeks", "f8"), ("renews", "i8")])
PLAN = np.dtype(
    [
        ("relational_sample", "f8"),
        ("transactional_sample", "f8"),
        ("relational_period", "i8"),
        ("relational_today", "i8"),
        ("problem_touchpoint", "i8"),
        ("rhythm", "i8"),
        ("rhythm_scatter", "i8"),
    ]
)
"""What is the same for all: surveys (`relational_today` is the phase asked this tick), where problems are handled.

`rhythm` is the period (ticks) of the most frequent calendar touchpoint that is not lived in every tick, 1 if there is none."""

FUNCTIONAL, EMOTIONAL, MIX = 0, 1, 2
"""Last axis of `World.levels`: quality of either dimension, cumulative channel mix."""


class Clock(NamedTuple):
    """The tick that is being lived.

    `tick` counts from 0 including the warm-up, `start` is the tick at which the run begins to count, `weeks` the length of a
    tick, `discount` the present value of one unit of money of this tick, `warm` 1 during the warm-up.
    """

    tick: int
    start: int
    weeks: float
    discount: float
    warm: int


class World(NamedTuple):
    """Everything a customer's rules read: tables that only the host writes, between the phases of a tick.

    First axis of `params` to `offices`: the slot of the customer's reach mask, looked up in `slots`. Few arrays of records rather
    than many plain ones: every array costs compile time in every rule that takes the world.
    """

    slots: Ints  # reach mask -> slot
    params: Rows  # slot
    touchpoints: Rows  # slot x touchpoint
    levels: Floats  # slot x touchpoint x channel x (functional, emotional, cumulative mix)
    seamless: Floats  # slot x channel x channel
    channels: Rows  # slot x channel
    offices: Rows  # slot x back office
    quiet: Floats  # slot x node: the draw from which on nothing moves a customer without a problem out of the node
    bins: Floats  # queue x bin, cumulative probability of a contact
    nodes: Rows  # node, and one more
    edges: Rows  # edge
    calendar: Rows  # calendar touchpoints, in the order in which they are declared and lived
    segments: Rows  # segment
    contracts: Rows  # contract
    plan: Any  # one record of PLAN


class Desks(NamedTuple):
    """What the desks answered last: abandonment and mean wait (minutes) per queue and bin; backlog delay (weeks) per office."""

    abandonment: Floats
    wait_min: Floats
    backlog_weeks: Floats


def new_desks(queues: int, offices: int) -> Desks:
    """Return the answers of desks that nobody has asked yet; one row at least, as compiled code reads an array."""
    return Desks(np.zeros((max(1, queues), 8)), np.zeros((max(1, queues), 8)), np.zeros(max(1, offices)))
