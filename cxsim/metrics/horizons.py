"""The metrics of an arm at a horizon, one value per replication: what `effects.csv` compares."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from cxsim.arrays import Floats
from cxsim.metrics.panel import Panel
from cxsim.units import WEEKS_PER_YEAR


class Metric(NamedTuple):
    """A metric: its unit, and whether more of it is better for the firm."""

    unit: str
    higher_is_better: bool


METRICS: dict[str, Metric] = {
    "churn_rate": Metric("share/year", higher_is_better=False),
    "retention": Metric("share of the initial base", higher_is_better=True),
    "active": Metric("customers", higher_is_better=True),
    "acquired": Metric("customers", higher_is_better=True),
    "ltv": Metric("{currency}/initial customer", higher_is_better=True),
    "ltv_observed": Metric("{currency}/initial customer", higher_is_better=True),
    "ltv_simulated": Metric("{currency}/initial customer", higher_is_better=True),
    "ltv_terminal": Metric("{currency}/initial customer", higher_is_better=True),
    "revenue": Metric("{currency}", higher_is_better=True),
    "profit": Metric("{currency}", higher_is_better=True),
    "contact_cost": Metric("{currency}", higher_is_better=False),
    "cost": Metric("{currency}", higher_is_better=False),
    "nps_true": Metric("points", higher_is_better=True),
    "nps_survey": Metric("points", higher_is_better=True),
    "csat": Metric("mark 1-5", higher_is_better=True),
    "ces": Metric("mark 1-7", higher_is_better=True),
    "satisfaction": Metric("share", higher_is_better=True),
    "balance": Metric("ec", higher_is_better=True),
    "frustrated_share": Metric("share of customers", higher_is_better=False),
    "enchanted_share": Metric("share of customers", higher_is_better=True),
    "contacts": Metric("contacts", higher_is_better=False),
    "complaints": Metric("complaints", higher_is_better=False),
    "abandoned": Metric("contacts", higher_is_better=False),
    "npv": Metric("{currency}", higher_is_better=True),
    "roi": Metric("NPV per {currency} of discounted cost", higher_is_better=True),
    "payback_weeks": Metric("weeks", higher_is_better=False),
}
"""Metrics in the order of the report. Counts and money are those of the represented base."""

_SCALED_COUNTS = ("acquired", "contacts", "complaints", "abandoned")
_SCALED_MONEY = {"revenue": "revenue", "profit": "profit", "contact_cost": "contact_cost", "cost": "programme_cost"}
_STATES = ("nps_true", "satisfaction", "balance", "frustrated_share", "enchanted_share")
_SURVEYED = {"nps_survey": "answered", "csat": "csat_answers", "ces": "ces_answers"}


def values_at(panel: Panel, weeks: int, scale: float) -> dict[str, Floats]:
    """Return the metrics of an arm after `weeks`, except those that need money over time or another arm.

    States are means over the 13 weeks before the horizon; totals run from the start. `churn_rate` is the yearly churn probability
    that the hazard of the whole span implies.
    """
    exposure = panel.total("active", weeks) / panel.ticks_per_week
    hazard = panel.total("churned", weeks) / np.maximum(exposure, 1e-12)
    start = panel["base_active"][:, 0] + panel["base_churned"][:, 0]
    # A segment may start with nobody: its retention is missing, not an error.
    nobody = np.full(start.shape, np.nan)
    retention = np.divide(panel.at("base_active", weeks), start, out=nobody, where=start > 0)
    found: dict[str, Floats] = {
        "churn_rate": -np.expm1(-hazard * WEEKS_PER_YEAR),
        "retention": retention,
        "active": panel.at("active", weeks) * scale,
    }
    for name in _SCALED_COUNTS:
        found[name] = panel.total(name, weeks) * scale
    for name, column in _SCALED_MONEY.items():
        found[name] = panel.total(column, weeks) * scale
    for name in _STATES:
        found[name] = panel.recent(name, weeks, weight="active")
    for name, weight in _SURVEYED.items():
        found[name] = panel.recent(name, weeks, weight=weight)
    return found


def discounts(ticks: int, ticks_per_week: int, discount_year: float) -> Floats:
    """Return the present value of one unit of money of each tick, at the start of the tick."""
    return np.asarray((1.0 + discount_year) ** (-np.arange(ticks) / (ticks_per_week * WEEKS_PER_YEAR)))


def base_margin(panel: Panel, margin: float, discount_year: float) -> Floats:
    """Return the discounted margin of the initial base, replications x ticks: margin of the revenue minus the costs it caused."""
    cash = margin * panel["base_revenue"] - panel["base_cost"]
    return np.asarray(cash * discounts(cash.shape[1], panel.ticks_per_week, discount_year))
