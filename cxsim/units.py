"""Conversions between rates, probabilities, half-lives and ticks: every law of the model is a rate per week."""

from __future__ import annotations

import math

WEEKS_PER_YEAR = 52.0
WEEKS_PER_MONTH = 52.0 / 12.0


def probability_to_rate(probability: float, weeks: float) -> float:
    """Return the constant rate per week whose probability within `weeks` is `probability`."""
    return -math.log1p(-probability) / weeks


def keep_factor(half_life_weeks: float, weeks: float) -> float:
    """Return the share that is left after `weeks` of decay with this half-life."""
    return math.pow(2.0, -weeks / half_life_weeks)


def discount_factor(discount_year: float, weeks: float) -> float:
    """Return the present value of one unit of money received after `weeks`, at an effective annual rate."""
    return math.pow(1.0 + discount_year, -weeks / WEEKS_PER_YEAR)
