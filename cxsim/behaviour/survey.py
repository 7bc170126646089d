r"""What customers would say, and who answers, equations (34) and (35).

    y = 7.8 + 12 (S - S_ref) + .9 M' + .5 PE' + style + .6 z;   score = clip(round(y), 0, 10)
    P(answer) = sigma(-1.9 + openness + .20 u + .20 u^2),   u = (y - 7.6) / 1.5

Satisfied and extreme customers answer more, so the surveyed score is biased upward at low response. [A]; direction: Bain.
`survey.positivity` = `survey.extremity` = 0 removes the bias.
"""

from __future__ import annotations

import math
from typing import Any

from cxsim.elementary import logistic


def latent_score(
    satisfaction: float, scaled_balance: float, peak_end: float, style: float, noise: float, p: Any
) -> float:
    """Return the latent recommendation score y; `noise` is a standard normal number."""
    return (
        p.survey_intercept
        + p.survey_satisfaction * (satisfaction - p.satisfaction_reference)
        + p.survey_balance * scaled_balance
        + p.survey_memory * peak_end
        + style
        + p.survey_noise * noise
    )


def score(latent: float) -> int:
    """Return the answer on the scale 0 to 10."""
    return int(min(10.0, max(0.0, math.floor(latent + 0.5))))


def answer_probability(latent: float, openness: float, p: Any) -> float:
    """Return the probability that a customer with this latent score answers when asked."""
    u = (latent - p.survey_centre) / p.survey_spread
    return logistic(p.survey_response + openness + p.survey_positivity * u + p.survey_extremity * u * u)
