r"""Voice or silence, equation (21).

    P(complain) = sigma(-1.2 + 3.5 severity + k_c + 4 (S - S_ref) + .5 ease)

Attached customers speak up; non-complainers repurchase less than heard complainers (TARP). `ease` raises it. Coefficients [A].
"""

from __future__ import annotations

from typing import Any

from cxsim.elementary import logistic


def complaint_probability(grave: float, voice: float, satisfaction: float, p: Any) -> float:
    """Return the probability that the customer voices a problem of this severity."""
    return logistic(
        p.complaint_intercept
        + p.complaint_severity * grave
        + voice
        + p.complaint_satisfaction * (satisfaction - p.satisfaction_reference)
        + 0.5 * p.complaint_ease
    )
