"""Who sits beside whom: customers line up by segment and by the rhythm of their bills, and take their places at a slate.

Rows are taken in stretches. Within one, customers of one slot of parameters line up by their segment and the phase of the plan's
rhythm. So a slate counts for one segment, and lives a calendar touchpoint whole or not at all, as whoever has the same phase has
it in the same ticks.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from cxsim.arrays import Ints, Rows
from cxsim.engine.identity import identity
from cxsim.engine.slate import LANES, SLATE, Party, member, padded, pick_up, send_for
from cxsim.engine.world import World
from cxsim.journey.tables import LifeCode
from cxsim.measures import ProblemCode

_LEAD, _ACTIVE = int(LifeCode.LEAD), int(LifeCode.ACTIVE)
_NO_PROBLEM = int(ProblemCode.NONE)
STRETCH = 1024
"""Rows that are lined up together: few enough that they and the next ones stay in the second cache."""
AHEAD = 2 * STRETCH
"""How far ahead records are sent for: further than a stretch, as customers of a small segment wait in line for some."""
PHASES = 16
"""The longest rhythm that customers line up by."""
PART = STRETCH + LANES
"""Places in one line: a stretch may have one phase and segment only, and finds less than a slate of the one before."""


class Room(NamedTuple):
    """Where a thread works: a slate, and the lines in front of it, one behind the other."""

    slate: Rows  # one
    line: Ints  # numbers of living rows, in a part for each line
    ends: Ints  # where each part ends


def new_room(lines: int = 1) -> Room:
    """Return an empty room with so many lines: one for every segment and phase."""
    return Room(np.zeros(1, SLATE), np.zeros(lines * PART, np.int64), np.zeros(lines, np.int64))


def phase_of(calendar: int, scatter: int, period: int) -> int:
    """Return a customer's phase of something that comes every `period` ticks: a 16-bit number scattered and scaled to it."""
    return (((calendar * scatter) & 65_535) * period) >> 16


def line_up(rows: Rows, start: int, stop: int, slot: int, world: World, room: Room) -> None:
    """Line up the leads and active customers of a slot, by segment and phase of the rhythm, behind those who are in line."""
    period, scatter = world.plan.rhythm, world.plan.rhythm_scatter
    for i in range(start, stop):
        # The line that is read here must be near a stretch before the rest of the record.
        send_for(rows, i + STRETCH, 3)
        record = rows[i]
        living = 1 if record.life == _ACTIVE or record.life == _LEAD else 0
        own = record.segment * period + phase_of(record.calendar, scatter, period)
        # Whoever does not count is written too, and written over by the next: cheaper than to ask.
        room.line[room.ends[own]] = i
        room.ends[own] += living if world.slots[record.reached] == slot else 0


def move_up(room: Room, own: int, first: int) -> None:
    """Let those who are still in a line, from the place `first` on, move up to its front."""
    front = own * PART
    left = room.ends[own] - first
    for k in range(left):
        room.line[front + k] = room.line[first + k]
    room.ends[own] = front + left


def sit_down(party: Party, line: Ints, first: int, n_base: int) -> None:
    """Give a party, those from `first` on in a line of row numbers, their places on the slate."""
    for j in range(party.n):
        seat(party.slate, party.rows, j, line[first + j])
    for j in range(party.n):
        c = member(party, j)
        c.who = identity(c.row, n_base)
        c.base = 1 if c.row < n_base else 0
    for j in range(party.n, padded(party.n)):
        c = member(party, j)
        c.lived = 0
        c.due = 0
        c.closing = 0
    pick_up(party.slate, party.rows, party.n)


def seat(slate: Any, rows: Rows, j: int, i: int) -> None:
    """Give the customer of row `i` the j-th place on the slate, and note what its tick asks of its record again and again."""
    record = rows[i]
    slate["row"][j] = i
    slate["calendar"][j] = record.calendar
    slate["taste_functional"][j] = record.taste_functional
    slate["taste_emotional"][j] = record.taste_emotional
    slate["congruence"][j] = record.congruence
    slate["troubled"][j] = 0 if record.problem == _NO_PROBLEM else 1
