"""Who sits beside whom: customers line up by the rhythm of their bills, and take their places at a slate.

Rows are taken in stretches. Within one, customers of one slot of parameters line up by the phase of the plan's rhythm; whoever
has the same phase has a calendar touchpoint in the same ticks, so a slate lives it whole or not at all.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from cxsim.arrays import Ints, Rows
from cxsim.engine.identity import identity
from cxsim.engine.slate import LANES, SLATE, lane, pick_up, send_for
from cxsim.engine.world import World
from cxsim.journey.tables import LifeCode
from cxsim.measures import ProblemCode

_LEAD, _ACTIVE = int(LifeCode.LEAD), int(LifeCode.ACTIVE)
_NO_PROBLEM = int(ProblemCode.NONE)
STRETCH = 1024
"""Rows that are lined up together: few enough that they and the next ones stay in the second cache."""
PHASES = 16
"""More than the longest rhythm, see `World.plan`."""
PART = STRETCH + LANES
"""Places in the line for one phase: a stretch may have one phase only, and finds less than a slate of the one before."""


class Room(NamedTuple):
    """Where a thread works: a slate, and what it needs to line up a stretch of rows by phase."""

    slate: Rows  # one
    line: Ints  # numbers of living rows, in a part for each phase
    ends: Ints  # where each part ends


def new_room() -> Room:
    """Return an empty room."""
    return Room(np.zeros(1, SLATE), np.zeros(PHASES * PART, np.int64), np.zeros(PHASES, np.int64))


def phase_of(calendar: int, scatter: int, period: int) -> int:
    """Return a customer's phase of something that comes every `period` ticks: a 16-bit number scattered and scaled to it."""
    return (((calendar * scatter) & 65_535) * period) >> 16


def line_up(rows: Rows, start: int, stop: int, slot: int, world: World, room: Room) -> None:
    """Line up the leads and active customers of a slot, by their phase of the plan's rhythm, behind those who are in line.

    Whoever has the same phase has a calendar touchpoint in the same ticks: side by side, they live it side by side.
    """
    period, scatter = world.plan.rhythm, world.plan.rhythm_scatter
    for i in range(start, stop):
        record = rows[i]
        living = 1 if record.life == _ACTIVE or record.life == _LEAD else 0
        phase = phase_of(record.calendar, scatter, period)
        # Whoever does not count is written too, and written over by the next: cheaper than to ask.
        room.line[room.ends[phase]] = i
        room.ends[phase] += living if world.slots[record.reached] == slot else 0


def move_up(room: Room, phase: int, first: int) -> None:
    """Let those of a phase who are still in line, from the place `first` on, move up to its front."""
    front = phase * PART
    left = room.ends[phase] - first
    for k in range(left):
        room.line[front + k] = room.line[first + k]
    room.ends[phase] = front + left


def sit_down(slate: Any, rows: Rows, line: Ints, first: int, n: int, n_base: int) -> None:
    """Give `n` customers, those from `first` on in a line of row numbers, places on the slate."""
    for j in range(n):
        seat(slate, rows, j, line[first + j])
    for j in range(n):
        c = lane(slate, rows, j)
        c.who = identity(c.row, n_base)
        c.base = 1 if c.row < n_base else 0
    pick_up(slate, rows, n)


def seat(slate: Any, rows: Rows, j: int, i: int) -> None:
    """Give the customer of row `i` the j-th place on the slate, and note what its tick asks of its record again and again."""
    send_for(rows, i + STRETCH, 0)
    record = rows[i]
    slate["row"][j] = i
    slate["calendar"][j] = record.calendar
    slate["taste_functional"][j] = record.taste_functional
    slate["taste_emotional"][j] = record.taste_emotional
    slate["congruence"][j] = record.congruence
    slate["group"][j] = record.segment
    slate["troubled"][j] = 0 if record.problem == _NO_PROBLEM else 1
