"""The end of a customer's tick: money, the decision to leave, surveys, and what is counted; equations (28), (34), (35), (37)."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from cxsim.behaviour.account import balance, scaled_balance
from cxsim.behaviour.churn import disutility, leaves, lock_factor
from cxsim.behaviour.memory import episode_score, peak_end
from cxsim.behaviour.money import tick_revenue
from cxsim.behaviour.survey import answer_probability, latent_score, score
from cxsim.engine.chances import Fate
from cxsim.engine.rows import read_account, read_memory
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


def close_tick(c: Any, who: int, fate: Fate, clock: Clock, luck: Luck, world: World, tally: Tally) -> None:
    """End the tick of an active customer: money, surveys, counting, the decision to leave."""
    p = world.params[world.slots[c.reached]]
    account = read_account(c)
    affect = scaled_balance(account, p)
    memory = peak_end(read_memory(c), p)
    if p.churn_notice > 0.0 and fate.notice < -math.expm1(-p.churn_notice * clock.weeks):
        c.attention = 1.0
    revenue = earn(c, clock, p, tally)
    latent = latent_score(np.float64(c.satisfaction), affect, memory, np.float64(c.style), fate.score_noise, p)
    points = score(latent)
    tally.answers[c.segment, points] += 1
    survey(c, who, latent, points, clock, luck, world, p, tally)
    count_standing(c, balance(account), revenue, clock, p, tally)
    node = world.nodes[c.node]
    if c.problem == _NO_PROBLEM and node.first_background < world.nodes[c.node + 1].first_background:
        # Back in everyday life: the next contact is a new matter, on whatever channel.
        c.last_channel = NONE
        c.department = NONE
    if node.churn_target >= 0 and clock.warm == 0:
        decide(c, fate, balance(account), affect, memory, clock, world, p)


def earn(c: Any, clock: Clock, p: Any, tally: Tally) -> float:
    """Book the revenue of the tick and the running cost of interventions; return the revenue."""
    revenue = tick_revenue(np.float64(c.monthly_revenue), clock.weeks)
    c.revenue = np.float64(c.revenue) + revenue
    c.value = np.float64(c.value) + clock.discount * p.money_margin * revenue
    if p.programme_cost_week > 0.0:
        spend(c, tally, _PROGRAMME, p.programme_cost_week * clock.weeks, clock.discount)
    return revenue


def count_standing(c: Any, standing: float, revenue: float, clock: Clock, p: Any, tally: Tally) -> None:
    """Count the customer in its segment, cohort and class of tenure; `standing` is its balance (ec)."""
    sums = tally.measures[c.segment]
    sums[_ACTIVE] += 1
    if standing < 0.0:
        sums[_FRUSTRATED] += 1
    elif standing >= p.account_enchanted:
        sums[_ENCHANTED] += 1
    elif standing >= p.account_satisfied:
        sums[_SATISFIED] += 1
    if c.problem != _NO_PROBLEM:
        sums[_OPEN] += 1
    if c.reached > 0:
        sums[_REACHED] += 1
    revenue_units = fixed(revenue)
    sums[_REVENUE] += revenue_units
    sums[_SATISFACTION] += fixed(np.float64(c.satisfaction))
    sums[_BALANCE] += fixed(standing)
    sums[_EXPECT_F] += fixed(np.float64(c.expectation_functional))
    sums[_EXPECT_E] += fixed(np.float64(c.expectation_emotional))
    sums[_HABITUATION] += fixed(np.float64(c.habituation))
    sums[_TRUST] += fixed(np.float64(c.trust))
    cohort = tally.cohorts[cohort_of(c, clock, tally)]
    cohort[0] += 1
    cohort[2] += revenue_units
    tenure = tally.tenures[tenure_class(c, clock, tally)]
    tenure[0] += 1
    tenure[2] += revenue_units
    if c.origin == 0:
        sums[_BASE_ACTIVE] += 1
        sums[_BASE_REVENUE] += revenue_units


def decide(
    c: Any, fate: Fate, standing: float, affect: float, memory: float, clock: Clock, world: World, p: Any
) -> None:
    """Let the customer stay, or leave from the next tick on, equation (28)."""
    contract = world.contracts[c.contract]
    eta = disutility(
        np.float64(c.satisfaction),
        affect,
        memory,
        np.float64(c.trust),
        np.float64(c.failure_memory),
        1.0 if c.problem != _NO_PROBLEM else 0.0,
        np.float64(c.switching_cost),
        np.float64(c.attention),
        p,
    )
    tenure_weeks = (clock.tick - c.since) * clock.weeks
    lock = lock_factor(tenure_weeks, contract.commitment_weeks, contract.renews == 1, p)
    if leaves(fate.leave, np.float64(c.frailty), lock, eta, clock.weeks):
        c.exit_reason = reason(c, standing)
        c.dwell = 0
        c.next_node = world.nodes[c.node].churn_target


def reason(c: Any, standing: float) -> int:
    """Return why the customer leaves, read off the state: service, experience or natural."""
    if c.problem != _NO_PROBLEM or np.float64(c.failure_memory) > _LAST_CHANCE:
        return _SERVICE
    return _EXPERIENCE if standing < 0.0 else _NATURAL


def survey(
    c: Any, who: int, latent: float, points: int, clock: Clock, luck: Luck, world: World, p: Any, tally: Tally
) -> None:
    """Ask the customer where a survey is due, and record an answer if there is one."""
    if ((c.calendar * world.plan.relational_period) >> 16) == world.plan.relational_today:
        draw = words(luck, who, clock.tick, _RELATIONAL, 0)
        if uniform(draw.a) < world.plan.relational_sample:
            count(tally, c.segment, _ASKED)
            if uniform(draw.b) < answer_probability(latent, np.float64(c.openness), p):
                count(tally, c.segment, _ANSWERED)
                tally.answers[c.segment, ASKED_SCORES + points] += 1
    if c.asked == 1 and c.problem == _NO_PROBLEM:
        c.asked = 0
        draw = words(luck, who, clock.tick, _TRANSACTIONAL, 0)
        willing = answer_probability(latent, np.float64(c.openness), p)
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
