"""Whom an intervention reaches: segment, coverage, hold-out, state, weekly cap; by draws of its own, the same in every arm."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterable
from typing import Any

import numpy as np

from cxsim.arrays import Bools, Floats, Ints, Rows
from cxsim.journey.expressions import Condition, parse_condition
from cxsim.rng import Block
from cxsim.spec.interventions import Intervention

Draw = Callable[[Ints, int, Block, int, int], Floats]
"""Uniform draws for customer ids at (tick, block, ordinal, word)."""

State = Callable[[Rows, int, float, Floats], Any]
"""A column of customers, from (rows, tick, weeks of a tick, deciles of monthly revenue)."""


def stored(column: str) -> State:
    """Return the state that stands in the records as it is."""
    return lambda rows, *_: rows[column]


STATES: dict[str, State] = {
    "active": lambda rows, *_: rows["life"] == 2,
    "balance": lambda rows, *_: rows["credit_fast"] + rows["credit_slow"] - rows["debit_fast"] - rows["debit_slow"],
    "complained": lambda rows, *_: rows["problem"] >= 2,
    "contacts": stored("contacts"),
    "failure_memory": stored("failure_memory"),
    "habituation": stored("habituation"),
    "monthly_revenue": stored("monthly_revenue"),
    "pb_age": stored("problem_age"),
    "pb_contacts": stored("problem_contacts"),
    "pb_open": lambda rows, *_: rows["problem"] > 0,
    "pb_severity": stored("problem_severity"),
    "revenue": stored("revenue"),
    "satisfaction": stored("satisfaction"),
    "tenure_weeks": lambda rows, tick, weeks, _: (tick - rows["since"]) * weeks,
    "trust": stored("trust"),
    "value_decile": lambda rows, _, __, deciles: 1 + np.searchsorted(deciles, rows["monthly_revenue"], side="right"),
}
"""What `target.state` may use; `value_decile` is 1 to 10 by monthly revenue within the initial base."""
STATE_NAMES = tuple(STATES)


def address(name: str) -> int:
    """Return the ordinal of an intervention's draws: a stable hash of its name, so that arms share them."""
    return zlib.crc32(name.encode()) & 0xFFFFFF


def is_fixed(intervention: Intervention) -> bool:
    """Return whether the reached customers never change after their arrival."""
    target = intervention.target
    return not target.state and target.draw == "once" and target.cap_per_week is None


def chosen(
    name: str, intervention: Intervention, rows: Rows, ids: Ints, week: int, segments: list[str], draw: Draw
) -> Bools:
    """Return which customers the coverage, the hold-out and the segments let through, in this week."""
    target = intervention.target
    reached = np.ones(len(rows), bool)
    if target.segments:
        reached &= np.isin(rows["segment"], [segments.index(segment) for segment in target.segments])
    if target.coverage < 1.0:
        block, when = (Block.REACH, week) if target.draw == "weekly" else (Block.ASSIGN, 0)
        reached &= draw(ids, when, block, address(name), 0) < target.coverage
    if target.holdout > 0.0:
        reached &= draw(ids, 0, Block.ASSIGN, address(name), 1) >= target.holdout
    return reached


def state_columns(names: Iterable[str], rows: Rows, tick: int, weeks: float, deciles: Floats) -> dict[str, Floats]:
    """Return the customer states of these names, as columns."""
    return {name: np.asarray(STATES[name](rows, tick, weeks, deciles), np.float64) for name in names}


def condition(intervention: Intervention, path: str) -> Condition:
    """Return the parsed state expression of a target.

    Raises
    ------
    InputError : the expression is malformed or uses an unknown name.
    """
    return parse_condition(intervention.target.state, STATE_NAMES, path)


def capped(reached: Bools, keep: int, ids: Ints, tick: int, name: str, draw: Draw) -> Bools:
    """Return at most `keep` of the reached customers: those with the smallest draws of this tick."""
    places = np.flatnonzero(reached)
    if places.size <= keep:
        return reached
    order = np.argsort(draw(ids[places], tick, Block.REACH, address(name), 1), kind="stable")
    kept = np.zeros_like(reached)
    kept[places[order[:keep]]] = True
    return kept
