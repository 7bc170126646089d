r"""Habituation to delight, equation (14).

    H <- min(ceiling, H + step (1 - H)) after a surprise above the zone at a touchpoint of weight >= 1;  H fades by half-life

Parameters: `habituation.step` .25 (0 switches it off), `.ceiling` .8, `.half_life_weeks` 26. Sizes are design assumptions;
that delight raises the bar and is forgotten with time is Rust & Oliver 2000.
"""

from __future__ import annotations

from typing import Any


def habituate(habituation: float, surprised: bool, weight: float, p: Any) -> float:
    """Return the habituation after an encounter of this weight."""
    if surprised and weight >= 1.0:
        return min(p.habituation_ceiling, habituation + p.habituation_step * (1.0 - habituation))
    return habituation
