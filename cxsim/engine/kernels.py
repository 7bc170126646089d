"""Loops over rows: the two halves of a tick, births, and draws; compiled as they stand, or run on one row in plain Python."""

from __future__ import annotations

from typing import Any

from cxsim.arrays import Floats, Ints, Rows
from cxsim.engine.chances import draw_fates
from cxsim.engine.closing import close_together, settle_down
from cxsim.engine.living import live_together
from cxsim.engine.service import serve
from cxsim.engine.slate import LANES, PHASES, STRETCH, Room, lane, phase_of, pick_up, put_back, send_for
from cxsim.engine.tally import Tally
from cxsim.engine.world import Clock, Desks, World
from cxsim.journey.tables import LifeCode
from cxsim.measures import ProblemCode
from cxsim.population.birth import be_born, settle_in
from cxsim.population.columns import NONE
from cxsim.rng import Luck, uniform, words

_LEAD, _ACTIVE = int(LifeCode.LEAD), int(LifeCode.ACTIVE)
_NO_PROBLEM = int(ProblemCode.NONE)
LEADS_FROM = 1 << 31
"""Identity of the first lead: far above the initial base, so that a larger base leaves every lead its luck."""


def identity(row: int, n_base: int) -> int:
    """Return what addresses the draws of a row: its number in the initial base, a range of their own for leads."""
    return row if row < n_base else row - n_base + LEADS_FROM


def live_rows(
    rows: Rows,
    low: int,
    high: int,
    n_base: int,
    clock: Clock,
    luck: Luck,
    world: World,
    room: Room,
    waiting: Ints,
    tally: Tally,
) -> int:
    """Live the tick of rows `low` to `high`; write who must wait for a desk to `waiting[low:]` and return how many.

    Customers of one slot share all parameters, so they are picked up onto a slate slot after slot.
    """
    slate = room.slate[0]
    last = low
    for start in range(low, high, STRETCH):
        stop = min(high, start + STRETCH)
        for slot in range(world.params.shape[0]):
            line_up(rows, start, stop, slot, world, room)
            first = 0
            for phase in range(world.plan.rhythm):
                while first < room.ends[phase]:
                    n = min(LANES, room.ends[phase] - first)
                    sit_down(slate, rows, room.line, first, n, n_base)
                    live_together(slate, rows, n, slot, clock, luck, world, tally)
                    put_back(slate, rows, n)
                    for j in range(n):
                        c = lane(slate, rows, j)
                        if c.waiting_touchpoint != NONE:
                            waiting[last] = c.row
                            last += 1
                    first += n
    return last - low


def line_up(rows: Rows, start: int, stop: int, slot: int, world: World, room: Room) -> None:
    """Line up the leads and active customers of a slot, by their phase of the plan's rhythm; note where each phase ends.

    Whoever has the same phase has a calendar touchpoint in the same ticks: side by side, they live it side by side.
    """
    period, scatter = world.plan.rhythm, world.plan.rhythm_scatter
    for phase in range(period + 1):
        room.ends[phase] = 0
    m = 0
    for i in range(start, stop):
        record = rows[i]
        living = 1 if record.life == _ACTIVE or record.life == _LEAD else 0
        counts = living if world.slots[record.reached] == slot else 0
        phase = phase_of(record.calendar, scatter, period)
        room.found[m] = i * PHASES + phase
        room.ends[phase + 1] += counts
        m += counts
    for phase in range(period):
        room.ends[phase + 1] += room.ends[phase]
    for k in range(m):
        code = room.found[k]
        phase = code & (PHASES - 1)
        room.line[room.ends[phase]] = code // PHASES
        room.ends[phase] += 1


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


def serve_rows(
    rows: Rows,
    waiting: Ints,
    low: int,
    high: int,
    n_base: int,
    clock: Clock,
    luck: Luck,
    world: World,
    desks: Desks,
    room: Room,
    tally: Tally,
) -> None:
    """Serve the customers listed in `waiting[low:high]` and end their tick."""
    slate = room.slate[0]
    for slot in range(world.params.shape[0]):
        n = 0
        for k in range(low, high):
            if world.slots[rows[waiting[k]].reached] == slot:
                room.line[n] = waiting[k]
                n += 1
            if n == LANES or (k == high - 1 and n > 0):
                sit_down(slate, rows, room.line, 0, n, n_base)
                draw_fates(slate, rows, n, clock.tick, luck)
                for j in range(n):
                    c = lane(slate, rows, j)
                    serve(c, clock, luck, world, desks, tally)
                    settle_down(c, world)
                close_together(slate, rows, n, clock, luck, world, world.params[slot], tally)
                put_back(slate, rows, n)
                n = 0


def bear_rows(rows: Rows, low: int, high: int, first_id: int, tick: int, origin: int, luck: Luck, laws: Any) -> None:
    """Let the customers of rows `low` to `high` be born: traits, initial state, place in the journey."""
    for i in range(low, high):
        be_born(rows[i], first_id + i, tick, origin, luck, laws)


def settle_rows(rows: Rows, low: int, high: int, first_id: int, tenure_weeks: Floats, luck: Luck, laws: Any) -> None:
    """Settle in customers whose segment and tenure are known, instead of drawn."""
    for i in range(low, high):
        settle_in(rows[i], first_id + i, 0, 0, tenure_weeks[i - low], luck, laws)


def count_masks(rows: Rows, n: int, everybody: Ints, active: Ints) -> None:
    """Count the first `n` rows by reach mask, and the active customers among them; adds to both arrays."""
    for i in range(n):
        mask = rows[i].reached
        everybody[mask] += 1
        active[mask] += 1 if rows[i].life == _ACTIVE else 0


def draw_rows(out: Floats, ids: Ints, tick: int, block: int, ordinal: int, word: int, luck: Luck) -> None:
    """Fill `out` with the uniform draws of customers `ids` at one address."""
    for i in range(ids.shape[0]):
        drawn = words(luck, ids[i], tick, block, ordinal)
        out[i] = uniform(drawn.a if word == 0 else drawn.b)
