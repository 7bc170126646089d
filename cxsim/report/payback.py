"""When an arm has paid for itself, in words."""

from __future__ import annotations

import math

from cxsim.report.evidence import Evidence


def payback(evidence: Evidence, arm: str, weeks: int | None = None) -> tuple[str, str]:
    """Return the median week of payback, counted from the start of the run, and in how many replications it came.

    The second text is empty where no cash moved at all.
    """
    horizon = evidence.end if weeks is None else weeks
    effect = evidence.effect("payback_weeks", arm, horizon)
    if evidence.effect("npv", arm, horizon).difference == effect.difference == 0.0:
        return "no cash moved", ""
    share = f"{round(effect.p_better * evidence.replications)} of {evidence.replications}"
    return ("not by " if math.isinf(effect.difference) else "") + f"week {min(effect.difference, horizon):.0f}", share
