r"""Transaction satisfaction and cumulative satisfaction, equations (16) and (17).

    T = sigma(t_0 + t_x (x - x_ref) + t_v v)
    S <- S + g (T - S),   g = min(g_max, max(g_min, 1 / (n + n_0)) clip(m, .5, 3)),   n <- n + 1

Level *and* disconfirmation: Oliver 1980. Anchoring, so that long tenure weighs new information less: Bolton 1998.
`satisfaction.intercept` makes T = .72 at x = .70. Neutral: `level` = `disconfirmation` = 0 keeps T constant.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from cxsim.elementary import logistic


class Satisfaction(NamedTuple):
    """Cumulative satisfaction in [0, 1] and the number of experiences behind it."""

    level: float
    experiences: float


def transaction(performance: float, felt_value: float, p: Any) -> float:
    """Return transaction satisfaction in [0, 1] of a weighted performance and a felt value (ec)."""
    return logistic(
        p.satisfaction_intercept
        + p.satisfaction_level * (performance - p.satisfaction_level_reference)
        + p.satisfaction_disconfirmation * felt_value
    )


def accumulate(satisfaction: Satisfaction, transaction_score: float, weight: float, p: Any) -> Satisfaction:
    """Return cumulative satisfaction after a transaction of this weight."""
    importance = min(3.0, max(0.5, weight))
    gain = max(p.satisfaction_gain_floor, 1.0 / (satisfaction.experiences + p.satisfaction_prior_count)) * importance
    gain = min(p.satisfaction_gain_ceiling, gain)
    return Satisfaction(
        satisfaction.level + gain * (transaction_score - satisfaction.level), satisfaction.experiences + 1.0
    )
