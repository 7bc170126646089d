"""An encounter: the firm performs, the customer perceives, compares, feels, books, remembers, learns.

Six steps, so that a calendar touchpoint can take each step for a whole slate at once (`meet_together`), and
any other encounter all for one customer (`meet`): `perform`, `compare`, `evaluate`, `feel`, `find_change` and `undergo`, `note`.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from cxsim.behaviour.account import Booking, deposit, goodwill
from cxsim.behaviour.appraisal import beyond_zone, perceive, reference, value
from cxsim.behaviour.expectation import Expectation, learn
from cxsim.behaviour.habituation import habituate
from cxsim.behaviour.memory import Memory, remember
from cxsim.behaviour.performance import delivered, effort, inconsistency_penalty, wait_penalty
from cxsim.behaviour.satisfaction import Satisfaction, accumulate, transaction
from cxsim.behaviour.trust import judge
from cxsim.engine.chances import Chances, draw_encounters
from cxsim.engine.experience import Compared, Felt, Performed
from cxsim.engine.noting import debit_cause, note, note_task, note_together, sources
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
from cxsim.engine.slate import Party, held, member, padded
from cxsim.engine.tally import Tally, fixed, net_bin
from cxsim.engine.world import EMOTIONAL, FUNCTIONAL, MIX, Clock, World
from cxsim.population.columns import NONE
from cxsim.rng import Block, Luck, uniform, words

_JOURNEY = int(Block.JOURNEY)


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
    done = perform(c, who, touchpoint, channel, position, slot, chances, wait_min, repeats, clock, luck, world)
    compared = compare(c, done.functional, done.emotional, t.zone * world.segments[c.segment].zone_scale, p)
    worth = evaluate(c, compared, t, p)
    felt = feel(c, compared, worth, t, p)
    change = find_change(c, compared, felt, t, p)
    undergo(c, change, felt)
    if t.period == 0:
        # Calendar touchpoints run in the background: they are no step of a task on some channel.
        c.last_performance = done.level
        c.last_channel = channel
        c.department = t.department
    if t.service == 1:
        note_episode(c, felt.score, p)
    note(c, touchpoint, channel, compared.kept, felt, change.booking, debit_cause(done, t.moment), clock, t, tally)
    if t.task == 1:
        note_task(c, touchpoint, channel, done, wait_min, t, tally)


def meet_together(party: Party, touchpoint: int, clock: Clock, luck: Luck, world: World, tally: Tally) -> None:
    """Let those of a party whose `due` is 1 live the same calendar touchpoint, step by step.

    It is neither a task nor a service, so the firm's performance carries no penalty.
    """
    p = held(world.params[party.slot])
    t = held(world.touchpoints[party.slot, touchpoint])
    draw_encounters(party, clock.tick, t.address, luck)
    offer_together(party, touchpoint, world, p)
    zone = t.zone * world.segments[party.segment].zone_scale
    for j in range(padded(party.n)):
        c = member(party, j)
        functional = delivered(c.level_functional, t.noise * c.noise_functional)
        emotional = delivered(c.level_emotional, t.noise * c.noise_emotional)
        compared = compare(c, functional, emotional, zone, p)
        c.performance, c.perceived_functional, c.perceived_emotional = compared[:3]
        c.over_functional, c.over_emotional, c.kept = compared[3:]
    for j in range(padded(party.n)):
        c = member(party, j)
        c.felt = evaluate(c, compared_on(c), t, p)
    for j in range(padded(party.n)):
        c = member(party, j)
        compared = compared_on(c)
        felt = feel(c, compared, c.felt, t, p)
        change = find_change(c, compared, felt, t, p)
        earned = sources(change.booking, felt)
        c.norm_units, c.gain_units = fixed(earned.norm), fixed(earned.gain)
        c.debit_units, c.score_units = fixed(change.booking.debit), fixed(felt.score)
        c.bin = net_bin(change.booking.credit - change.booking.debit)
        # Found for all and kept for a few: cheaper than to ask at every step who takes it.
        if c.due == 1:
            undergo(c, change, felt)
    note_together(party, touchpoint, clock, world, tally)


def compared_on(c: Any) -> Compared:
    """Return what `compare` found for a customer on a slate."""
    return Compared(
        c.performance, c.perceived_functional, c.perceived_emotional, c.over_functional, c.over_emotional, c.kept == 1
    )


def pick_channel(u: float, slot: int, touchpoint: int, world: World) -> int:
    """Return the channel of an encounter, by the touchpoint's mix."""
    levels = world.levels[slot, touchpoint]
    channel = 0
    while channel < levels.shape[0] - 1 and u >= levels[channel, MIX]:
        channel += 1
    return channel


def offer_together(party: Party, touchpoint: int, world: World, p: Any) -> None:
    """Find the channel of everyone of a party and what the firm's offer is there, as `pick_channel` and `systematic` do."""
    levels = world.levels[party.slot, touchpoint]
    last = levels.shape[0] - 1
    taken = 0.0
    for channel in range(levels.shape[0]):
        if channel == last or levels[channel, MIX] > taken:
            functional, emotional = levels[channel, FUNCTIONAL], levels[channel, EMOTIONAL]
            for j in range(padded(party.n)):
                c = member(party, j)
                if c.choice >= taken:
                    c.met_channel = channel
                    c.level_functional = functional
                    c.level_emotional = emotional
            taken = levels[channel, MIX]
    for j in range(padded(party.n)):
        c = member(party, j)
        c.level_functional, c.level_emotional = fitting(c, c.level_functional, c.level_emotional, p)


