"""When and how strongly an intervention acts: start, ramp, end, fade."""

from __future__ import annotations

import math

from cxsim.spec.interventions import Intervention

_USUAL_ALIGNMENT = 0.7
_STEEPNESS = 10.0


def strength(intervention: Intervention, week: float, alignment: float) -> float:
    """Return the strength, 0 to 1, at the beginning of a week counted from the start of the run.

    A better aligned firm ramps faster: the ramp lasts its weeks at alignment 0.7 and proportionally less above.
    """
    elapsed = week - intervention.start_week
    if elapsed < 0.0:
        return 0.0
    end = intervention.end_week
    if is_over(intervention, week):
        return 0.0
    if end is not None and week >= end and intervention.fade_half_life_weeks is not None:
        reached = _ramp(intervention, end - intervention.start_week, alignment)
        return reached * math.pow(2.0, -(week - end) / intervention.fade_half_life_weeks)
    return _ramp(intervention, elapsed, alignment)


def is_running(intervention: Intervention, week: float) -> bool:
    """Return whether the lever is paid for in this week: from its start to its end."""
    return intervention.start_week <= week and (intervention.end_week is None or week < intervention.end_week)


def is_over(intervention: Intervention, week: float) -> bool:
    """Return whether the lever has ended by this week and left nothing behind that fades."""
    end = intervention.end_week
    return end is not None and week >= end and intervention.fade_half_life_weeks is None


def _ramp(intervention: Intervention, elapsed: float, alignment: float) -> float:
    shape = intervention.ramp.shape
    weeks = intervention.ramp.weeks * _USUAL_ALIGNMENT / max(alignment, 0.05)
    if shape == "step" or weeks <= 0.0:
        return 1.0
    share = min(1.0, elapsed / weeks)
    if shape == "linear":
        return share
    low = _sigmoid(-0.5)
    return (_sigmoid(share - 0.5) - low) / (1.0 - 2.0 * low)


def _sigmoid(share: float) -> float:
    return 1.0 / (1.0 + math.exp(-_STEEPNESS * share))
