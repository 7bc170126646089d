"""Parameters of customer behaviour, one group per mechanism.

A group carries the name of its file under `cxsim/behaviour/`, where equation, symbols, sources and neutral values stand.
Every number can be changed by an intervention as ``behaviour.<group>.<name>``.
"""

from __future__ import annotations

from pydantic import Field

from cxsim.spec.base import NonNegative, Positive, Share, Spec


class Performance(Spec):
    """Delivered performance, equation (6)."""

    wait_penalty: NonNegative = 0.25
    wait_tolerance_min: NonNegative = 1.0
    wait_scale_min: Positive = 4.0
    inconsistency: NonNegative = 0.5
    effort: NonNegative = 1.0
    effort_contact: NonNegative = 0.10
    effort_switch: NonNegative = 0.15
    effort_task: NonNegative = 0.20
    effort_handoff: NonNegative = 0.15
    value_congruence: NonNegative = 0.01


class Appraisal(Spec):
    """Perception, reference, zone of tolerance and value, equations (7) to (11)."""

    assimilation: Share = 0.15
    should_share: Share = 0.30
    zone_above: NonNegative = 0.08
    zone_below: NonNegative = 0.06
    zone_moment: Positive = 0.6
    curvature: Positive = 0.88
    scale: Positive = 0.20


class Account(Spec):
    """The emotional bank account, equations (1) and (11) to (13)."""

    credit_fast_half_life_weeks: Positive = 4.0
    credit_slow_half_life_weeks: Positive = 52.0
    debit_fast_half_life_weeks: Positive = 4.0
    debit_slow_half_life_weeks: Positive = 39.0
    half_size: Positive = 2.0
    scale: Positive = 4.0
    clip_low: float = -2.5
    clip_high: float = 1.5
    cushion: Share = 0.30
    betrayal: NonNegative = 0.50
    betrayal_severity: Share = 0.80
    norm: NonNegative = 1.0
    satisfied: NonNegative = 0.25
    enchanted: Positive = 2.5


class Habituation(Spec):
    """Habituation to delight, equation (14)."""

    step: Share = 0.25
    ceiling: Share = 0.8
    half_life_weeks: Positive = 26.0


class Memory(Spec):
    """Peak-end memory, equation (15)."""

    peak_half_life_weeks: Positive = 52.0
    end_weight: Share = 0.6
    clip: Positive = 1.5


class Satisfaction(Spec):
    """Transaction and cumulative satisfaction, equations (16) and (17)."""

    intercept: float = 0.9445
    level: NonNegative = 5.0
    level_reference: Share = 0.70
    disconfirmation: NonNegative = 0.6
    gain_floor: Share = 0.04
    gain_ceiling: Share = 0.9
    prior_count: Positive = 4.0
    reference: Share = 0.72


class Trust(Spec):
    """Trust in the promise, equation (18)."""

    initial: Share = 0.6
    up: Share = 0.03
    down: Share = 0.10
    margin: NonNegative = 0.05


class Expectation(Spec):
    """Will- and should-expectations, equations (2) and (19)."""

    initial_sd: NonNegative = 0.06
    should_lead: float = 0.02
    should_half_life_weeks: Positive = 26.0
    should_ratchet: NonNegative = 0.20
    precision_ceiling: Positive = 12.0


class Failure(Spec):
    """Failures and what is remembered of them, equation (20)."""

    weight: NonNegative = 1.5
    severity_mean: Share = 0.36
    severity_sd: Positive = 0.19
    severity_min: Share = 0.05
    memory_half_life_weeks: Positive = 52.0
    recurrence: NonNegative = 0.5
    recurrence_half_life_weeks: Positive = 52.0
    abandoned: Share = 0.15
    unresolved: Share = 0.12
    late_reply: Share = 0.10
    handoff: Share = 0.12


class Complaint(Spec):
    """Voice or silence, equation (21)."""

    intercept: float = -1.2
    severity: float = 3.5
    satisfaction: float = 4.0
    ease: float = 0.0


class Recovery(Spec):
    """Justice and recovery, equations (25) and (26)."""

    distributive: NonNegative = 0.42
    interactional: NonNegative = 0.34
    procedural: NonNegative = 0.24
    contact_cost: NonNegative = 0.10
    delay_scale_weeks: Positive = 1.5
    same_tick_weeks: NonNegative = 0.15
    full_justice: Positive = 0.90
    poor_restore: Share = 0.25
    expected: Share = 0.55
    expected_step: NonNegative = 0.20
    expected_ceiling: Share = 0.95
    blame_discount: Share = 1.0
    weight: NonNegative = 1.5
    justice_slope: float = 3.0
    justice_reference: float = 0.97
    severity_slope: float = 1.8
    forgiveness: Share = 0.5


class Churn(Spec):
    """Churn hazard, equation (28)."""

    competition: NonNegative = 1.0
    satisfaction: float = 8.0
    balance: float = 0.6
    memory: float = 0.3
    trust: float = 0.5
    failure: float = 1.2
    open_problem: float = 0.5
    switching: float = 1.0
    outside: float = 2.0
    attention: float = 1.2
    attention_half_life_weeks: Positive = 3.0
    notice: NonNegative = 0.0
    level: float = 0.13
    locked: NonNegative = 0.15
    after_lock: NonNegative = 2.5
    after_lock_weeks: NonNegative = 8.0
    clip: Positive = 5.0


class Survey(Spec):
    """Latent recommendation score and biased survey response, equations (34) and (35)."""

    intercept: float = 7.8
    satisfaction: float = 12.0
    balance: float = 0.9
    memory: float = 0.5
    noise: NonNegative = 0.6
    response: float = -1.9
    positivity: float = 0.20
    extremity: float = 0.20
    centre: float = 7.6
    spread: Positive = 1.5


class Behaviour(Spec):
    """Every behavioural parameter, grouped by mechanism."""

    performance: Performance = Field(default_factory=Performance)
    appraisal: Appraisal = Field(default_factory=Appraisal)
    account: Account = Field(default_factory=Account)
    habituation: Habituation = Field(default_factory=Habituation)
    memory: Memory = Field(default_factory=Memory)
    satisfaction: Satisfaction = Field(default_factory=Satisfaction)
    trust: Trust = Field(default_factory=Trust)
    expectation: Expectation = Field(default_factory=Expectation)
    failure: Failure = Field(default_factory=Failure)
    complaint: Complaint = Field(default_factory=Complaint)
    recovery: Recovery = Field(default_factory=Recovery)
    churn: Churn = Field(default_factory=Churn)
    survey: Survey = Field(default_factory=Survey)
