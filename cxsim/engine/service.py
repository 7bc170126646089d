"""Service: the customers who contacted a desk this tick are served, abandon, or are answered by letter; equation (24)."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from cxsim.engine.chances import draw_chances
from cxsim.engine.encounter import meet
from cxsim.engine.problems import answer, fail, punish
from cxsim.engine.tally import Tally, add, count, spend
from cxsim.engine.world import Clock, Desks, World
from cxsim.measures import Cause, Measure, ProblemCode
from cxsim.population.columns import NONE
from cxsim.rng import Block, Luck, uniform, words

_CONTACT = int(Block.CONTACT)
_SERVICE_POSITION = 64
_VOICED, _LETTER, _REPLIED = int(ProblemCode.VOICED), int(ProblemCode.LETTER), int(ProblemCode.REPLIED)
_ABANDONED_CAUSE = int(Cause.ABANDONED)
_CONTACTS, _ABANDONED, _SERVED = int(Measure.CONTACTS), int(Measure.ABANDONED), int(Measure.SERVED)
_WAIT, _CONTACT_COST = int(Measure.WAIT_MIN), int(Measure.CONTACT_COST)


def serve(c: Any, clock: Clock, luck: Luck, world: World, desks: Desks, tally: Tally) -> None:
    """Serve a customer who waits for a desk or for the answer to a letter."""
    slot = world.slots[c.reached]
    p = world.params[slot]
    touchpoint = int(c.waiting_touchpoint)
    channel = int(c.waiting_channel)
    c.waiting_touchpoint = NONE
    replied = c.problem == _REPLIED and touchpoint == world.plan.problem_touchpoint
    about_problem = replied or (c.problem == _VOICED and touchpoint == world.plan.problem_touchpoint)
    office = world.channels[slot, channel].office
    if office >= 0 and about_problem and not replied:
        post(c, channel, slot, office, clock, world, desks, tally)
        if np.float64(c.problem_due) > clock.weeks:
            return
        replied = True
    wait_min = 0.0
    if not replied:
        queue = world.channels[slot, channel].queue
        count_contact(c, tally)
        if queue >= 0:
            chance = words(luck, c.who, clock.tick, _CONTACT, 0)
            patient = math.pow(1.0 - desks.abandonment[queue, c.waiting_bin], 1.0 / np.float64(c.patience))
            if uniform(chance.b) >= patient:
                count(tally, c.segment, _ABANDONED)
                punish(c, p.failure_abandoned, touchpoint, channel, _ABANDONED_CAUSE, p, tally)
                return
            wait_min = desks.wait_min[queue, c.waiting_bin]
            count(tally, c.segment, _SERVED)
            add(tally, c.segment, _WAIT, wait_min)
        charge(c, slot, channel, clock, world, tally)
        if about_problem and c.problem_contacts < NONE:
            c.problem_contacts += 1
    chances = draw_chances(luck, c.who, clock.tick, _SERVICE_POSITION)
    repeats = max(0.0, float(c.problem_contacts) - 1.0) if about_problem else 0.0
    meet(c, c.who, touchpoint, channel, _SERVICE_POSITION, chances, wait_min, repeats, clock, luck, world, tally)
    if chances.failure < world.touchpoints[slot, touchpoint].failure:
        fail(c, c.who, touchpoint, channel, _SERVICE_POSITION, clock, luck, world, tally)
    if about_problem:
        answer(c, c.who, touchpoint, channel, clock, luck, world, tally)


def post(c: Any, channel: int, slot: int, office: int, clock: Clock, world: World, desks: Desks, tally: Tally) -> None:
    """Send a complaint by letter: it joins the backlog and is answered after the delay of its group of customers."""
    rule = world.offices[slot, office]
    c.problem_due = (desks.backlog_weeks[office] + rule.fixed_weeks) * rule.delay
    c.problem = _LETTER
    c.problem_channel = channel
    c.last_channel = channel
    if c.problem_contacts < NONE:
        c.problem_contacts += 1
    count_contact(c, tally)
    charge(c, slot, channel, clock, world, tally)


def count_contact(c: Any, tally: Tally) -> None:
    """Count a contact: an encounter at a touchpoint of service, at a desk or not, or the wait for one in vain."""
    count(tally, c.segment, _CONTACTS)
    if c.contacts < 65_535:
        c.contacts += 1


def charge(c: Any, slot: int, channel: int, clock: Clock, world: World, tally: Tally) -> None:
    """Charge the firm the cost of a contact."""
    spend(c, tally, _CONTACT_COST, world.channels[slot, channel].cost, clock.discount)
