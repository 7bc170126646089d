"""Loops over rows: the two halves of a tick, births, and draws; compiled as they stand, or run on one row in plain Python."""

from __future__ import annotations

from typing import Any

from cxsim.arrays import Floats, Ints, Rows
from cxsim.engine.chances import draw_fates
from cxsim.engine.closing import close_together
from cxsim.engine.living import live_together
from cxsim.engine.service import serve
from cxsim.engine.slate import LANES, lane, pick_up, put_back, send_for
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
STRETCH = 1024
"""Rows that are looked through for each slot in turn: few enough that they stay in the second cache."""


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
    slates: Rows,
    waiting: Ints,
    tally: Tally,
) -> int:
    """Live the tick of rows `low` to `high`; write who must wait for a desk to `waiting[low:]` and return how many.

    Customers of one slot share all parameters, so they are picked up onto a slate (`slates` is the room) slot after slot.
    """
    slate, guests = slates[0], slates[1]
    last = low
    stretch = STRETCH if world.params.shape[0] > 1 else max(1, high - low)
    for start in range(low, high, stretch):
        stop = min(high, start + stretch)
        for slot in range(world.params.shape[0]):
            n = 0
            for i in range(start, stop):
                living = rows[i].life == _ACTIVE or rows[i].life == _LEAD
                if living and world.slots[rows[i].reached] == slot:
                    seat(slate, rows, n, i, n_base)
                    n += 1
                if n == LANES or (i == stop - 1 and n > 0):
                    pick_up(slate, rows, n)
                    live_together(slate, guests, rows, n, slot, clock, luck, world, tally)
                    put_back(slate, rows, n)
                    for j in range(n):
                        c = lane(slate, rows, j)
                        if c.waiting_touchpoint != NONE:
                            waiting[last] = c.row
                            last += 1
                    n = 0
    return last - low


def seat(slate: Any, rows: Rows, j: int, i: int, n_base: int) -> None:
    """Give the customer of row `i` the j-th place on the slate, and note what its tick asks of its record again and again."""
    send_for(rows, i)
    slate["row"][j] = i
    c = lane(slate, rows, j)
    c.who = identity(i, n_base)
    c.group = c.segment
    c.base = 1 - c.origin
    c.troubled = c.problem != _NO_PROBLEM
    c.closing = 1


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
    slates: Rows,
    tally: Tally,
) -> None:
    """Serve the customers listed in `waiting[low:high]` and end their tick."""
    slate = slates[0]
    for slot in range(world.params.shape[0]):
        n = 0
        for k in range(low, high):
            i = waiting[k]
            if world.slots[rows[i].reached] == slot:
                seat(slate, rows, n, i, n_base)
                n += 1
            if n == LANES or (k == high - 1 and n > 0):
                pick_up(slate, rows, n)
                draw_fates(slate, rows, n, clock.tick, luck)
                for j in range(n):
                    serve(lane(slate, rows, j), clock, luck, world, desks, tally)
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


def draw_rows(out: Floats, ids: Ints, tick: int, block: int, ordinal: int, word: int, luck: Luck) -> None:
    """Fill `out` with the uniform draws of customers `ids` at one address."""
    for i in range(ids.shape[0]):
        drawn = words(luck, ids[i], tick, block, ordinal)
        out[i] = uniform(drawn.a if word == 0 else drawn.b)
