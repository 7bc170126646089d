r"""Appraisal: perception, reference, zone of tolerance and felt value.

    (7)  perceived   x' = x + psi (E - x)
    (8)  reference   R = (1 - s) E + s D
    (9)  overshoot   y = d - tau+ if d > tau+;  d + tau- if d < -tau-;  else 0,   d = x' - R
    (10) value       v = K_g (y / delta)^alpha if y > 0;  -lambda K_l (-y / delta)^alpha if y < 0

=============  ==========================  =========  ==========================================================
symbol         parameter                   neutral    source
=============  ==========================  =========  ==========================================================
psi            appraisal.assimilation      0          assimilation, [A]
s              appraisal.should_share      0          Boulding, Kalra, Staelin & Zeithaml 1993
tau+, tau-     appraisal.zone_above/below  0          zone of tolerance: Johnston 1995; narrower at moments of truth
alpha          appraisal.curvature         1          .88, Tversky & Kahneman 1992
delta          appraisal.scale             -          sets the unit ec: one ec is felt 0.20 beyond the zone
lambda         traits.loss_aversion        1          1.955 [1.82, 2.10], Brown, Imai, Vieider & Camerer 2024
K_g, K_l       touchpoint's Kano type      1, 1       Kano 1984: shapes; sizes [A]
=============  ==========================  =========  ==========================================================

A slope inside the zone is left out on purpose: with alpha below one, tiny misses would be inflated into large debits.
"""

from __future__ import annotations

import math
from typing import Any

from cxsim.elementary import power


def perceive(delivered: float, expected: float, p: Any) -> float:
    """Return the perceived performance, drawn towards the expectation."""
    return delivered + p.appraisal_assimilation * (expected - delivered)


def reference(expected: float, should: float, p: Any) -> float:
    """Return the reference that the perception is compared with."""
    return (1.0 - p.appraisal_should_share) * expected + p.appraisal_should_share * should


def beyond_zone(gap: float, zone_scale: float, p: Any) -> float:
    """Return how far `gap` lies outside the zone of tolerance, 0 inside."""
    above = p.appraisal_zone_above * zone_scale
    below = p.appraisal_zone_below * zone_scale
    if gap > above:
        return gap - above
    if gap < -below:
        return gap + below
    return 0.0


def value(overshoot: float, gain: float, loss: float, loss_aversion: float, p: Any) -> float:
    """Return the felt value (ec) of an overshoot; `gain` and `loss` are the Kano factors."""
    size = power(math.fabs(overshoot) * p.appraisal_scale_inverse, p.appraisal_curvature)
    return gain * size if overshoot > 0.0 else -loss_aversion * loss * size


def plain_value(gap: float, loss_aversion: float, zone_scale: float, p: Any) -> float:
    """Return the felt value (ec) of a gap at an ordinary touchpoint: zone, then value, without Kano factors."""
    return value(beyond_zone(gap, zone_scale, p), 1.0, 1.0, loss_aversion, p)
