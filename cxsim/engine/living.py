"""One tick of one customer, in the order of `phases.ORDER`: decay, journey and encounters, contact, and the end of the tick."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from cxsim.behaviour.account import balance, forget
from cxsim.behaviour.expectation import relax
from cxsim.engine.chances import Chances, Fate, draw_chances
from cxsim.engine.closing import close_tick
from cxsim.engine.encounter import meet, pick_channel
from cxsim.engine.problems import age, asks, fail, hand_over
from cxsim.engine.rows import read_account, read_expectation, write_account, write_expectation
from cxsim.engine.tally import Tally, count, fixed
from cxsim.engine.walk import choose, enter
from cxsim.engine.world import Clock, World
from cxsim.journey.tables import LifeCode
from cxsim.measures import Measure, ProblemCode
from cxsim.population.columns import NONE
from cxsim.rng import Block, Luck, uniform, words

_JOURNEY, _RETRY, _CONTACT = int(Block.JOURNEY), int(Block.RETRY), int(Block.CONTACT)
_LEAD, _ACTIVE = int(LifeCode.LEAD), int(LifeCode.ACTIVE)
_PROSPECTS, _FORGOTTEN = int(Measure.PROSPECTS), int(Measure.FORGOTTEN)
_VOICED, _REPLIED, _NO_PROBLEM = int(ProblemCode.VOICED), int(ProblemCode.REPLIED), int(ProblemCode.NONE)
MAX_HOPS = 6
"""Nodes that one customer may pass within a tick."""


def live(c: Any, who: int, fate: Fate, routine: Chances, clock: Clock, luck: Luck, world: World, tally: Tally) -> bool:
    """Let a lead or active customer live the tick up to its end, and return True where a desk must answer first.

    `routine` are the chances at the address of the touchpoint that everybody meets every tick.
    """
    slot = world.slots[c.reached]
    p = world.params[slot]
    decay(c, clock, world, p, tally)
    travel(c, who, slot, fate.step, routine, clock, luck, world, tally)
    if c.life == _ACTIVE:
        if c.waiting_touchpoint == NONE and (c.problem == _VOICED or c.problem == _REPLIED):
            contact(c, who, slot, clock, luck, world, p)
        if c.waiting_touchpoint != NONE:
            register(c, who, clock, luck, world, tally)
            return True
        close_tick(c, who, fate, clock, luck, world, tally)
    elif c.life == _LEAD:
        count(tally, c.segment, _PROSPECTS)
    return False


def decay(c: Any, clock: Clock, world: World, p: Any, tally: Tally) -> None:
    """Let account, expectations, habituation and memories fade by a tick, and an open problem grow older."""
    before = read_account(c)
    after = forget(before, c.problem != _NO_PROBLEM, p)
    write_account(c, after)
    lost = balance(before) - balance(after)
    c.forgotten = np.float64(c.forgotten) + lost
    tally.measures[c.segment, _FORGOTTEN] += fixed(lost)
    write_expectation(c, relax(read_expectation(c), p))
    c.habituation = np.float64(c.habituation) * p.habituation_keep
    c.peak = np.float64(c.peak) * p.memory_peak_keep
    c.failure_memory = np.float64(c.failure_memory) * p.failure_memory_keep
    c.past_problems = np.float64(c.past_problems) * p.failure_recurrence_keep
    c.attention = np.float64(c.attention) * p.churn_attention_keep
    if c.problem != _NO_PROBLEM:
        age(c, clock, world, p, tally)


def travel(
    c: Any,
    who: int,
    slot: int,
    first_step: float,
    routine: Chances,
    clock: Clock,
    luck: Luck,
    world: World,
    tally: Tally,
) -> None:
    """Walk the journey: transitions of this tick first, then the calendar touchpoints of the node; every stop is an encounter.

    `first_step` decides the first transition of the tick, `routine` its routine encounter; all others draw their own.
    """
    p = world.params[slot]
    moving = True
    hops = position = 0
    due = -1
    while True:
        touchpoint = -1
        on_path = moving
        if moving:
            target = -1
            if c.next_node != NONE:
                target = int(c.next_node)
                c.next_node = NONE
            elif c.dwell > 0:
                c.dwell -= 1
            if target < 0 and c.dwell == 0:
                step = first_step if hops == 0 else uniform(words(luck, who, clock.tick, _JOURNEY, hops).a)
                target = choose(c, slot, step, clock, world, p)
            if target < 0:
                moving, due = False, world.nodes[c.node].first_background
                continue
            draw = words(luck, who, clock.tick, _JOURNEY, hops)
            enter(c, target, draw.b, clock, world, tally)
            position = hops
            hops += 1
            touchpoint = world.nodes[target].touchpoint
            if world.nodes[target].instant == 0 or hops >= MAX_HOPS:
                moving, due = False, world.nodes[c.node].first_background
            if (
                touchpoint >= 0
                and c.department != NONE
                and world.touchpoints[slot, touchpoint].department != c.department
            ):
                hand_over(c, touchpoint, int(c.last_channel), uniform(draw.d), p, tally)
        else:
            if due >= world.nodes[c.node + 1].first_background:
                return
            touchpoint = world.background[due]
            due += 1
            if not is_due(c, slot, touchpoint, clock, world):
                continue
            position = world.touchpoints[slot, touchpoint].address
        if touchpoint < 0:
            continue
        drawn = position == world.plan.routine_address
        chances = routine if drawn else draw_chances(luck, who, clock.tick, position)
        channel = pick_channel(chances.channel, slot, touchpoint, world)
        if (
            on_path
            and c.life == _ACTIVE
            and world.touchpoints[slot, touchpoint].service == 1
            and world.channels[slot, channel].queue >= 0
        ):
            c.waiting_touchpoint = touchpoint
            c.waiting_channel = channel
        else:
            meet(c, who, touchpoint, channel, position, chances, 0.0, 0.0, clock, luck, world, tally)
            if chances.failure < world.touchpoints[slot, touchpoint].failure:
                fail(c, who, touchpoint, channel, position, clock, luck, world, tally)


def is_due(c: Any, slot: int, touchpoint: int, clock: Clock, world: World) -> Any:
    """Return whether a calendar touchpoint falls on this tick for this customer."""
    t = world.touchpoints[slot, touchpoint]
    if t.by_tenure == 1:
        tenure = clock.tick - c.since
        return tenure > 0 and remainder(tenure, t.period, t.per_period) == 0
    if t.period == 1:
        return True
    # The phase scatters the customers over the period: a 16-bit number, different for every touchpoint, scaled to it.
    phase = (((c.calendar * (2 * t.address + 1)) & 65_535) * t.period) >> 16
    return phase == remainder(clock.tick, t.period, t.per_period)


def remainder(ticks: int, period: int, per_period: float) -> int:
    """Return ticks modulo period, by multiplication with 1 / period: a division costs more than all the rest of the test."""
    return ticks - math.floor((float(ticks) + 0.5) * per_period) * period


def contact(c: Any, who: int, slot: int, clock: Clock, luck: Luck, world: World, p: Any) -> None:
    """Let a customer with a voiced problem contact the firm, or not yet; an answered letter is read."""
    draw = words(luck, who, clock.tick, _RETRY, 0)
    if not asks(c, draw, clock, p):
        return
    c.waiting_touchpoint = world.plan.problem_touchpoint
    if c.problem == _REPLIED:
        c.waiting_channel = c.problem_channel
    else:
        c.waiting_channel = pick_channel(uniform(draw.b), slot, world.plan.problem_touchpoint, world)


def register(c: Any, who: int, clock: Clock, luck: Luck, world: World, tally: Tally) -> None:
    """Count the contact where it will be worked: in an intraday bin of a queue, or in a back office."""
    desk = world.channels[world.slots[c.reached], c.waiting_channel]
    queue = desk.queue
    if queue >= 0:
        u = uniform(words(luck, who, clock.tick, _CONTACT, 0).a)
        part = 0
        while part < world.bins.shape[1] - 1 and u >= world.bins[queue, part]:
            part += 1
        c.waiting_bin = part
        tally.load[queue, part] += 1
    elif desk.office >= 0 and c.problem == _VOICED:
        tally.load[world.bins.shape[0] + desk.office, 0] += 1
