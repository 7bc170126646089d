"""An encounter: the firm performs, the customer perceives, compares, feels, books, remembers, learns.

Six steps, so that the encounter everybody has every tick can take each step for a whole slate at once (`meet_together`), and
any other all for one customer (`meet`): `perform`, `compare`, `evaluate` (the only one with powers), `feel`, `take_in`, `note`.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from cxsim.arrays import Rows
from cxsim.behaviour.account import Booking, deposit, goodwill
from cxsim.behaviour.appraisal import beyond_zone, perceive, reference, value
from cxsim.behaviour.expectation import learn
from cxsim.behaviour.habituation import habituate
from cxsim.behaviour.memory import remember
from cxsim.behaviour.performance import delivered, effort, inconsistency_penalty, wait_penalty
from cxsim.behaviour.satisfaction import accumulate, transaction
from cxsim.behaviour.trust import judge
from cxsim.engine.chances import Chances, draw_encounters
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
from cxsim.engine.slate import held, lane
from cxsim.engine.tally import Tally, add, enter_ledger, enter_sums, fixed, net_bin, spend
from cxsim.engine.world import EMOTIONAL, FUNCTIONAL, MIX, Clock, World
from cxsim.measures import Cause, Measure, Visit
from cxsim.population.columns import NONE
from cxsim.rng import Block, Luck, uniform, words

_JOURNEY = int(Block.JOURNEY)
_EXPERIENCE, _MOMENT, _NORM = int(Cause.EXPERIENCE), int(Cause.MOMENT_OF_TRUTH), int(Cause.NORM)
_WAIT, _EFFORT, _INCONSISTENCY = int(Cause.WAIT), int(Cause.EFFORT), int(Cause.INCONSISTENCY)
_PROGRAMME_COST, _CES, _CES_ANSWERS = int(Measure.PROGRAMME_COST), int(Measure.CES), int(Measure.CES_ANSWERS)
_CREDITED, _DEBITED = int(Measure.CREDITED), int(Measure.DEBITED)
_COUNT, _BELOW, _ABOVE = int(Visit.COUNT), int(Visit.BELOW), int(Visit.ABOVE)
_SWITCHED, _TASK_FAILED, _KEPT = int(Visit.SWITCHED), int(Visit.TASK_FAILED), int(Visit.KEPT)
_T_SUM, _EFFORT_SUM, _WAIT_SUM = int(Visit.SATISFACTION), int(Visit.EFFORT), int(Visit.WAIT_MIN)
_ATTRIBUTABLE = 0.02


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


class Compared(NamedTuple):
    """What was met against what was expected: weighted performance, perceived qualities, overshoots, norm kept or not."""

    performance: float
    functional: float
    emotional: float
    over_functional: float
    over_emotional: float
    kept: bool


class Felt(NamedTuple):
    """What it was worth: value (ec), its deposit by surprise and by a kept norm (ec), transaction satisfaction, goodwill."""

    value: float
    surprise: float
    norm: float
    score: float
    goodwill: float


class Earned(NamedTuple):
    """The parts of a credit (ec) that a kept norm and a good surprise earned."""

    norm: float
    gain: float


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
    booking = take_in(c, compared, felt, t, p)
    if t.period == 0:
        # Calendar touchpoints run in the background: they are no step of a task on some channel.
        c.last_performance = done.level
        c.last_channel = channel
        c.department = t.department
    if t.service == 1:
        note_episode(c, felt.score, p)
    note(c, touchpoint, channel, compared.kept, felt, booking, debit_cause(done, t.moment), clock, t, tally)
    if t.task == 1:
        note_task(c, touchpoint, channel, done, wait_min, t, tally)


def meet_together(
    slate: Any, rows: Rows, n: int, touchpoint: int, slot: int, clock: Clock, luck: Luck, world: World, tally: Tally
) -> None:
    """Let those of `n` customers whose `due` is 1 live the same calendar touchpoint, step by step.

    It is neither a task nor a service, so the firm's performance carries no penalty.
    """
    p = held(world.params[slot])
    t = held(world.touchpoints[slot, touchpoint])
    draw_encounters(slate, rows, n, clock.tick, t.address, luck)
    offer_together(slate, rows, n, touchpoint, slot, world, p)
    for group in range(world.segments.shape[0]):
        zone = t.zone * world.segments[group].zone_scale
        for j in range(n):
            c = lane(slate, rows, j)
            c.zone = zone if c.group == group else c.zone
    for j in range(n):
        c = lane(slate, rows, j)
        functional = delivered(c.level_functional, t.noise * c.noise_functional)
        emotional = delivered(c.level_emotional, t.noise * c.noise_emotional)
        compared = compare(c, functional, emotional, c.zone, p)
        c.performance, c.perceived_functional, c.perceived_emotional = compared[:3]
        c.over_functional, c.over_emotional, c.kept = compared[3:]
    for j in range(n):
        c = lane(slate, rows, j)
        c.felt = evaluate(c, compared_on(c), t, p)
    for j in range(n):
        c = lane(slate, rows, j)
        if c.due == 1:
            compared = compared_on(c)
            felt = feel(c, compared, c.felt, t, p)
            booking = take_in(c, compared, felt, t, p)
            earned = sources(booking, felt)
            c.norm_units, c.gain_units = fixed(earned.norm), fixed(earned.gain)
            c.debit_units, c.score_units = fixed(booking.debit), fixed(felt.score)
            c.bin = net_bin(booking.credit - booking.debit)
    note_together(slate, rows, n, touchpoint, slot, clock, world, tally)


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


def offer_together(slate: Any, rows: Rows, n: int, touchpoint: int, slot: int, world: World, p: Any) -> None:
    """Find the channel of each of `n` customers and what the firm's offer is there, as `pick_channel` and `systematic` do."""
    levels = world.levels[slot, touchpoint]
    last = levels.shape[0] - 1
    taken = 0.0
    for channel in range(levels.shape[0]):
        if channel == last or levels[channel, MIX] > taken:
            functional, emotional = levels[channel, FUNCTIONAL], levels[channel, EMOTIONAL]
            for j in range(n):
                c = lane(slate, rows, j)
                if c.choice >= taken:
                    c.met_channel = channel
                    c.level_functional = functional
                    c.level_emotional = emotional
            taken = levels[channel, MIX]
    for j in range(n):
        c = lane(slate, rows, j)
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


