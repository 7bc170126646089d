"""An encounter: the firm performs, the customer perceives, compares, feels, books, remembers, learns."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from cxsim.behaviour.account import deposit
from cxsim.behaviour.appraisal import beyond_zone, perceive, reference, value
from cxsim.behaviour.expectation import learn
from cxsim.behaviour.habituation import habituate
from cxsim.behaviour.memory import remember
from cxsim.behaviour.performance import delivered, effort, inconsistency_penalty, wait_penalty
from cxsim.behaviour.satisfaction import accumulate, transaction
from cxsim.behaviour.trust import judge
from cxsim.engine.chances import Chances
from cxsim.engine.rows import (
    read_account,
    read_expectation,
    read_memory,
    read_satisfaction,
    write_account,
    write_expectation,
    write_memory,
    write_satisfaction,
)
from cxsim.engine.tally import Tally, add, book, fixed, net_bin, spend
from cxsim.engine.world import EMOTIONAL, FUNCTIONAL, MIX, Clock, World
from cxsim.measures import Cause, Measure, Visit
from cxsim.population.columns import NONE
from cxsim.rng import Block, Luck, uniform, words

_JOURNEY = int(Block.JOURNEY)
_EXPERIENCE, _MOMENT, _NORM = int(Cause.EXPERIENCE), int(Cause.MOMENT_OF_TRUTH), int(Cause.NORM)
_WAIT, _EFFORT, _INCONSISTENCY = int(Cause.WAIT), int(Cause.EFFORT), int(Cause.INCONSISTENCY)
_PROGRAMME_COST, _CES, _CES_ANSWERS = int(Measure.PROGRAMME_COST), int(Measure.CES), int(Measure.CES_ANSWERS)
_COUNT, _BELOW, _ABOVE = int(Visit.COUNT), int(Visit.BELOW), int(Visit.ABOVE)
_SWITCHED, _TASK_FAILED, _KEPT = int(Visit.SWITCHED), int(Visit.TASK_FAILED), int(Visit.KEPT)
_T_SUM, _EFFORT_SUM, _WAIT_SUM = int(Visit.SATISFACTION), int(Visit.EFFORT), int(Visit.WAIT_MIN)
_ATTRIBUTABLE = 0.02


def pick_channel(u: float, slot: int, touchpoint: int, world: World) -> int:
    """Return the channel of an encounter, by the touchpoint's mix."""
    levels = world.levels[slot, touchpoint]
    channel = 0
    while channel < levels.shape[0] - 1 and u >= levels[channel, MIX]:
        channel += 1
    return channel


def debit_cause(wait: float, toil: float, jolt: float, moment: int) -> int:
    """Return the cause of an encounter's debit: its largest penalty if that is felt, else the experience itself."""
    if max(wait, toil, jolt) < _ATTRIBUTABLE:
        return _MOMENT if moment == 1 else _EXPERIENCE
    if wait >= toil and wait >= jolt:
        return _WAIT
    return _EFFORT if toil >= jolt else _INCONSISTENCY


class Performed(NamedTuple):
    """What the firm delivered: both dimensions, the systematic level, and the penalties that were taken off (quality)."""

    functional: float
    emotional: float
    level: float
    wait: float
    toil: float
    jolt: float
    switched: bool
    task_failed: bool


class Felt(NamedTuple):
    """What the customer felt: value (ec), perceived quality, whether surprised upward, whether the norm was kept."""

    value: float
    functional: float
    emotional: float
    surprised: bool
    kept: bool


