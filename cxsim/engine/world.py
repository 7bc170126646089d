"""The world as the kernels read it: parameter records per reach mask, journey tables, clock, results of the desks."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from cxsim.arrays import Floats, Ints, Rows
from cxsim.journey.tables import JourneyTables

TOUCHPOINT = np.dtype(
    [(name, "f8") for name in (
        "weight", "zone", "gain_functional", "loss_functional", "gain_emotional", "loss_emotional",
        "norm", "noise", "failure", "severity", "blame", "unavoidable", "event_cost",
    )]
    + [(name, "i8") for name in ("moment", "task", "service", "asked", "department", "period", "by_tenure")]
)  # fmt: skip
"""One touchpoint as one group of customers meets it; `period` is in ticks, 0 for no calendar."""

SEGMENT = np.dtype([(name, "f8") for name in (
    "zone_scale", "weight_a", "weight_b", "switch_a", "switch_b", "monthly_revenue", "revenue_log_sd",
)])  # fmt: skip
CONTRACT = np.dtype([("commitment_weeks", "f8"), ("renews", "i8")])


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

    First axis of the parameter tables: the slot of the customer's reach mask, looked up in `slots`.
    """

    slots: Ints
    params: Rows
    touchpoints: Rows
    quality_functional: Floats  # slot x touchpoint x channel
    quality_emotional: Floats
    mix: Floats  # slot x touchpoint x channel, cumulative
    integration: Floats  # slot x channel x channel
    channel_cost: Floats  # slot x channel
    task_success: Floats  # slot x channel
    office_delay: Floats  # slot x office, multiplier
    office_fixed: Floats  # slot x office, weeks
    office_target: Floats  # slot x office, weeks
    human: Ints  # channel
    queue_of: Ints  # channel, -1 none
    office_of: Ints  # channel, -1 none
    bins: Floats  # queue x bin, cumulative probability of a contact
    journey: JourneyTables
    constant: Ints  # edge: 1 where only the intercept counts
    instant: Ints  # node: 1 where the walk goes on in the same tick
    entry: int
    problem_touchpoint: int
    segments: Rows
    contracts: Rows
    relational: Any  # (period in ticks, sample)
    transactional_sample: float
    margin: float


class Desks(NamedTuple):
    """What the desks answered this tick: abandonment and mean wait (minutes) per queue and bin; backlog delay (weeks)."""

    abandonment: Floats
    wait_min: Floats
    backlog_weeks: Floats