def take_in(c: Any, compared: Compared, felt: Felt, t: Any, p: Any) -> Booking:
    """Let the encounter change the customer, and return what was booked; equations (12) to (19)."""
    habituation = np.float64(c.habituation)
    booking = deposit(read_account(c), felt.surprise + felt.norm, habituation, 0.0, felt.goodwill, p)
    write_account(c, booking.account)
    c.credited = np.float64(c.credited) + booking.credit
    c.debited = np.float64(c.debited) + booking.debit
    surprised = compared.over_functional > 0.0 or compared.over_emotional > 0.0
    c.habituation = habituate(habituation, surprised, t.weight, p)
    write_memory(c, remember(read_memory(c), booking.credit - booking.debit, p))
    write_satisfaction(c, accumulate(read_satisfaction(c), felt.score, t.weight, p))
    weight = np.float64(c.emotional_weight)
    promise = (1.0 - weight) * p.promise_functional + weight * p.promise_emotional
    expectation = read_expectation(c)
    expected = (1.0 - weight) * expectation.functional + weight * expectation.emotional
    c.trust = judge(np.float64(c.trust), compared.performance, promise, expected, t.weight, p)
    write_expectation(c, learn(expectation, compared.functional, compared.emotional, t.weight, p))
    c.last_transaction = felt.score
    return booking


def sources(booking: Booking, felt: Felt) -> Earned:
    """Return the parts of a credit (ec) that a kept norm and a good surprise earned."""
    share = felt.norm / (felt.norm + max(0.0, felt.surprise)) if booking.credit > 0.0 else 0.0
    return Earned(booking.credit * share, booking.credit * (1.0 - share))


def note(
    c: Any,
    touchpoint: int,
    channel: int,
    kept: bool,
    felt: Felt,
    booking: Booking,
    cause: int,
    clock: Clock,
    t: Any,
    tally: Tally,
) -> None:
    """Count the encounter where the tables want it: ledger, visits, distribution of the net booking, cost; survey due."""
    earned = sources(booking, felt)
    if earned.norm > 0.0:
        enter_ledger(tally, c.segment, touchpoint, channel, _NORM, earned.norm, 0.0)
    if earned.gain > 0.0:
        enter_ledger(tally, c.segment, touchpoint, channel, _MOMENT if t.moment == 1 else _EXPERIENCE, earned.gain, 0.0)
    if booking.debit > 0.0:
        enter_ledger(tally, c.segment, touchpoint, channel, cause, 0.0, booking.debit)
    cell = tally.visits[touchpoint, channel]
    cell[_COUNT] += 1
    cell[_T_SUM] += fixed(felt.score)
    if felt.value < 0.0:
        cell[_BELOW] += 1
    elif felt.value > 0.0:
        cell[_ABOVE] += 1
    if kept:
        cell[_KEPT] += 1
    tally.nets[touchpoint, net_bin(booking.credit - booking.debit)] += 1
    if t.event_cost > 0.0:
        spend(c, tally, _PROGRAMME_COST, t.event_cost, clock.discount)
    if t.asked == 1:
        c.asked = 1


