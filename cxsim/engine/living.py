"""A tick of the customers on a slate, in the order of `phases.ORDER`: decay, journey and encounters, contact, end of the tick.

What almost everybody lives, decay, calendar touchpoints and the end of the tick, is lived together, rule after rule; what
happens to a few, such as steps of the journey, failures and contacts, is lived one customer at a time in between.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from cxsim.arrays import Ints
from cxsim.behaviour.account import balance, forget
from cxsim.behaviour.expectation import relax
from cxsim.engine.chances import Chances, draw_chances, draw_fates
from cxsim.engine.closing import close_together, settle_down
from cxsim.engine.encounter import meet, meet_together, pick_channel
from cxsim.engine.problems import age, asks, fail, hand_over
from cxsim.engine.rows import read_account, read_expectation, write_account, write_expectation
from cxsim.engine.seating import AHEAD, phase_of
from cxsim.engine.service import charge, count_contact
from cxsim.engine.slate import Party, held, member, padded, send_for
from cxsim.engine.tally import Tally, count, fixed
from cxsim.engine.walk import choose, enter
from cxsim.engine.world import Clock, World
from cxsim.journey.tables import LifeCode
from cxsim.measures import Measure, ProblemCode
from cxsim.outlined import outlined
from cxsim.population.columns import NONE
from cxsim.rng import Block, Luck, uniform, words

_JOURNEY, _RETRY, _CONTACT = int(Block.JOURNEY), int(Block.RETRY), int(Block.CONTACT)
_LEAD, _ACTIVE = int(LifeCode.LEAD), int(LifeCode.ACTIVE)
_PROSPECTS, _FORGOTTEN = int(Measure.PROSPECTS), int(Measure.FORGOTTEN)
_VOICED, _REPLIED, _NO_PROBLEM = int(ProblemCode.VOICED), int(ProblemCode.REPLIED), int(ProblemCode.NONE)
MANY = 5
"""An encounter of one costs about as much as that of five together: so many times the due, and all go through the motions."""
MAX_HOPS = 6
"""Nodes that one customer may pass within a tick."""


def live_together(party: Party, clock: Clock, luck: Luck, world: World, waiting: Ints, last: int, tally: Tally) -> int:
    """Let a party live the tick, up to its end or to a contact with a desk.

    All are leads or active. Whose tick must wait for a desk is listed in `waiting[last:]`; returns where that list ends.
    """
    p = held(world.params[party.slot])
    draw_fates(party, clock.tick, luck)
    for j in range(padded(party.n)):
        fade(member(party, j), p)
    lost_units = 0
    for j in range(party.n):
        c = member(party, j)
        lost_units += c.lost_units
    tally.measures[party.segment, _FORGOTTEN] += lost_units
    for j in range(party.n):
        c = member(party, j)
        if c.problem != _NO_PROBLEM:
            age(c, clock, world, p, tally)
        if c.next_node != NONE or c.dwell > 0 or c.problem != _NO_PROBLEM or c.step < world.quiet[party.slot, c.node]:
            walk(c, party.slot, clock, luck, world, tally)
        send_for(party.rows, c.row + AHEAD, 0)
        send_for(party.rows, c.row + AHEAD, 1)
        c.lived = world.nodes[c.node].lived
    for k in range(world.calendar.shape[0]):
        keep_date(party, k, clock, luck, world, tally)
    for j in range(party.n):
        c = member(party, j)
        c.closing = 0
        if c.life == _ACTIVE:
            if c.waiting_touchpoint == NONE and (c.problem == _VOICED or c.problem == _REPLIED):
                contact(c, c.who, party.slot, clock, luck, world, p)
            if c.waiting_touchpoint != NONE:
                register(c, c.who, clock, luck, world, tally)
                waiting[last] = c.row
                last += 1
            else:
                settle_down(c, world)
        elif c.life == _LEAD:
            count(tally, c.segment, _PROSPECTS)
    close_together(party, clock, luck, world, tally)
    return last


def fade(c: Any, p: Any) -> None:
    """Let account, expectations, habituation and memories fade by a tick."""
    before = read_account(c)
    after = forget(before, c.troubled == 1, p)
    write_account(c, after)
    lost = balance(before) - balance(after)
    c.forgotten = np.float64(c.forgotten) + lost
    c.lost_units = fixed(lost)
    write_expectation(c, relax(read_expectation(c), p))
    c.habituation = np.float64(c.habituation) * p.habituation_keep
    c.peak = np.float64(c.peak) * p.memory_peak_keep
    c.failure_memory = np.float64(c.failure_memory) * p.failure_memory_keep
    c.past_problems = np.float64(c.past_problems) * p.failure_recurrence_keep
    c.attention = np.float64(c.attention) * p.churn_attention_keep


def walk(c: Any, slot: int, clock: Clock, luck: Luck, world: World, tally: Tally) -> None:
    """Walk the journey as far as it goes in this tick; every stop is an encounter, or a place in the queue for one."""
    p = world.params[slot]
    for hops in range(MAX_HOPS):
        target = -1
        if c.next_node != NONE:
            target = int(c.next_node)
            c.next_node = NONE
        elif c.dwell > 0:
            c.dwell -= 1
        if target < 0 and c.dwell == 0:
            step = c.step if hops == 0 else uniform(words(luck, c.who, clock.tick, _JOURNEY, hops).a)
            target = choose(c, slot, step, clock, world, p)
        if target < 0:
            return
        draw = words(luck, c.who, clock.tick, _JOURNEY, hops)
        enter(c, target, draw.b, clock, world, tally)
        touchpoint = world.nodes[target].touchpoint
        if touchpoint >= 0:
            if c.department != NONE and world.touchpoints[slot, touchpoint].department != c.department:
                hand_over(c, touchpoint, int(c.last_channel), uniform(draw.d), p, tally)
            arrive(c, touchpoint, hops, slot, clock, luck, world, tally)
        if world.nodes[target].instant == 0:
            return


def arrive(
    c: Any, touchpoint: int, position: int, slot: int, clock: Clock, luck: Luck, world: World, tally: Tally
) -> None:
    """Let the customer live the touchpoint of a node, or queue for it where a desk gives the service."""
    chances = draw_chances(luck, c.who, clock.tick, position)
    channel = pick_channel(chances.channel, slot, touchpoint, world)
    served = c.life == _ACTIVE and world.touchpoints[slot, touchpoint].service == 1
    if served and world.channels[slot, channel].queue >= 0:
        c.waiting_touchpoint = touchpoint
        c.waiting_channel = channel
    else:
        if served:
            count_contact(c, tally)
            charge(c, slot, channel, clock, world, tally)
        encounter(c, touchpoint, channel, position, chances, slot, clock, luck, world, tally)


@outlined
def keep_date(party: Party, k: int, clock: Clock, luck: Luck, world: World, tally: Tally) -> None:
    """Let those customers live the k-th calendar touchpoint for whom it is due: side by side, or the few that are one by one.

    Both give the same bits.
    """
    date = held(world.calendar[k])
    position = world.touchpoints[party.slot, date.touchpoint].address
    fails = world.touchpoints[party.slot, date.touchpoint].failure
    m = 0
    for j in range(padded(party.n)):
        c = member(party, j)
        due = 1 if (c.lived >> k) & 1 == 1 and is_due(c, date, clock) else 0
        c.due = due
        m += due
    if date.plain == 1 and MANY * m >= party.n:
        meet_together(party, date.touchpoint, clock, luck, world, tally)
        for j in range(padded(party.n)):
            c = member(party, j)
            c.failing = 1 if c.due == 1 and c.failure < fails else 0
        for j in range(party.n):
            c = member(party, j)
            if c.failing == 1:
                fail(c, c.who, date.touchpoint, c.met_channel, position, clock, luck, world, tally)
    elif m > 0:
        for j in range(party.n):
            c = member(party, j)
            if c.due == 1:
                chances = draw_chances(luck, c.who, clock.tick, position)
                channel = pick_channel(chances.channel, party.slot, date.touchpoint, world)
                encounter(c, date.touchpoint, channel, position, chances, party.slot, clock, luck, world, tally)


def encounter(
    c: Any,
    touchpoint: int,
    channel: int,
    position: int,
    chances: Chances,
    slot: int,
    clock: Clock,
    luck: Luck,
    world: World,
    tally: Tally,
) -> None:
    """Let the customer live an encounter, and see it fail or not."""
    meet(c, c.who, touchpoint, channel, position, chances, 0.0, 0.0, clock, luck, world, tally)
    if chances.failure < world.touchpoints[slot, touchpoint].failure:
        fail(c, c.who, touchpoint, channel, position, clock, luck, world, tally)


def is_due(c: Any, entry: Any, clock: Clock) -> bool:
    """Return whether a calendar touchpoint falls on this tick for this customer; `entry` is its record of `CALENDAR`."""
    if entry.by_tenure == 1:
        tenure = clock.tick - c.since
        return tenure > 0 and remainder(tenure, entry.period, entry.per_period) == 0
    return phase_of(c.calendar, entry.scatter, entry.period) == entry.today


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