def systematic(c: Any, touchpoint: int, channel: int, slot: int, world: World, p: Any) -> tuple[float, float]:
    """Return the quality, functional and emotional, that the firm's offer has for this customer before noise and penalties."""
    level = world.levels[slot, touchpoint, channel]
    return fitting(c, level[FUNCTIONAL], level[EMOTIONAL], p)


def fitting(c: Any, functional: float, emotional: float, p: Any) -> tuple[float, float]:
    """Return the quality, functional and emotional, that an offer of these levels has for this customer."""
    affinity = p.performance_value_congruence * np.float64(c.congruence)
    return functional + np.float64(c.taste_functional), emotional + np.float64(c.taste_emotional) + affinity


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
    level_f, level_e = systematic(c, touchpoint, channel, slot, world, p)
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


def compare(c: Any, functional: float, emotional: float, zone: float, p: Any) -> Compared:
    """Return how what was delivered compares with what was expected, equations (7) to (9)."""
    expectation = read_expectation(c)
    weight = np.float64(c.emotional_weight)
    performance = (1.0 - weight) * functional + weight * emotional
    perceived_f = perceive(functional, expectation.functional, p)
    perceived_e = perceive(emotional, expectation.emotional, p)
    reference_f = reference(expectation.functional, expectation.should_functional, p)
    reference_e = reference(expectation.emotional, expectation.should_emotional, p)
    bar = (1.0 - weight) * reference_f + weight * reference_e
    return Compared(
        performance,
        perceived_f,
        perceived_e,
        beyond_zone(perceived_f - reference_f, zone, p),
        beyond_zone(perceived_e - reference_e, zone, p),
        performance >= bar - p.appraisal_zone_below,
    )


def evaluate(c: Any, compared: Compared, t: Any, p: Any) -> float:
    """Return the felt value (ec) of the overshoots, equations (10) and (11)."""
    weight = np.float64(c.emotional_weight)
    loss_aversion = np.float64(c.loss_aversion)
    functional = value(compared.over_functional, t.gain_functional, t.loss_functional, loss_aversion, p)
    emotional = value(compared.over_emotional, t.gain_emotional, t.loss_emotional, loss_aversion, p)
    return (1.0 - weight) * functional + weight * emotional


def feel(c: Any, compared: Compared, worth: float, t: Any, p: Any) -> Felt:
    """Return what an encounter of this felt value (ec) does to the customer's mind, equation (16)."""
    surprise = t.weight * worth
    norm = p.account_norm * t.norm if compared.kept else 0.0
    liked = goodwill(read_account(c), surprise + norm, p)
    return Felt(worth, surprise, norm, transaction(compared.performance, worth, p), liked)


class Change(NamedTuple):
    """What a customer is after an encounter, where it changes anything, and what was booked."""

    booking: Booking
    habituation: float
    memory: Memory
    satisfaction: Satisfaction
    trust: float
    expectation: Expectation


def find_change(c: Any, compared: Compared, felt: Felt, t: Any, p: Any) -> Change:
    """Return what the customer is after the encounter; equations (12) to (19)."""
    habituation = np.float64(c.habituation)
    booking = deposit(read_account(c), felt.surprise + felt.norm, habituation, 0.0, felt.goodwill, p)
    surprised = compared.over_functional > 0.0 or compared.over_emotional > 0.0
    weight = np.float64(c.emotional_weight)
    promise = (1.0 - weight) * p.promise_functional + weight * p.promise_emotional
    expectation = read_expectation(c)
    expected = (1.0 - weight) * expectation.functional + weight * expectation.emotional
    return Change(
        booking,
        habituate(habituation, surprised, t.weight, p),
        remember(read_memory(c), booking.credit - booking.debit, p),
        accumulate(read_satisfaction(c), felt.score, t.weight, p),
        judge(np.float64(c.trust), compared.performance, promise, expected, t.weight, p),
        learn(expectation, compared.functional, compared.emotional, t.weight, p),
    )


def undergo(c: Any, change: Change, felt: Felt) -> None:
    """Let the customer change, and the sums of what was booked grow."""
    write_account(c, change.booking.account)
    c.credited = np.float64(c.credited) + change.booking.credit
    c.debited = np.float64(c.debited) + change.booking.debit
    c.habituation = change.habituation
    write_memory(c, change.memory)
    write_satisfaction(c, change.satisfaction)
    c.trust = change.trust
    write_expectation(c, change.expectation)
    c.last_transaction = felt.score


def note_episode(c: Any, score: float, p: Any) -> None:
    """Add the satisfaction with a service encounter to the customer's running episode."""
    peak = np.float64(c.episode_peak)
    reference_level = p.satisfaction_reference
    if c.episode_count == 0 or abs(score - reference_level) >= abs(peak - reference_level):
        c.episode_peak = score
    c.episode_sum = np.float64(c.episode_sum) + score
    if c.episode_count < NONE:
        c.episode_count += 1
