"""Problems: a failure opens one, it ages, is voiced or not, asks for help, and is settled or given up; equations (20) to (26)."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from cxsim.behaviour.account import deposit, forgive, goodwill
from cxsim.behaviour.complaint import complaint_probability
from cxsim.behaviour.failure import nuisance, offence, recall, severity
from cxsim.behaviour.memory import remember
from cxsim.behaviour.recovery import justice, settle
from cxsim.behaviour.satisfaction import accumulate
from cxsim.engine.encounter import note_episode
from cxsim.engine.rows import (
    read_account,
    read_memory,
    read_satisfaction,
    write_account,
    write_memory,
    write_satisfaction,
)
from cxsim.engine.tally import Tally, book, count, spend
from cxsim.engine.world import Clock, World
from cxsim.measures import Cause, Measure, ProblemCode, Visit
from cxsim.outlined import outlined
from cxsim.population.columns import NONE
from cxsim.rng import Block, Luck, Words, uniform, words

_PROBLEM, _RETRY, _CONTACT = int(Block.PROBLEM), int(Block.RETRY), int(Block.CONTACT)
_NO, _SILENT, _VOICED = int(ProblemCode.NONE), int(ProblemCode.SILENT), int(ProblemCode.VOICED)
_LETTER, _REPLIED = int(ProblemCode.LETTER), int(ProblemCode.REPLIED)
_FAILURE, _UNAVOIDABLE, _HANDOFF = int(Cause.FAILURE), int(Cause.UNAVOIDABLE), int(Cause.HANDOFF)
_UNRESOLVED, _LATE = int(Cause.UNRESOLVED), int(Cause.LATE_REPLY)
_RESTORATION, _RECOVERY, _DEVIATION = int(Cause.RESTORATION), int(Cause.RECOVERY), int(Cause.DOUBLE_DEVIATION)
_FAILURES, _COMPLAINTS, _CLOSED = int(Measure.FAILURES), int(Measure.COMPLAINTS), int(Measure.CLOSED)
_SETTLED, _FIRST, _FIRST_RESOLVED = int(Measure.SETTLED), int(Measure.FIRST_CONTACTS), int(Measure.FIRST_RESOLVED)
_RECOVERY_COST = int(Measure.RECOVERY_COST)
_VISIT_FAILURES = int(Visit.FAILURES)


@outlined
def punish(c: Any, size: float, touchpoint: int, channel: int, cause: int, p: Any, tally: Tally) -> None:
    """Book a small debit of the catalogue, such as a late reply or an abandoned call."""
    nominal = nuisance(size, np.float64(c.loss_aversion), p)
    account = read_account(c)
    booking = deposit(account, nominal, 0.0, size, goodwill(account, nominal, p), p)
    write_account(c, booking.account)
    if booking.debit > 0.0:
        book(c, tally, touchpoint, channel, cause, 0.0, booking.debit)
        write_memory(c, remember(read_memory(c), -booking.debit, p))


@outlined
def fail(
    c: Any, who: int, touchpoint: int, channel: int, position: int, clock: Clock, luck: Luck, world: World, tally: Tally
) -> None:
    """Let something go wrong at a touchpoint: a debit, a memory, and an open problem that is voiced or silent."""
    slot = world.slots[c.reached]
    p = world.params[slot]
    t = world.touchpoints[slot, touchpoint]
    draw = words(luck, who, clock.tick, _PROBLEM, position)
    grave = severity(uniform(draw.a), t.severity, p)
    unavoidable = uniform(draw.b) < t.unavoidable
    zone = world.segments[c.segment].zone_scale
    nominal = offence(grave, t.blame, np.float64(c.loss_aversion), zone, p)
    account = read_account(c)
    booking = deposit(account, nominal, 0.0, grave, goodwill(account, nominal, p), p)
    write_account(c, booking.account)
    book(c, tally, touchpoint, channel, _UNAVOIDABLE if unavoidable else _FAILURE, 0.0, booking.debit)
    write_memory(c, remember(read_memory(c), -booking.debit, p))
    c.failure_memory = recall(np.float64(c.failure_memory), grave, np.float64(c.past_problems), p)
    c.attention = 1.0
    count(tally, c.segment, _FAILURES)
    tally.visits[touchpoint, channel, _VISIT_FAILURES] += 1
    if c.problem != _NO:
        c.problem_severity = max(np.float64(c.problem_severity), grave)
        c.problem_debit = np.float64(c.problem_debit) + booking.debit
        return
    c.problem_severity = grave
    c.problem_blame = t.blame
    c.problem_debit = booking.debit
    c.problem_age = 0.0
    c.problem_contacts = 0
    c.problem_touchpoint = touchpoint
    c.problem_unavoidable = 1 if unavoidable else 0
    voiced = uniform(draw.c) < complaint_probability(grave, np.float64(c.voice), np.float64(c.satisfaction), p)
    c.problem = _VOICED if voiced else _SILENT
    if voiced:
        count(tally, c.segment, _COMPLAINTS)


def hand_over(c: Any, touchpoint: int, channel: int, chance: float, p: Any, tally: Tally) -> None:
    """Let the firm's silos show with the probability of a failed handoff: a debit now, effort at the next encounter."""
    if chance < p.problem_handoff_failure * (1.0 - p.journey_alignment):
        c.handoff = 1
        punish(c, p.failure_handoff, touchpoint, channel, _HANDOFF, p, tally)


