"""The columns of a customer, declared once: type, unit, meaning. One record a customer, all fields side by side.

A tick touches almost every field of a customer, so one record in three to four cache lines beats one array per field.
Values are stored as 32-bit floats and computed with as 64-bit floats.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

NONE = 255
"""No touchpoint, channel or node in an 8-bit field."""


class Column(NamedTuple):
    """One field: name, NumPy type, unit, meaning."""

    name: str
    type: str
    unit: str
    meaning: str


TRAITS = (
    Column("frailty", "f4", "1/week", "base churn hazard"),
    Column("loss_aversion", "f4", "1", "weight of losses against gains"),
    Column("emotional_weight", "f4", "share", "weight of the emotional dimension"),
    Column("taste_functional", "f4", "quality", "persistent fit of the offer, functional"),
    Column("taste_emotional", "f4", "quality", "persistent fit of the offer, emotional"),
    Column("style", "f4", "points", "response style on the 0 to 10 scale"),
    Column("voice", "f4", "logit", "propensity to complain"),
    Column("openness", "f4", "logit", "propensity to answer surveys"),
    Column("switching_cost", "f4", "share", "perceived cost of leaving"),
    Column("patience", "f4", "1", "multiplier of the patience on hold"),
    Column("congruence", "f4", "sd", "congruence with the firm's values"),
    Column("monthly_revenue", "f4", "currency/month", "fee paid"),
)

STATE = (
    Column("expectation_functional", "f4", "quality", "will-expectation, functional"),
    Column("expectation_emotional", "f4", "quality", "will-expectation, emotional"),
    Column("should_functional", "f4", "quality", "should-expectation, functional"),
    Column("should_emotional", "f4", "quality", "should-expectation, emotional"),
    Column("precision", "f4", "count", "pseudo-counts behind the expectations"),
    Column("credit_fast", "f4", "ec", "credits that fade fast"),
    Column("credit_slow", "f4", "ec", "credits that fade slowly"),
    Column("debit_fast", "f4", "ec", "debits that fade fast"),
    Column("debit_slow", "f4", "ec", "debits that fade slowly"),
    Column("habituation", "f4", "share", "habituation to delight"),
    Column("peak", "f4", "ec", "signed peak of the memory"),
    Column("end", "f4", "ec", "recency-weighted end of the memory"),
    Column("satisfaction", "f4", "share", "cumulative satisfaction"),
    Column("experiences", "f4", "count", "experiences behind the satisfaction"),
    Column("trust", "f4", "share", "trust in the promise"),
    Column("failure_memory", "f4", "severity", "remembered failures"),
    Column("past_problems", "f4", "count", "decayed number of past problems"),
    Column("attention", "f4", "share", "inertia broken"),
    Column("last_performance", "f4", "quality", "systematic performance of the last encounter"),
    Column("last_transaction", "f4", "share", "transaction satisfaction of the last encounter"),
    Column("problem_severity", "f4", "severity", "severity of the open problem"),
    Column("problem_blame", "f4", "share", "blame of the open problem"),
    Column("problem_age", "f4", "weeks", "age of the open problem"),
    Column("problem_debit", "f4", "ec", "debit booked for the open problem"),
    Column("problem_due", "f4", "weeks", "time until the back office answers"),
    Column("episode_peak", "f4", "share", "satisfaction furthest from the reference in this service episode"),
    Column("episode_sum", "f4", "share", "sum of the satisfactions of this service episode"),
    Column("revenue", "f4", "currency", "revenue since the start"),
    Column("cost", "f4", "currency", "contact, recovery and programme cost since the start"),
    Column("value", "f4", "currency", "discounted margin since the start"),
    Column("credited", "f4", "ec", "credits booked since the start"),
    Column("debited", "f4", "ec", "debits booked since the start"),
    Column("forgotten", "f4", "ec", "net balance forgotten since the start"),
    Column("since", "i4", "tick", "tick at which the customer became active; negative for the initial base"),
    Column("left", "i4", "tick", "tick at which the customer was lost, -1 while not"),
    Column("dwell", "u2", "ticks", "ticks left in the node"),
    Column("calendar", "u2", "1/65536", "phase of the calendar touchpoints"),
    Column("reached", "u2", "bits", "interventions that reach the customer this tick"),
    Column("contacts", "u2", "count", "service contacts since the start"),
    Column("life", "u1", "code", "LifeCode"),
    Column("node", "u1", "index", "node of the journey"),
    Column("next_node", "u1", "index", "node to enter at the next tick, whatever the transitions say"),
    Column("segment", "u1", "index", "segment"),
    Column("contract", "u1", "index", "contract"),
    Column("origin", "u1", "code", "0 initial base, 1 lead that arrived"),
    Column("last_channel", "u1", "index", "channel of the last encounter"),
    Column("department", "u1", "index", "department of the last encounter"),
    Column("problem", "u1", "code", "ProblemCode"),
    Column("problem_touchpoint", "u1", "index", "touchpoint where the problem arose"),
    Column("problem_channel", "u1", "index", "channel of the letter about the open problem"),
    Column("problem_contacts", "u1", "count", "contacts about the open problem"),
    Column("problem_unavoidable", "u1", "flag", "the problem can be explained, not solved"),
    Column("episode_count", "u1", "count", "encounters of this service episode"),
    Column("handoff", "u1", "flag", "the next service encounter starts with a failed handoff"),
    Column("exit_reason", "u1", "code", "ExitCode"),
    Column("waiting_touchpoint", "u1", "index", "touchpoint where the customer queues this tick"),
    Column("waiting_channel", "u1", "index", "channel of the queue"),
    Column("waiting_bin", "u1", "index", "intraday bin of the contact"),
    Column("asked", "u1", "flag", "a transactional survey is due this tick"),
)

COLUMNS = TRAITS + STATE

EVERY_TICK = (
    "loss_aversion", "emotional_weight", "style", "switching_cost", "monthly_revenue", "frailty", "since",
    "expectation_functional", "expectation_emotional", "should_functional", "should_emotional", "precision",
    "credit_fast", "credit_slow", "debit_fast", "debit_slow", "habituation", "peak", "end", "satisfaction", "experiences",
    "trust", "failure_memory", "past_problems", "attention", "last_transaction",
    "revenue", "cost", "value", "credited", "debited", "forgotten",
)  # fmt: skip
"""The numbers that the tick of almost every customer reads or writes: 32 of four bytes, first in the record."""


def _record_type() -> np.dtype:
    kinds = {column.name: column.type for column in COLUMNS}
    order = [*EVERY_TICK, *(name for name in kinds if name not in EVERY_TICK)]
    return np.dtype([(name, kinds[name]) for name in order], align=True)


CUSTOMER = _record_type()


def empty_customers(size: int) -> np.ndarray:
    """Return `size` records of customers who have not arrived yet (life ABSENT)."""
    rows = np.empty(size, CUSTOMER)
    # Written at once rather than page by page on demand: for such an array NumPy asks the system for large pages.
    rows.view(np.uint8).fill(0)
    return rows
