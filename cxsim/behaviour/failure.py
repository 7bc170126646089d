r"""Failures: how grave, what they cost, what is remembered, equation (20).

    severity ~ normal(mean, sd) truncated to [min, 1];   Delta = m_F v(-severity (1/2 + blame / 2))
    F <- F + severity (1 + 1/2 n_fix);   both F and n_fix fade

`failure.weight` m_F = 1.5 (0 switches the debit off), `failure.severity_*`, `failure.recurrence` .5. A touchpoint's
`failure` probability of 0 removes the mechanism. Catalogue of severities: late reply .10, wrong bill .25, missed
appointment .35, outage .45, rudeness .70, insult or threat .95.
"""

from __future__ import annotations

import math
from typing import Any

from cxsim.behaviour.appraisal import plain_value
from cxsim.outlined import outlined
from cxsim.rng import normal_cdf, quantile


@outlined
def severity(chance: float, mean: float, p: Any) -> float:
    """Return the severity whose probability is `chance`, in (0, 1), under the truncated normal distribution."""
    sd = p.failure_severity_sd
    below = normal_cdf((p.failure_severity_min - mean) / sd)
    above = normal_cdf((1.0 - mean) / sd)
    drawn = mean + sd * quantile(below + chance * (above - below))
    return min(1.0, max(p.failure_severity_min, drawn))


def offence(grave: float, blame: float, loss_aversion: float, zone_scale: float, p: Any) -> float:
    """Return the nominal deposit (ec, negative or 0) of a failure."""
    return p.failure_weight * plain_value(-grave * (0.5 + 0.5 * blame), loss_aversion, zone_scale, p)


def nuisance(size: float, loss_aversion: float, p: Any) -> float:
    """Return the nominal deposit (ec, negative or 0) of a small debit of the catalogue, such as a late reply."""
    return plain_value(-size, loss_aversion, 1.0, p)


def recall(memory: float, grave: float, count: float, p: Any) -> float:
    """Return the failure memory (severity units) after one more failure; repeated ones weigh more."""
    return memory + grave * (1.0 + p.failure_recurrence * count)


def probability(rate: float, weeks: float) -> float:
    """Return the probability of a failure of this weekly rate within `weeks`."""
    return -math.expm1(-rate * weeks)
