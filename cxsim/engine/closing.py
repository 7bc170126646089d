"""The end of a customer's tick: money, the decision to leave, surveys, and what is counted; equations (28), (34), (35), (37)."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from cxsim.behaviour.account import balance, scaled_balance
from cxsim.behaviour.churn import disutility, hazard_ceiling, leaves, lock_factor
from cxsim.behaviour.memory import episode_score, peak_end
from cxsim.behaviour.money import tick_revenue
from cxsim.behaviour.survey import answer_probability, latent_score, score
from cxsim.elementary import exponential
from cxsim.engine.rows import read_account, read_memory
from cxsim.engine.seating import AHEAD
from cxsim.engine.slate import Party, held, member, padded, send_for
from cxsim.engine.tally import ASKED_SCORES, CSAT_MARKS, Tally, add, count, fixed, spend
from cxsim.engine.walk import cohort_of, tenure_class
from cxsim.engine.world import Clock, World
from cxsim.measures import ExitCode, Measure, ProblemCode
from cxsim.population.columns import NONE
from cxsim.rng import Block, Luck, normal, uniform, words

_RELATIONAL, _TRANSACTIONAL = int(Block.RELATIONAL), int(Block.TRANSACTIONAL)
_ACTIVE, _FRUSTRATED, _ENCHANTED = int(Measure.ACTIVE), int(Measure.FRUSTRATED), int(Measure.ENCHANTED)
_REVENUE, _PROGRAMME, _BASE_REVENUE = int(Measure.REVENUE), int(Measure.PROGRAMME_COST), int(Measure.BASE_REVENUE)
_BASE_ACTIVE, _OPEN, _REACHED = int(Measure.BASE_ACTIVE), int(Measure.OPEN_PROBLEMS), int(Measure.REACHED)
_SATISFIED = int(Measure.SATISFIED)
_SATISFACTION, _BALANCE = int(Measure.SATISFACTION), int(Measure.BALANCE)
_EXPECT_F, _EXPECT_E = int(Measure.EXPECTATION_FUNCTIONAL), int(Measure.EXPECTATION_EMOTIONAL)
_HABITUATION, _TRUST = int(Measure.HABITUATION), int(Measure.TRUST)
_ASKED, _ANSWERED = int(Measure.ASKED), int(Measure.ANSWERED)
_CSAT, _CSAT_ANSWERS = int(Measure.CSAT), int(Measure.CSAT_ANSWERS)
_SERVICE, _EXPERIENCE, _NATURAL = int(ExitCode.SERVICE), int(ExitCode.EXPERIENCE), int(ExitCode.NATURAL)
_NO_PROBLEM = int(ProblemCode.NONE)
_ANSWER_NOISE = 0.08
"""Standard deviation of a survey answer around the remembered episode, on the 0 to 1 scale, [A]."""
_LAST_CHANCE = 0.3
"""Remembered failures (severity units) above which a loss counts as caused by service."""


def close_together(party: Party, clock: Clock, luck: Luck, world: World, tally: Tally) -> None:
    """End the tick of those of a party whose `closing` is 1: take stock of all, count, conclude with a few."""
    p = held(world.params[party.slot])
    noticing = -math.expm1(-p.churn_notice * clock.weeks) if p.churn_notice > 0.0 else 0.0
    ceiling = hazard_ceiling(clock.weeks, p) if clock.warm == 0 else 0.0
    period, today = world.plan.relational_period, world.plan.relational_today
    if p.programme_cost_week > 0.0:
        for j in range(party.n):
            c = member(party, j)
            if c.closing == 1:
                spend(c, tally, _PROGRAMME, p.programme_cost_week * clock.weeks, clock.discount)
    for j in range(padded(party.n)):
        c = member(party, j)
        if c.closing == 1:
            take_stock(c, noticing, clock, p)
            # Nearly everybody stays even under the worst contract, and is not asked further.
            c.tempted = 1 if c.leave < np.float64(c.frailty) * exponential(c.eta) * ceiling else 0
            c.called = 1 if ((c.calendar * period) >> 16) == today else c.called
    if party.n > 0:
        reached = 1 if member(party, 0).reached > 0 else 0
        count_standing(party, reached, p, tally)
    for j in range(party.n):
        c = member(party, j)
        send_for(party.rows, c.row + AHEAD, 2)
        if c.closing == 1:
            count_place(c, party.segment, clock, tally)
            if c.called == 1:
                survey(c, clock, luck, world, p, tally)
            if c.tempted == 1:
                decide(c, clock, world, p)


def settle_down(c: Any, world: World) -> None:
    """Note what the end of the tick needs of the record: open problem, surveys due; forget the last contact in everyday life."""
    c.closing = 1
    c.troubled = c.problem != _NO_PROBLEM
    c.called = c.asked
    if c.problem == _NO_PROBLEM and world.nodes[c.node].lived != 0:
        # Back in everyday life: the next contact is a new matter, on whatever channel.
        c.last_channel = NONE
        c.department = NONE


def take_stock(c: Any, noticing: float, clock: Clock, p: Any) -> None:
    """Book the money of the tick and find where the customer stands: recommendation score, disutility, what is counted.

    `noticing` is the probability of noticing a rival's offer within the tick.
    """
    account = read_account(c)
    affect = scaled_balance(account, p)
    memory = peak_end(read_memory(c), p)
    satisfaction = np.float64(c.satisfaction)
    trust = np.float64(c.trust)
    attention = 1.0 if c.notice < noticing else np.float64(c.attention)
    c.attention = attention
    revenue = tick_revenue(np.float64(c.monthly_revenue), clock.weeks)
    c.revenue = np.float64(c.revenue) + revenue
    c.value = np.float64(c.value) + clock.discount * p.money_margin * revenue
    c.latent = latent_score(satisfaction, affect, memory, np.float64(c.style), c.score_noise, p)
    c.points = score(c.latent)
    c.eta = disutility(
        satisfaction,
        affect,
        memory,
        trust,
        np.float64(c.failure_memory),
        float(c.troubled),
        np.float64(c.switching_cost),
        attention,
        p,
    )
    c.standing = balance(account)
    c.revenue_units = fixed(revenue)
    c.quarter = tenure_class(c, clock)


def count_standing(party: Party, reached: int, p: Any, tally: Tally) -> None:
    """Count the customers whose tick ends, and sum up where they stand; `reached` 1 if interventions reach them."""
    active = frustrated = content = enchanted = troubled = base = 0
    revenue = base_revenue = satisfaction = standing = functional = emotional = habituation = trust = 0
    for j in range(padded(party.n)):
        c = member(party, j)
        counts = 1 if c.closing == 1 else 0
        active += counts
        frustrated += counts if c.standing < 0.0 else 0
        content += counts if c.standing >= p.account_satisfied else 0
        enchanted += counts if c.standing >= p.account_enchanted else 0
        troubled += counts if c.troubled == 1 else 0
        base += counts if c.base == 1 else 0
        revenue += c.revenue_units if counts == 1 else 0
        base_revenue += c.revenue_units if counts == 1 and c.base == 1 else 0
        satisfaction += fixed(np.float64(c.satisfaction)) if counts == 1 else 0
        standing += fixed(c.standing) if counts == 1 else 0
        functional += fixed(np.float64(c.expectation_functional)) if counts == 1 else 0
        emotional += fixed(np.float64(c.expectation_emotional)) if counts == 1 else 0
        habituation += fixed(np.float64(c.habituation)) if counts == 1 else 0
        trust += fixed(np.float64(c.trust)) if counts == 1 else 0
    # The initial base is the first cohort, see `cohort_of`.
    tally.cohorts[0, 0] += base
    tally.cohorts[0, 2] += base_revenue
    sums = tally.measures[party.segment]
    sums[_ACTIVE] += active
    sums[_FRUSTRATED] += frustrated
    sums[_ENCHANTED] += enchanted
    sums[_SATISFIED] += content - enchanted
    sums[_OPEN] += troubled
    sums[_REACHED] += reached * active
    sums[_BASE_ACTIVE] += base
    sums[_REVENUE] += revenue
    sums[_BASE_REVENUE] += base_revenue
    sums[_SATISFACTION] += satisfaction
    sums[_BALANCE] += standing
    sums[_EXPECT_F] += functional
    sums[_EXPECT_E] += emotional
    sums[_HABITUATION] += habituation
    sums[_TRUST] += trust


def count_place(c: Any, segment: int, clock: Clock, tally: Tally) -> None:
    """Count the customer among those of its recommendation score, its class of tenure and, unless of the base, its cohort."""
    tally.answers[segment, c.points] += 1
    if c.base == 0:
        cohort = tally.cohorts[cohort_of(c, clock, tally)]
        cohort[0] += 1
        cohort[2] += c.revenue_units
    tenure = tally.tenures[c.quarter]
    tenure[0] += 1
    tenure[2] += c.revenue_units


def decide(c: Any, clock: Clock, world: World, p: Any) -> None:
    """Let the customer stay, or leave from the next tick on, equation (28)."""
    node = world.nodes[c.node]
    if node.churn_target < 0 or clock.warm == 1:
        return
    contract = world.contracts[c.contract]
    tenure_weeks = (clock.tick - c.since) * clock.weeks
    lock = lock_factor(tenure_weeks, contract.commitment_weeks, contract.renews == 1, p)
    if leaves(c.leave, np.float64(c.frailty), lock, c.eta, clock.weeks):
        c.exit_reason = reason(c, c.standing)
        c.dwell = 0
        c.next_node = node.churn_target


def reason(c: Any, standing: float) -> int:
    """Return why the customer leaves, read off the state: service, experience or natural."""
    if c.problem != _NO_PROBLEM or np.float64(c.failure_memory) > _LAST_CHANCE:
        return _SERVICE
    return _EXPERIENCE if standing < 0.0 else _NATURAL


def survey(c: Any, clock: Clock, luck: Luck, world: World, p: Any, tally: Tally) -> None:
    """Ask the customer where a survey is due, and record an answer if there is one."""
    if ((c.calendar * world.plan.relational_period) >> 16) == world.plan.relational_today:
        draw = words(luck, c.who, clock.tick, _RELATIONAL, 0)
        if uniform(draw.a) < world.plan.relational_sample:
            count(tally, c.segment, _ASKED)
            if uniform(draw.b) < answer_probability(c.latent, np.float64(c.openness), p):
                count(tally, c.segment, _ANSWERED)
                tally.answers[c.segment, ASKED_SCORES + c.points] += 1
    if c.asked == 1 and c.problem == _NO_PROBLEM:
        c.asked = 0
        draw = words(luck, c.who, clock.tick, _TRANSACTIONAL, 0)
        willing = answer_probability(c.latent, np.float64(c.openness), p)
        if uniform(draw.a) < world.plan.transactional_sample and uniform(draw.b) < willing:
            last = np.float64(c.last_transaction)
            mean = np.float64(c.episode_sum) / max(1.0, float(c.episode_count))
            remembered = episode_score(np.float64(c.episode_peak), last, mean) if c.episode_count > 0 else last
            said = min(1.0, max(0.0, remembered + _ANSWER_NOISE * normal(draw.c)))
            mark = math.floor(4.0 * said + 0.5)
            tally.answers[c.segment, CSAT_MARKS + mark] += 1
            add(tally, c.segment, _CSAT, 1.0 + mark)
            count(tally, c.segment, _CSAT_ANSWERS)
        c.episode_count = 0
        c.episode_sum = 0.0
        c.episode_peak = 0.0
