r"""Delivered performance: what the firm does at a touchpoint, on one dimension.

Equation (6), with its penalties:

    x = q + fit + chi_v vc [emotional] - phi effort [functional] - omega w(W) - chi |x - x_last| [switch] (1 - u) + sigma z
    w(W) = 1 - exp(-(W - W_tol)+ / W_scale)
    effort = e_c (contacts - 1) + e_s [switch] (1 - u) + e_t [task failed] + e_h [handoff failed]

=============  =====================================  ===========  ===============
symbol         parameter                              unit         neutral value
=============  =====================================  ===========  ===============
omega          performance.wait_penalty               quality      0
W_tol, scale   performance.wait_tolerance_min, _scale minutes      -
chi            performance.inconsistency              -            0
phi            performance.effort                     -            0
e_c ... e_h    performance.effort_*                   quality      0
chi_v          performance.value_congruence           quality      0
=============  =====================================  ===========  ===============

Sources: waits act through disconfirmation and perception (Garcia et al. 2012; Davis & Heineke 1998); drivers of effort are
those of the Corporate Executive Board's customer effort research. Sizes are design assumptions.
"""

from __future__ import annotations

import math
from typing import Any


def wait_penalty(wait_min: float, p: Any) -> float:
    """Return the quality lost to a wait of `wait_min` minutes."""
    excess = max(0.0, wait_min - p.performance_wait_tolerance_min)
    return p.performance_wait_penalty * -math.expm1(-excess / p.performance_wait_scale_min)


def inconsistency_penalty(level: float, last_level: float, integration: float, p: Any) -> float:
    """Return the quality lost because this channel treats the customer unlike the last one did."""
    return p.performance_inconsistency * math.fabs(level - last_level) * (1.0 - integration)


def effort(
    repeats: float, switched: float, integration: float, task_failed: float, handoff_failed: float, p: Any
) -> float:
    """Return the customer's effort in units of quality; flags are 0 or 1, `repeats` counts earlier contacts."""
    return (
        p.performance_effort_contact * repeats
        + p.performance_effort_switch * switched * (1.0 - integration)
        + p.performance_effort_task * task_failed
        + p.performance_effort_handoff * handoff_failed
    )


def delivered(systematic: float, noise: float) -> float:
    """Return the delivered performance: systematic part plus noise, kept in [0, 1]."""
    return min(1.0, max(0.0, systematic + noise))
