"""Counting encounters where the tables want them: ledger, visits, net bookings, cost; for one customer, or for many at once."""

from __future__ import annotations

from typing import Any, NamedTuple

from cxsim.behaviour.account import Booking
from cxsim.engine.experience import Felt, Performed
from cxsim.engine.slate import Party, member, padded
from cxsim.engine.tally import Tally, add, enter_ledger, enter_sums, fixed, net_bin, spend
from cxsim.engine.world import MIX, Clock, World
from cxsim.measures import Cause, Measure, Visit

_EXPERIENCE, _MOMENT, _NORM = int(Cause.EXPERIENCE), int(Cause.MOMENT_OF_TRUTH), int(Cause.NORM)
_WAIT, _EFFORT, _INCONSISTENCY = int(Cause.WAIT), int(Cause.EFFORT), int(Cause.INCONSISTENCY)
_PROGRAMME_COST, _CES, _CES_ANSWERS = int(Measure.PROGRAMME_COST), int(Measure.CES), int(Measure.CES_ANSWERS)
_CREDITED, _DEBITED = int(Measure.CREDITED), int(Measure.DEBITED)
_COUNT, _BELOW, _ABOVE = int(Visit.COUNT), int(Visit.BELOW), int(Visit.ABOVE)
_SWITCHED, _TASK_FAILED, _KEPT = int(Visit.SWITCHED), int(Visit.TASK_FAILED), int(Visit.KEPT)
_T_SUM, _EFFORT_SUM, _WAIT_SUM = int(Visit.SATISFACTION), int(Visit.EFFORT), int(Visit.WAIT_MIN)
_ATTRIBUTABLE = 0.02


class Earned(NamedTuple):
    """The parts of a credit (ec) that a kept norm and a good surprise earned."""

    norm: float
    gain: float


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
    if fixed(earned.norm) > 0:
        enter_ledger(tally, c.segment, touchpoint, channel, _NORM, earned.norm, 0.0)
    if fixed(earned.gain) > 0:
        enter_ledger(tally, c.segment, touchpoint, channel, _MOMENT if t.moment == 1 else _EXPERIENCE, earned.gain, 0.0)
    if fixed(booking.debit) > 0:
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
    price = t.event_cost[channel]
    if price > 0.0:
        spend(c, tally, _PROGRAMME_COST, price, clock.discount)
    if t.asked == 1:
        c.asked = 1


def note_together(party: Party, touchpoint: int, clock: Clock, world: World, tally: Tally) -> None:
    """Count the encounter of those of a party whose `due` is 1, as `note` does for one customer."""
    t = world.touchpoints[party.slot, touchpoint]
    own_cause = _MOMENT if t.moment == 1 else _EXPERIENCE
    mixed = 0.0
    for channel in range(world.levels.shape[2]):
        mixed, before = world.levels[party.slot, touchpoint, channel, MIX], mixed
        if mixed == before and (channel < world.levels.shape[2] - 1 or before >= 1.0):
            continue  # nobody is met there
        visits = below = above = kept = norms = gains = debits = score = norm = gain = debit = 0
        for j in range(padded(party.n)):
            c = member(party, j)
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
            tally.measures[party.segment, _CREDITED] += norm + gain
            tally.measures[party.segment, _DEBITED] += debit
    for j in range(party.n):
        c = member(party, j)
        if c.due == 1:
            tally.nets[touchpoint, c.bin] += 1
            price = t.event_cost[c.met_channel]
            if price > 0.0:
                spend(c, tally, _PROGRAMME_COST, price, clock.discount)
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
