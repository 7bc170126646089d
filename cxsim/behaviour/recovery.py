r"""Justice and recovery, equations (25) and (26).

    J = a_D DJ + a_I IJ + a_P PJ - a_c (contacts - 1)
    DJ = min(1.2, share of the loss made good), 0 if unavoidable;  IJ = empathy + explanation;  PJ = exp(-age / 1.5 wk)
    restore = clip(J / J_full, 0, 1), x .25 if J < the expected recovery, 0 if unavoidable
    y = J - E_rec;  b = v(y), if b > 0 times (1 - severity)(1 - a_B blame) / (1 + n_fix);  deposit 1.5 b
    T = sigma(t_0 + 3 (J - .97) - 1.8 severity (1 + n_fix) + t_v b);  E_rec = min(.95, .55 + .20 n_fix)

Order of the three kinds: Orsingher, Valentini & de Angelis 2010. Paradox only when mild, first, low blame: Magnini et al. 2007;
recovery expectations rise: Maxham & Netemeyer 2002. `recovery.weight` = 0 and `full_justice` large switch it off.
`recovery.blame_discount` a_B = 1: who is fully to blame earns no gratitude for putting it right (with 1/2 a paradox remains).
"""

from __future__ import annotations

import math
from typing import Any, NamedTuple

from cxsim.behaviour.appraisal import plain_value
from cxsim.elementary import logistic


class Recovery(NamedTuple):
    """What a settled problem leaves: share of debits restored, nominal deposit (ec), transaction satisfaction."""

    restored: float
    deposit: float
    transaction: float


def justice(age_weeks: float, contacts: float, unavoidable: bool, p: Any) -> float:
    """Return perceived justice of a settlement after `age_weeks` and `contacts`."""
    distributive = 0.0 if unavoidable else min(1.2, p.problem_compensation)
    interactional = p.problem_empathy + p.problem_explanation
    procedural = math.exp(-age_weeks / p.recovery_delay_scale_weeks)
    return (
        p.recovery_distributive * distributive
        + p.recovery_interactional * interactional
        + p.recovery_procedural * procedural
        - p.recovery_contact_cost * max(0.0, contacts - 1.0)
    )


def expected_justice(past_problems: float, p: Any) -> float:
    """Return the recovery that the customer expects after this many past problems."""
    return min(p.recovery_expected_ceiling, p.recovery_expected + p.recovery_expected_step * past_problems)


def settle(
    fairness: float, grave: float, blame: float, past_problems: float, unavoidable: bool, loss_aversion: float, p: Any
) -> Recovery:
    """Return what a settlement of this fairness leaves behind."""
    gap = fairness - expected_justice(past_problems, p)
    restored = min(1.0, max(0.0, fairness / p.recovery_full_justice))
    if gap < 0.0:
        restored *= p.recovery_poor_restore
    if unavoidable:
        restored = 0.0
    bonus = plain_value(gap, loss_aversion, 1.0, p)
    if bonus > 0.0:
        bonus *= (1.0 - grave) * (1.0 - p.recovery_blame_discount * blame) / (1.0 + past_problems)
    score = logistic(
        p.satisfaction_intercept
        + p.recovery_justice_slope * (fairness - p.recovery_justice_reference)
        - p.recovery_severity_slope * grave * (1.0 + past_problems)
        + p.satisfaction_disconfirmation * bonus
    )
    return Recovery(restored, p.recovery_weight * bonus, score)
