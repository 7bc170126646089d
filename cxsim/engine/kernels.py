"""Loops over rows: the two halves of a tick, births, and draws; compiled as they stand, or run on one row in plain Python."""

from __future__ import annotations

from typing import Any

from cxsim.arrays import Floats, Ints, Rows
from cxsim.engine.chances import CHUNK, chances_at, draw_ahead, draw_fate, fate_at
from cxsim.engine.closing import close_tick
from cxsim.engine.living import live
from cxsim.engine.service import serve
from cxsim.engine.tally import Tally
from cxsim.engine.world import Clock, Desks, World
from cxsim.journey.tables import LifeCode
from cxsim.population.birth import be_born, settle_in
from cxsim.rng import Luck, uniform, words

_LEAD, _ACTIVE = int(LifeCode.LEAD), int(LifeCode.ACTIVE)


def live_rows(
    rows: Rows,
    low: int,
    high: int,
    first_id: int,
    clock: Clock,
    luck: Luck,
    world: World,
    ahead: Floats,
    waiting: Ints,
    tally: Tally,
) -> int:
    """Live the tick of rows `low` to `high`; write who must wait for a desk to `waiting[low:]` and return how many.

    `ahead` is room for the draws of a chunk of rows.
    """
    n_waiting = 0
    for start in range(low, high, CHUNK):
        stop = min(high, start + CHUNK)
        draw_ahead(ahead, first_id + start, stop - start, clock.tick, max(0, world.plan.routine_address), luck)
        for i in range(start, stop):
            c = rows[i]
            if c.life == _ACTIVE or c.life == _LEAD:
                fate = fate_at(ahead, i - start)
                routine = chances_at(ahead, i - start)
                if live(c, first_id + i, fate, routine, clock, luck, world, tally):
                    waiting[low + n_waiting] = i
                    n_waiting += 1
    return n_waiting


def serve_rows(
    rows: Rows,
    waiting: Ints,
    low: int,
    high: int,
    first_id: int,
    clock: Clock,
    luck: Luck,
    world: World,
    desks: Desks,
    tally: Tally,
) -> None:
    """Serve the customers listed in `waiting[low:high]` and end their tick."""
    for j in range(low, high):
        i = waiting[j]
        c = rows[i]
        serve(c, first_id + i, clock, luck, world, desks, tally)
        fate = draw_fate(luck, first_id + i, clock.tick)
        close_tick(c, first_id + i, fate, clock, luck, world, tally)


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