def note_together(
    slate: Any, rows: Rows, n: int, touchpoint: int, slot: int, clock: Clock, world: World, tally: Tally
) -> None:
    """Count the encounter of those whose `due` is 1, as `note` does for one customer."""
    t = world.touchpoints[slot, touchpoint]
    own_cause = _MOMENT if t.moment == 1 else _EXPERIENCE
    mixed = 0.0
    for channel in range(world.levels.shape[2]):
        mixed, before = world.levels[slot, touchpoint, channel, MIX], mixed
        if mixed == before and (channel < world.levels.shape[2] - 1 or before >= 1.0):
            continue  # nobody is met there
        visits = below = above = kept = norms = gains = debits = score = norm = gain = debit = 0
        for j in range(n):
            c = lane(slate, rows, j)
            here = 1 if c.due == 1 and c.met_channel == channel else 0
            visits += here
            below += here if c.felt < 0.0 else 0
            above += here if c.felt > 0.0 else 0
            kept += here if c.kept == 1 else 0
            norms += here if c.norm_units > 0 else 0
            gains += here if c.gain_units > 0 else 0
            debits += here if c.debit_units > 0 else 0
            score += c.score_units if here == 1 else 0
            norm += c.norm_units if here == 1 else 0
            gain += c.gain_units if here == 1 else 0
            debit += c.debit_units if here == 1 else 0
        if visits > 0:
            cell = tally.visits[touchpoint, channel]
            cell[_COUNT] += visits
            cell[_T_SUM] += score
            cell[_BELOW] += below
            cell[_ABOVE] += above
            cell[_KEPT] += kept
            enter_sums(tally, touchpoint, channel, _NORM, norm, 0, norms)
            enter_sums(tally, touchpoint, channel, own_cause, gain, debit, gains + debits)
    for group in range(world.segments.shape[0]):
        credited = debited = 0
        for j in range(n):
            c = lane(slate, rows, j)
            own = 1 if c.due == 1 and c.group == group else 0
            credited += c.norm_units + c.gain_units if own == 1 else 0
            debited += c.debit_units if own == 1 else 0
        tally.measures[group, _CREDITED] += credited
        tally.measures[group, _DEBITED] += debited
    for j in range(n):
        c = lane(slate, rows, j)
        if c.due == 1:
            tally.nets[touchpoint, c.bin] += 1
            if t.event_cost > 0.0:
                spend(c, tally, _PROGRAMME_COST, t.event_cost, clock.discount)
            if t.asked == 1:
                c.asked = 1


def note_task(c: Any, touchpoint: int, channel: int, done: Performed, wait_min: float, t: Any, tally: Tally) -> None:
    """Count how hard a task was: change of channel, failed attempts, effort, wait, and the effort score of a service."""
    cell = tally.visits[touchpoint, channel]
    if done.switched:
        cell[_SWITCHED] += 1
    if done.task_failed:
        cell[_TASK_FAILED] += 1
    cell[_EFFORT_SUM] += fixed(done.toil)
    cell[_WAIT_SUM] += fixed(wait_min)
    if t.service == 1:
        add(tally, c.segment, _CES, 7.0 - 6.0 * min(1.0, 2.0 * done.toil))
        tally.measures[c.segment, _CES_ANSWERS] += 1


def debit_cause(done: Performed, moment: int) -> int:
    """Return the cause of an encounter's debit: its largest penalty if that is felt, else the experience itself."""
    if max(done.wait, done.toil, done.jolt) < _ATTRIBUTABLE:
        return _MOMENT if moment == 1 else _EXPERIENCE
    if done.wait >= done.toil and done.wait >= done.jolt:
        return _WAIT
    return _EFFORT if done.toil >= done.jolt else _INCONSISTENCY


def note_episode(c: Any, score: float, p: Any) -> None:
    """Add the satisfaction with a service encounter to the customer's running episode."""
    peak = np.float64(c.episode_peak)
    reference_level = p.satisfaction_reference
    if c.episode_count == 0 or abs(score - reference_level) >= abs(peak - reference_level):
        c.episode_peak = score
    c.episode_sum = np.float64(c.episode_sum) + score
    if c.episode_count < NONE:
        c.episode_count += 1
