"""The slate: up to 96 customers side by side, one array a field, for the part of a tick that almost everybody shares.

Customers rest in memory one record each. For their tick the numbers that every tick changes are picked up onto a slate, where
a loop over a rule without branches and library calls runs in the vector units of the processor, several customers at a time.
A `Lane` is one customer on the slate and reads as a record does: what was picked up from the slate, all else from the record, so
a rule does not know where it reads. What rules leave for one another within a tick, such as draws and felt values, are fields of
the slate too.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from cxsim.arrays import Rows
from cxsim.population.columns import CUSTOMER, EVERY_TICK

LANES = 96
"""Customers on a slate: few enough that it stays in the nearest cache."""
_ROOM = LANES + 16
"""Length of a field: a power of two would send the same lane of many fields to one and the same set of the cache."""

BROUGHT = ("calendar", "taste_functional", "taste_emotional", "congruence")
"""Traits of the record that only some ticks need and none changes: the slate has a copy."""
PASSING = {
    "f8": (
        # draws of the tick, and of encounters; `drawn_...` are the uniform numbers behind normal ones
        "leave", "drawn_score", "score_noise", "notice", "step",
        "drawn_functional", "drawn_emotional", "noise_functional", "noise_emotional", "failure", "choice",
        # an encounter of many, see `encounter`
        "level_functional", "level_emotional", "performance", "perceived_functional", "perceived_emotional",
        "over_functional", "over_emotional", "felt",
        # the end of the tick, see `closing`
        "latent", "standing", "eta",
    ),
    "i8": (
        "row", "who", "points", "quarter", *BROUGHT[:1],
        # the calendar touchpoints that are lived where the customer is, as bits
        "lived",
        # an encounter of many, as it is counted
        "norm_units", "gain_units", "debit_units", "score_units", "bin",
        # what is counted at the end of the tick, as fixed-point numbers
        "lost_units", "revenue_units",
    ),
    "f4": BROUGHT[1:],
    "u1": ("base", "troubled", "closing", "called", "tempted", "far", "due", "failing", "met_channel", "kept"),
}  # fmt: skip
"""Fields that only a slate has, by type.

`base` is 1 for the initial base, `troubled` with an open problem, `closing` where the tick ends without a desk, `called` where a
survey may be due, `tempted` where the customer may leave, `far` where a draw lies in the tails, `due` where a calendar touchpoint
is, `failing` where an encounter fails.
"""
SLATE = np.dtype(
    [(name, CUSTOMER[name], (_ROOM,)) for name in EVERY_TICK]
    + [(name, kind, (_ROOM,)) for kind, names in PASSING.items() for name in names],
    align=True,
)


class Lane:
    """One customer on a slate; attributes are the fields of the slate, then those of its record."""

    __slots__ = ("_j", "_rows", "_slate")

    def __init__(self, slate: Any, rows: Rows, j: int) -> None:
        object.__setattr__(self, "_slate", slate)
        object.__setattr__(self, "_rows", rows)
        object.__setattr__(self, "_j", j)

    def __getattr__(self, name: str) -> Any:
        if name in SLATE.fields:  # type: ignore[operator]
            return self._slate[name][self._j]
        return self._rows[name][self._slate["row"][self._j]]

    def __setattr__(self, name: str, value: Any) -> None:
        if name in SLATE.fields:  # type: ignore[operator]
            self._slate[name][self._j] = value
        else:
            self._rows[name][self._slate["row"][self._j]] = value


class Party(NamedTuple):
    """The `n` customers on a slate: all of one segment, and reached by the same interventions, those of a slot."""

    slate: Any
    rows: Rows
    n: int
    slot: int
    segment: int


def lane(slate: Any, rows: Rows, j: int) -> Any:
    """Return the j-th customer on the slate, who rests in `rows`."""
    return Lane(slate, rows, j)


def member(party: Party, j: int) -> Any:
    """Return the j-th customer of a party."""
    return lane(party.slate, party.rows, j)


def padded(n: int) -> int:
    """Return how many lanes a loop takes over `n` customers: compiled code fills its last vector up, as a rest costs more.

    Nobody is in the lanes beyond `n`: what is found there is kept nowhere, and counts nowhere as their flags are 0.
    """
    return n


def send_for(rows: Rows, row: int, line: int) -> None:
    """Have the memory bring a line (64 bytes) of a record that will be needed soon; the row need not exist.

    The slow loops of a slate's work ask for records to come, a line here and a line there: asked for all at once they would come
    no sooner, and everything else would wait for them.
    """


def pick_up(slate: Any, rows: Rows, n: int) -> None:
    """Copy what every tick changes onto the slate, for the customers whose row numbers are its first `n` entries in `row`."""
    listed = slate["row"][:n]
    for name in EVERY_TICK:
        slate[name][:n] = rows[name][listed]


def put_back(slate: Any, rows: Rows, n: int) -> None:
    """Copy it back to the records."""
    listed = slate["row"][:n]
    for name in EVERY_TICK:
        rows[name][listed] = slate[name][:n]


def held(record: Any) -> Any:
    """Return a record that nobody writes to meanwhile: compiled code keeps its numbers in registers over a loop."""
    return record


def stay_a_call() -> None:
    """Keep the compiler from inlining the rule that says this."""