def age(c: Any, clock: Clock, world: World, p: Any, tally: Tally) -> None:
    """Let an open problem grow older by a tick: a silent one is dropped, a forgotten one closed, a letter comes due."""
    c.problem_age = np.float64(c.problem_age) + clock.weeks
    waited = np.float64(c.problem_age)
    if c.problem == _LETTER:
        slot = world.slots[c.reached]
        target = world.offices[slot, world.channels[slot, c.problem_channel].office].target_weeks
        late_before = math.floor(waited - clock.weeks - target)
        late_now = math.floor(waited - target)
        if late_now > late_before and late_now >= 1.0:
            punish(c, p.failure_late_reply, world.plan.problem_touchpoint, c.problem_channel, _LATE, p, tally)
        c.problem_due = np.float64(c.problem_due) - clock.weeks
        if np.float64(c.problem_due) <= 0.0:
            c.problem = _REPLIED
    elif (c.problem == _SILENT and waited >= p.problem_silent_weeks) or waited >= p.problem_max_age_weeks:
        c.problem = _NO
        c.past_problems = np.float64(c.past_problems) + 1.0
        count(tally, c.segment, _CLOSED)


def asks(c: Any, draw: Words, clock: Clock, p: Any) -> bool:
    """Return whether the customer contacts the firm about the problem this tick."""
    if c.problem == _REPLIED:
        return True
    if c.problem != _VOICED:
        return False
    if c.problem_contacts == 0:
        return True
    return uniform(draw.a) < 1.0 - math.pow(1.0 - p.problem_retry, clock.weeks)


def answer(
    c: Any, who: int, touchpoint: int, channel: int, clock: Clock, luck: Luck, world: World, tally: Tally
) -> None:
    """Let the firm decide on a problem after a contact: explained, solved, or not solved."""
    slot = world.slots[c.reached]
    p = world.params[slot]
    chance = words(luck, who, clock.tick, _CONTACT, 0)
    first = c.problem_contacts <= 1
    if first:
        count(tally, c.segment, _FIRST)
    grave = np.float64(c.problem_severity)
    solved = uniform(chance.c) < p.problem_first_contact_resolution * (1.0 - p.problem_severity_effect * grave)
    if solved or c.problem_unavoidable == 1:
        if first:
            count(tally, c.segment, _FIRST_RESOLVED)
        close(c, touchpoint, channel, slot, clock, world, tally)
        return
    punish(c, p.failure_unresolved, touchpoint, channel, _UNRESOLVED, p, tally)
    c.problem = _VOICED if uniform(chance.d) < p.problem_persistence else _SILENT
    retry = words(luck, who, clock.tick, _RETRY, 1)
    hand_over(c, touchpoint, channel, uniform(retry.c), p, tally)


@outlined
def close(c: Any, touchpoint: int, channel: int, slot: int, clock: Clock, world: World, tally: Tally) -> None:
    """Settle the problem: debits taken back, recovery or double deviation booked, satisfaction and memory updated."""
    p = world.params[slot]
    grave = np.float64(c.problem_severity)
    past = np.float64(c.past_problems)
    unavoidable = c.problem_unavoidable == 1
    waited = np.float64(c.problem_age) + p.recovery_same_tick_weeks
    fairness = justice(waited, float(c.problem_contacts), unavoidable, p)
    outcome = settle(fairness, grave, np.float64(c.problem_blame), past, unavoidable, np.float64(c.loss_aversion), p)
    restored = forgive(read_account(c), outcome.restored * np.float64(c.problem_debit))
    liked = goodwill(restored.account, outcome.deposit, p)
    booking = deposit(restored.account, outcome.deposit, 0.0, 0.0, liked, p)
    write_account(c, booking.account)
    if restored.credit > 0.0:
        book(c, tally, touchpoint, channel, _RESTORATION, restored.credit, 0.0)
    if booking.credit > 0.0:
        book(c, tally, touchpoint, channel, _RECOVERY, booking.credit, 0.0)
    if booking.debit > 0.0:
        book(c, tally, touchpoint, channel, _DEVIATION, 0.0, booking.debit)
    write_memory(c, remember(read_memory(c), restored.credit + booking.credit - booking.debit, p))
    weight = world.touchpoints[slot, touchpoint].weight
    write_satisfaction(c, accumulate(read_satisfaction(c), outcome.transaction, weight, p))
    note_episode(c, outcome.transaction, p)
    c.last_transaction = outcome.transaction
    c.failure_memory = np.float64(c.failure_memory) * (1.0 - p.recovery_forgiveness * outcome.restored)
    c.past_problems = past + 1.0
    c.problem = _NO
    if not unavoidable:
        paid = p.problem_compensation_cost * p.problem_compensation * grave * np.float64(c.monthly_revenue)
        spend(c, tally, _RECOVERY_COST, paid, clock.discount)
    count(tally, c.segment, _SETTLED)
    c.waiting_touchpoint = NONE
