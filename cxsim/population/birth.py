"""How a customer is born: traits from their distributions, first expectations, place in the journey (`model.md` b.2, b.3)."""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import numpy as np

from cxsim.arrays import Floats, Rows
from cxsim.behaviour.satisfaction import transaction
from cxsim.journey.tables import LifeCode
from cxsim.population.columns import NONE
from cxsim.rng import Block, Luck, beta, normal, uniform, words

_BIRTH, _TASTE, _TEMPER, _EXPECT = int(Block.BIRTH), int(Block.TASTE), int(Block.TEMPER), int(Block.EXPECT)
_FRAILTY_A, _FRAILTY_B = int(Block.FRAILTY_A), int(Block.FRAILTY_B)
_WEIGHT_A, _WEIGHT_B = int(Block.WEIGHT_A), int(Block.WEIGHT_B)
_SWITCH_A, _SWITCH_B = int(Block.SWITCH_A), int(Block.SWITCH_B)
_LEAD, _ACTIVE = int(LifeCode.LEAD), int(LifeCode.ACTIVE)
_FAMILIAR_WEEKS = 4.0
"""Tenure after which half of an incumbent's expectation comes from experience, [A]."""


class Laws(NamedTuple):
    """The distributions that customers are drawn from.

    `tenure_mean` 0 means that everybody is new. `alpha` 0 means no frailty: `hazard` (per week) for all.
    `lived_functional` and `lived_emotional` are the qualities that incumbents are used to. `params` is an
    array of one record: compiled code takes it over far quicker than a record alone.
    """

    segment_shares: Floats  # cumulative
    contract_shares: Floats  # cumulative
    segments: Rows
    params: Rows
    alpha: float
    beta: float
    hazard: float
    tenure_mean: float
    tenure_max: float
    loss_aversion: float
    loss_aversion_log_sd: float
    taste_sd: float
    style_sd: float
    voice_sd: float
    openness_sd: float
    patience_log_sd: float
    congruence_sd: float
    lived_functional: float
    lived_emotional: float
    weeks: float
    warmup_ticks: int
    start: int
    active: int


def pick(shares: Floats, u: float) -> int:
    """Return the index that a uniform number selects from cumulative shares."""
    index = 0
    while index < shares.shape[0] - 1 and u >= shares[index]:
        index += 1
    return index


def be_born(c: Any, who: int, tick: int, origin: int, luck: Luck, laws: Laws) -> None:
    """Give a customer its traits and first state; `origin` 0 is the initial base, 1 a lead that arrives at `tick`.

    Traits are drawn at tick 0 of the customer's own address, so they do not depend on the time of arrival.
    """
    birth = words(luck, who, 0, _BIRTH, 0)
    taste = words(luck, who, 0, _TASTE, 0)
    temper = words(luck, who, 0, _TEMPER, 0)
    c.segment = pick(laws.segment_shares, uniform(birth.a))
    c.contract = pick(laws.contract_shares, uniform(birth.b))
    tenure_weeks = 0.0
    if origin == 0 and laws.tenure_mean > 0.0:
        reach = -math.expm1(-laws.tenure_max / laws.tenure_mean)
        tenure_weeks = -laws.tenure_mean * math.log1p(-uniform(birth.c) * reach)
    c.calendar = int(65_536.0 * uniform(birth.d))
    c.taste_functional = laws.taste_sd * normal(taste.a)
    c.taste_emotional = laws.taste_sd * normal(taste.b)
    c.style = laws.style_sd * normal(taste.c)
    c.voice = laws.voice_sd * normal(taste.d)
    spread = laws.loss_aversion_log_sd
    c.loss_aversion = laws.loss_aversion * math.exp(spread * normal(temper.a) - 0.5 * spread * spread)
    c.openness = laws.openness_sd * normal(temper.b)
    calm = laws.patience_log_sd
    c.patience = math.exp(calm * normal(temper.c) - 0.5 * calm * calm)
    c.congruence = laws.congruence_sd * normal(temper.d)
    segment = laws.segments[c.segment]
    expect = words(luck, who, 0, _EXPECT, 0)
    noise = segment.revenue_log_sd
    c.monthly_revenue = segment.monthly_revenue * math.exp(noise * normal(expect.c) - 0.5 * noise * noise)
    settle_in(c, who, tick, origin, tenure_weeks, luck, laws)


def settle_in(c: Any, who: int, tick: int, origin: int, tenure_weeks: float, luck: Luck, laws: Laws) -> None:
    """Give a customer with known segment and tenure the rest: weights, frailty, expectations, satisfaction and place.

    Frailty given survival: after T years of a beta-geometric process the churn probability is Beta(alpha, beta + T).
    Incumbents expect what they have lived, newcomers what is promised.
    """
    segment = laws.segments[c.segment]
    c.emotional_weight = beta(luck, who, 0, _WEIGHT_A, _WEIGHT_B, segment.weight_a, segment.weight_b)
    c.switching_cost = beta(luck, who, 0, _SWITCH_A, _SWITCH_B, segment.switch_a, segment.switch_b)
    c.frailty = laws.hazard
    if laws.alpha > 0.0:
        yearly = beta(luck, who, 0, _FRAILTY_A, _FRAILTY_B, laws.alpha, laws.beta + tenure_weeks / 52.0)
        c.frailty = -math.log1p(-min(yearly, 0.999999)) / 52.0
    expect = words(luck, who, 0, _EXPECT, 0)
    p = laws.params[0]
    lived_f = laws.lived_functional + np.float64(c.taste_functional)
    lived_e = laws.lived_emotional + np.float64(c.taste_emotional)
    familiar = tenure_weeks / (tenure_weeks + _FAMILIAR_WEEKS)
    error = p.expectation_initial_sd * (1.0 - 0.5 * familiar)
    c.expectation_functional = (1.0 - familiar) * p.promise_functional + familiar * lived_f + error * normal(expect.a)
    c.expectation_emotional = (1.0 - familiar) * p.promise_emotional + familiar * lived_e + error * normal(expect.b)
    c.should_functional = np.float64(c.expectation_functional) + p.expectation_should_lead
    c.should_emotional = np.float64(c.expectation_emotional) + p.expectation_should_lead
    c.precision = 1.0 + min(p.expectation_precision_ceiling - 1.0, tenure_weeks)
    weight = np.float64(c.emotional_weight)
    known = transaction((1.0 - weight) * lived_f + weight * lived_e, 0.0, p)
    c.satisfaction = (1.0 - familiar) * p.satisfaction_reference + familiar * known
    c.experiences = tenure_weeks
    c.trust = p.trust_initial
    c.origin = origin
    # The tenure of the initial base is that of the day when counting starts.
    c.since = tick if origin == 1 else laws.warmup_ticks - math.floor(tenure_weeks / laws.weeks + 0.5)
    c.left = -1
    c.last_channel = NONE
    c.department = NONE
    c.problem_channel = NONE
    c.waiting_touchpoint = NONE
    c.waiting_channel = NONE
    c.next_node = NONE
    if origin == 0:
        c.life = _ACTIVE
        c.node = laws.active
    else:
        c.life = _LEAD
        c.node = laws.start
        c.next_node = laws.start
