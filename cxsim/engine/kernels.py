"""Loops over rows: the two halves of a tick, births, and draws; compiled as they stand, or run on one row in plain Python."""

from __future__ import annotations

from typing import Any

from cxsim.arrays import Floats, Ints, Rows
from cxsim.engine.chances import draw_fates
from cxsim.engine.closing import close_together, settle_down
from cxsim.engine.identity import identity
from cxsim.engine.living import live_together
from cxsim.engine.seating import PART, STRETCH, Room, line_up, move_up, sit_down
from cxsim.engine.service import serve
from cxsim.engine.slate import LANES, Party, member, put_back
from cxsim.engine.tally import Tally
from cxsim.engine.world import Clock, Desks, World
from cxsim.journey.tables import LifeCode
from cxsim.population.birth import be_born, settle_in
from cxsim.rng import Luck, uniform, words

_ACTIVE = int(LifeCode.ACTIVE)


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

    Customers of one slot share all parameters, so they are picked up onto a slate slot after slot. Slates are full but for the
    last ones.
    """
    slate = room.slate[0]
    last = low
    lines = world.segments.shape[0] * world.plan.rhythm
    for slot in range(world.params.shape[0]):
        for own in range(lines):
            room.ends[own] = own * PART
        for start in range(low, high, STRETCH):
            stop = min(high, start + STRETCH)
            line_up(rows, start, stop, slot, world, room)
            for own in range(lines):
                first = own * PART
                enough = 1 if stop == high else LANES
                while room.ends[own] - first >= enough:
                    n = min(LANES, room.ends[own] - first)
                    party = Party(slate, rows, n, slot, own // world.plan.rhythm)
                    sit_down(party, room.line, first, n_base)
                    last = live_together(party, clock, luck, world, waiting, last, tally)
                    put_back(slate, rows, n)
                    first += n
                move_up(room, own, first)
    return last - low


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
        for segment in range(world.segments.shape[0]):
            n = 0
            for k in range(low, high):
                record = rows[waiting[k]]
                if record.segment == segment and world.slots[record.reached] == slot:
                    room.line[n] = waiting[k]
                    n += 1
                if n == LANES or (k == high - 1 and n > 0):
                    party = Party(slate, rows, n, slot, segment)
                    sit_down(party, room.line, 0, n_base)
                    draw_fates(party, clock.tick, luck)
                    for j in range(n):
                        c = member(party, j)
                        serve(c, clock, luck, world, desks, tally)
                        settle_down(c, world)
                    close_together(party, clock, luck, world, tally)
                    put_back(slate, rows, n)
                    n = 0


def bear_rows(rows: Rows, low: int, high: int, n_base: int, tick: int, origin: int, luck: Luck, laws: Any) -> None:
    """Let the customers of rows `low` to `high` be born: traits, initial state, place in the journey."""
    for i in range(low, high):
        be_born(rows[i], identity(i, n_base), tick, origin, luck, laws)


def settle_rows(rows: Rows, tenure_weeks: Floats, luck: Luck, laws: Any) -> None:
    """Settle in an initial base whose segments and tenures are known, instead of drawn."""
    for i in range(tenure_weeks.shape[0]):
        settle_in(rows[i], i, 0, 0, tenure_weeks[i], luck, laws)


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
