r"""Churn: personal frailty times an exponential utility, equation (28).

    h = r lock exp(clip(eta));   P(churn in a tick) = 1 - exp(-h tau)
    eta = -kappa [b_S (S - S_ref) + b_M M' + b_P PE' + b_T (Tr - Tr_0)] + b_F F + b_O [problem open] - b_sw (sw - 1/2)
          + b_K (K - K_0) + b_A att + a_cal

r comes from the shifted beta-geometric (Fader & Hardie 2007): with every b = 0, lock = 1 and a_cal = 0 the survival is exactly
theirs, at any tick length. `lock` is `churn.locked` within a commitment, `after_lock` for `after_lock_weeks` after it, else 1.
Attention: Ascarza, Iyengar & Schleicher 2016. Sizes: fitted to TARP's stated repurchase, memory terms
halved (intention gap), [A].
"""

from __future__ import annotations

import math
from typing import Any


def lock_factor(tenure_weeks: float, commitment_weeks: float, renews: bool, p: Any) -> float:
    """Return the hazard factor of the contract: within, just after, or free of a commitment."""
    if commitment_weeks <= 0.0:
        return 1.0
    elapsed = tenure_weeks
    first_term = tenure_weeks < commitment_weeks
    if renews and not first_term:
        elapsed = tenure_weeks - commitment_weeks * math.floor(tenure_weeks / commitment_weeks)
        return p.churn_after_lock if elapsed < p.churn_after_lock_weeks else p.churn_locked
    if first_term:
        return p.churn_locked
    return p.churn_after_lock if elapsed < commitment_weeks + p.churn_after_lock_weeks else 1.0


def disutility(
    satisfaction: float,
    scaled_balance: float,
    peak_end: float,
    trust: float,
    failure_memory: float,
    problem_open: float,
    switching_cost: float,
    attention: float,
    p: Any,
) -> float:
    """Return eta, the log of the hazard ratio, clipped."""
    bond = (
        p.churn_satisfaction * (satisfaction - p.satisfaction_reference)
        + p.churn_balance * scaled_balance
        + p.churn_memory * peak_end
        + p.churn_trust * (trust - p.trust_initial)
    )
    eta = (
        -p.churn_competition * bond
        + p.churn_failure * failure_memory
        + p.churn_open_problem * problem_open
        - p.churn_switching * (switching_cost - 0.5)
        + p.churn_outside * (p.market_outside_option - p.market_outside_reference)
        + p.churn_attention * attention
        + p.churn_level
    )
    return min(p.churn_clip, max(-p.churn_clip, eta))


def hazard_ceiling(weeks: float, p: Any) -> float:
    """Return what no hazard of `weeks` exceeds, per unit of frailty and utility: the worst lock, and room for rounding."""
    return max(1.0, p.churn_locked, p.churn_after_lock) * weeks * (1.0 + 1e-9)


def leaves(chance: float, frailty: float, lock: float, eta: float, weeks: float) -> bool:
    """Return whether a customer leaves within `weeks`, `chance` being a uniform number.

    As 1 - exp(-h) <= h, most stay without the second exponential.
    """
    cumulative = frailty * lock * math.exp(eta) * weeks
    return chance < cumulative and chance < -math.expm1(-cumulative)


def churn_probability(frailty: float, lock: float, eta: float, weeks: float) -> float:
    """Return the probability of leaving within `weeks`; `frailty` is the base hazard per week."""
    return -math.expm1(-frailty * lock * math.exp(eta) * weeks)
