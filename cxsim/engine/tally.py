"""Integer sums of a tick, and the small rules that add to them: order and partition never change a sum."""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import numpy as np

from cxsim.arrays import Ints
from cxsim.measures import (
    FIXED_POINT,
    N_CAUSES,
    N_MEASURES,
    N_VISITS,
    NET_BINS,
    NET_LOW,
    NET_STEP,
    Measure,
)

_CREDITED = int(Measure.CREDITED)
_DEBITED = int(Measure.DEBITED)
_BASE_COST = int(Measure.BASE_COST)


class Tally(NamedTuple):
    """Sums of one tick; every array is int64.

    `measures` is segments x measures; `ledger` touchpoints x (channels + 1) x causes x (credits, debits, count);
    `visits` touchpoints x channels x visit sums; `nets` touchpoints x bins of the net booking; `answers` segments x (scores 0 to
    10 of all customers, the same of respondents, five marks of CSAT); `load` contacts per queue x bin, then per back office;
    `cohorts` cohorts x (active, churned, revenue, cost); `tenures` tenure classes x the same; `nodes` entries into nodes.
    """

    measures: Ints
    ledger: Ints
    visits: Ints
    nets: Ints
    answers: Ints
    load: Ints
    cohorts: Ints
    tenures: Ints
    nodes: Ints


TENURE_CLASSES = 64
"""Classes of 13 weeks of tenure; the last one is open."""
ASKED_SCORES, CSAT_MARKS, N_ANSWERS = 11, 22, 27
"""Offsets in `Tally.answers`."""


def new_tally(segments: int, touchpoints: int, channels: int, desks: int, cohorts: int, nodes: int) -> Tally:
    """Return a tally of zeros; `desks` counts queues and back offices."""

    def zeros(*shape: int) -> Ints:
        return np.zeros(shape, np.int64)

    return Tally(
        zeros(segments, N_MEASURES),
        zeros(touchpoints, channels + 1, N_CAUSES, 3),
        zeros(touchpoints, channels, N_VISITS),
        zeros(touchpoints, NET_BINS),
        zeros(segments, N_ANSWERS),
        zeros(desks, 8),
        zeros(cohorts, 4),
        zeros(TENURE_CLASSES, 4),
        zeros(nodes),
    )


def fixed(amount: float) -> int:
    """Return a real amount as a fixed-point integer."""
    return np.int64(math.floor(amount * FIXED_POINT + 0.5))  # type: ignore[return-value]


def count(tally: Tally, segment: int, measure: int) -> None:
    """Add one to a measure of a segment."""
    tally.measures[segment, measure] += 1


def add(tally: Tally, segment: int, measure: int, amount: float) -> None:
    """Add a real amount to a measure of a segment."""
    tally.measures[segment, measure] += fixed(amount)


def enter_ledger(
    tally: Tally, segment: int, touchpoint: int, channel: int, cause: int, credit: float, debit: float
) -> None:
    """Record a booking (ec) in the ledger and in the tick's totals of a segment."""
    credit_units, debit_units = fixed(credit), fixed(debit)
    enter_sums(tally, touchpoint, channel, cause, credit_units, debit_units, 1)
    tally.measures[segment, _CREDITED] += credit_units
    tally.measures[segment, _DEBITED] += debit_units


def enter_sums(
    tally: Tally, touchpoint: int, channel: int, cause: int, credit_units: int, debit_units: int, bookings: int
) -> None:
    """Record sums of bookings (fixed-point) in the ledger."""
    cell = tally.ledger[touchpoint, channel, cause]
    cell[0] += credit_units
    cell[1] += debit_units
    cell[2] += bookings


def book(c: Any, tally: Tally, touchpoint: int, channel: int, cause: int, credit: float, debit: float) -> None:
    """Record a booking (ec) of a customer in the ledger and in the customer's own totals."""
    enter_ledger(tally, c.segment, touchpoint, channel, cause, credit, debit)
    c.credited = np.float64(c.credited) + credit
    c.debited = np.float64(c.debited) + debit


def spend(c: Any, tally: Tally, measure: int, amount: float, discount: float) -> None:
    """Charge the firm `amount` for a customer, under one kind of cost; `discount` is the present value of one unit."""
    c.cost = np.float64(c.cost) + amount
    c.value = np.float64(c.value) - discount * amount
    units = fixed(amount)
    tally.measures[c.segment, measure] += units
    if c.origin == 0:
        tally.measures[c.segment, _BASE_COST] += units


def net_bin(net: float) -> int:
    """Return the bin of a net booking (ec)."""
    return int(min(float(NET_BINS - 1), max(0.0, math.floor((net - NET_LOW) / NET_STEP))))