def meet(
    c: Any,
    who: int,
    touchpoint: int,
    channel: int,
    position: int,
    chances: Chances,
    wait_min: float,
    repeats: float,
    clock: Clock,
    luck: Luck,
    world: World,
    tally: Tally,
) -> None:
    """Let customer `c` live an encounter; equations (6) to (19).

    `position` is the ordinal of the encounter in the customer's tick, `chances` what it holds, `repeats` the number of
    earlier contacts about the same problem.
    """
    slot = world.slots[c.reached]
    p = world.params[slot]
    t = world.touchpoints[slot, touchpoint]
    weight = np.float64(c.emotional_weight)
    done = perform(c, who, touchpoint, channel, position, slot, chances, wait_min, repeats, clock, luck, world)
    performance = (1.0 - weight) * done.functional + weight * done.emotional
    zone = t.zone * world.segments[c.segment].zone_scale
    felt = appraise(c, done, performance, zone, t, p)
    net = enter_books(c, touchpoint, channel, done, felt, t, p, tally)

    write_memory(c, remember(read_memory(c), net, p))
    score = transaction(performance, felt.value, p)
    write_satisfaction(c, accumulate(read_satisfaction(c), score, t.weight, p))
    promise = (1.0 - weight) * p.promise_functional + weight * p.promise_emotional
    c.trust = judge(np.float64(c.trust), performance, promise, p)
    write_expectation(c, learn(read_expectation(c), felt.functional, felt.emotional, t.weight, p))
    c.last_transaction = score
    if t.period == 0:
        # Calendar touchpoints run in the background: they are no step of a task on some channel.
        c.last_performance = done.level
        c.last_channel = channel
        c.department = t.department
    if t.event_cost > 0.0:
        spend(c, tally, _PROGRAMME_COST, t.event_cost, clock.discount)
    if t.service == 1:
        note_episode(c, score, p)
    if t.asked == 1:
        c.asked = 1
    record_visit(c, touchpoint, channel, done, felt, net, score, wait_min, t, tally)


def perform(
    c: Any,
    who: int,
    touchpoint: int,
    channel: int,
    position: int,
    slot: int,
    chances: Chances,
    wait_min: float,
    repeats: float,
    clock: Clock,
    luck: Luck,
    world: World,
) -> Performed:
    """Return what the firm delivers to the customer, equation (6)."""
    p = world.params[slot]
    t = world.touchpoints[slot, touchpoint]
    weight = np.float64(c.emotional_weight)
    level_f = world.levels[slot, touchpoint, channel, FUNCTIONAL] + np.float64(c.taste_functional)
    level_e = (
        world.levels[slot, touchpoint, channel, EMOTIONAL]
        + np.float64(c.taste_emotional)
        + p.performance_value_congruence * np.float64(c.congruence)
    )
    level = (1.0 - weight) * level_f + weight * level_e
    switched = t.period == 0 and c.last_channel != NONE and c.last_channel != channel
    integration = 1.0
    jolt = 0.0
    if switched:
        integration = world.seamless[slot, c.last_channel, channel]
        jolt = inconsistency_penalty(level, np.float64(c.last_performance), integration, p)
    task_failed = False
    toil = 0.0
    wait = 0.0
    if t.task == 1:
        if world.channels[slot, channel].human == 0:
            chance = words(luck, who, clock.tick, _JOURNEY, position)
            task_failed = uniform(chance.c) >= world.channels[slot, channel].task_success
        broken = 1.0 if c.handoff == 1 else 0.0
        c.handoff = 0
        toil = effort(repeats, 1.0 if switched else 0.0, integration, 1.0 if task_failed else 0.0, broken, p)
        if wait_min > 0.0:
            wait = wait_penalty(wait_min, p)
    functional = delivered(level_f - p.performance_effort * toil - wait - jolt, t.noise * chances.noise_functional)
    emotional = delivered(level_e - wait - jolt, t.noise * chances.noise_emotional)
    return Performed(functional, emotional, level, wait, toil, jolt, switched, task_failed)


def appraise(c: Any, done: Performed, performance: float, zone: float, t: Any, p: Any) -> Felt:
    """Return what the customer feels about it, equations (7) to (11)."""
    expectation = read_expectation(c)
    weight = np.float64(c.emotional_weight)
    loss_aversion = np.float64(c.loss_aversion)
    functional = perceive(done.functional, expectation.functional, p)
    emotional = perceive(done.emotional, expectation.emotional, p)
    reference_f = reference(expectation.functional, expectation.should_functional, p)
    reference_e = reference(expectation.emotional, expectation.should_emotional, p)
    overshoot_f = beyond_zone(functional - reference_f, zone, p)
    overshoot_e = beyond_zone(emotional - reference_e, zone, p)
    felt_f = value(overshoot_f, t.gain_functional, t.loss_functional, loss_aversion, p)
    felt_e = value(overshoot_e, t.gain_emotional, t.loss_emotional, loss_aversion, p)
    bar = (1.0 - weight) * reference_f + weight * reference_e
    return Felt(
        (1.0 - weight) * felt_f + weight * felt_e,
        functional,
        emotional,
        overshoot_f > 0.0 or overshoot_e > 0.0,
        performance >= bar - p.appraisal_zone_below,
    )


def enter_books(
    c: Any, touchpoint: int, channel: int, done: Performed, felt: Felt, t: Any, p: Any, tally: Tally
) -> float:
    """Book the encounter in the account and the ledger, and return the net booking (ec); equations (11) to (14)."""
    surprise = t.weight * felt.value
    norm = p.account_norm * t.norm if felt.kept else 0.0
    habituation = np.float64(c.habituation)
    booking = deposit(read_account(c), surprise + norm, habituation, 0.0, p)
    if booking.credit > 0.0:
        share = norm / (norm + max(0.0, surprise))
        if share > 0.0:
            book(c, tally, touchpoint, channel, _NORM, booking.credit * share, 0.0)
        if share < 1.0:
            cause = _MOMENT if t.moment == 1 else _EXPERIENCE
            book(c, tally, touchpoint, channel, cause, booking.credit * (1.0 - share), 0.0)
    if booking.debit > 0.0:
        cause = debit_cause(done.wait, done.toil, done.jolt, t.moment)
        book(c, tally, touchpoint, channel, cause, 0.0, booking.debit)
    write_account(c, booking.account)
    c.habituation = habituate(habituation, felt.surprised, t.weight, p)
    return booking.credit - booking.debit


def record_visit(
    c: Any,
    touchpoint: int,
    channel: int,
    done: Performed,
    felt: Felt,
    net: float,
    score: float,
    wait_min: float,
    t: Any,
    tally: Tally,
) -> None:
    """Count the encounter where the tables want it."""
    cell = tally.visits[touchpoint, channel]
    cell[_COUNT] += 1
    cell[_T_SUM] += fixed(score)
    if felt.value < 0.0:
        cell[_BELOW] += 1
    elif felt.value > 0.0:
        cell[_ABOVE] += 1
    if felt.kept:
        cell[_KEPT] += 1
    tally.nets[touchpoint, net_bin(net)] += 1
    if t.task == 1:
        if done.switched:
            cell[_SWITCHED] += 1
        if done.task_failed:
            cell[_TASK_FAILED] += 1
        cell[_EFFORT_SUM] += fixed(done.toil)
        cell[_WAIT_SUM] += fixed(wait_min)
    if t.service == 1:
        add(tally, c.segment, _CES, 7.0 - 6.0 * min(1.0, 2.0 * done.toil))
        tally.measures[c.segment, _CES_ANSWERS] += 1


def note_episode(c: Any, score: float, p: Any) -> None:
    """Add the satisfaction with a service encounter to the customer's running episode."""
    peak = np.float64(c.episode_peak)
    reference_level = p.satisfaction_reference
    if c.episode_count == 0 or abs(score - reference_level) >= abs(peak - reference_level):
        c.episode_peak = score
    c.episode_sum = np.float64(c.episode_sum) + score
    if c.episode_count < NONE:
        c.episode_count += 1
