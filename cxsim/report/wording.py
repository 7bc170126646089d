"""Numbers as people read them: money, shares, points, intervals, and what an interval allows to say."""

from __future__ import annotations

import math
from collections.abc import Callable
from enum import StrEnum

from cxsim.metrics.horizons import METRICS

MINUS, NOTHING, GAP = "\N{MINUS SIGN}", "\N{EN DASH}", "\N{NO-BREAK SPACE}"

TITLES = {
    "churn_rate": "Yearly churn",
    "retention": "Initial customers kept",
    "active": "Active customers",
    "acquired": "Customers won",
    "ltv": "Lifetime value",
    "ltv_observed": "Lifetime value: before the run",
    "ltv_simulated": "Lifetime value: within the horizon",
    "ltv_terminal": "Lifetime value: after the horizon",
    "revenue": "Revenue",
    "profit": "Profit",
    "contact_cost": "Cost of contacts",
    "cost": "Programme cost",
    "nps_true": "NPS, all customers",
    "nps_survey": "NPS, as surveyed",
    "csat": "CSAT after service",
    "ces": "Customer effort score",
    "satisfaction": "Satisfaction",
    "balance": "Emotional account",
    "frustrated_share": "Frustrated customers",
    "enchanted_share": "Enchanted customers",
    "contacts": "Contacts",
    "complaints": "Complaints",
    "abandoned": "Abandoned contacts",
    "npv": "Net present value",
    "roi": "Return per unit of cost",
    "payback_weeks": "Week of payback",
}
_UNITS = (f"{GAP}%", f"{GAP}pp", f"{GAP}of{GAP}100")
_PERCENT = {"churn_rate", "retention", "frustrated_share", "enchanted_share"}
_MONEY = {"ltv", "ltv_observed", "ltv_simulated", "ltv_terminal", "revenue", "profit", "contact_cost", "cost", "npv"}
_DECIMALS = {"nps_true": 1, "nps_survey": 1, "csat": 2, "ces": 2, "balance": 2, "roi": 2}


class Verdict(StrEnum):
    """What an interval allows to say about a difference."""

    GAIN = "gain"
    LOSS = "loss"
    UNDECIDED = "undecided"
    NOTHING = "no effect"
    UNKNOWN = "no interval"


def verdict(low: float, high: float, *, higher_is_better: bool = True) -> Verdict:
    """Return what the interval from `low` to `high` of a difference says."""
    if math.isnan(low) or math.isnan(high):
        return Verdict.UNKNOWN
    if low == high == 0.0:
        return Verdict.NOTHING
    if low <= 0.0 <= high:
        return Verdict.UNDECIDED
    return Verdict.GAIN if (low > 0.0) == higher_is_better else Verdict.LOSS


def number(value: float, decimals: int = 0, *, signed: bool = False) -> str:
    """Return a number with thousands separated; a missing one is a dash, an infinite one says so."""
    if math.isnan(value):
        return NOTHING
    if math.isinf(value):
        return "never"
    text = f"{abs(value):,.{decimals}f}"
    if not any(digit in text for digit in "123456789"):
        return text
    return (MINUS if value < 0 else "+" if signed else "") + text


def money(value: float, currency: str, *, signed: bool = False) -> str:
    """Return an amount to three digits: `EUR 1.51 m`, `EUR 368 k`, `EUR 18.2`; a sign stands in front: `+EUR 18.2`."""
    if not math.isfinite(value):
        return number(value)
    if value == 0.0:
        return f"{currency}{GAP}0"
    sign = MINUS if value < 0 else "+" if signed else ""
    for unit, size in (("bn", 1e9), ("m", 1e6), ("k", 1e3)):
        # Four digits are read as they are: EUR 1,607.
        if abs(value) >= (size if size > 1e3 else 1e4) * 0.9995:
            scaled = abs(value) / size
            return f"{sign}{currency}{GAP}{number(scaled, _digits(scaled))}{GAP}{unit}"
    return f"{sign}{currency}{GAP}{number(abs(value), _digits(value))}"


def money_unit(largest: float) -> tuple[float, str]:
    """Return the unit in which amounts up to `largest` are drawn or listed, and its name: `million `."""
    for name, size in (("billion ", 1e9), ("million ", 1e6), ("thousand ", 1e4)):
        if largest >= size:
            return min(size, 1e3) if name == "thousand " else size, name
    return 1.0, ""


def percent(share: float, decimals: int = 1) -> str:
    """Return a share as a percentage."""
    return f"{number(100.0 * share, decimals)}{GAP}%"


def level(metric: str, value: float, currency: str) -> str:
    """Return the level of a metric with its unit."""
    if metric in _PERCENT:
        return percent(value)
    if metric in _MONEY:
        return money(value, currency)
    if metric == "satisfaction":
        return f"{number(100.0 * value, 1)}{GAP}of{GAP}100"
    return number(value, _DECIMALS.get(metric, 0))


def change(metric: str, value: float, currency: str) -> str:
    """Return the difference of a metric with its sign and unit; shares differ by percentage points."""
    if metric in _PERCENT:
        return f"{number(100.0 * value, 2, signed=True)}{GAP}pp"
    if metric in _MONEY:
        return money(value, currency, signed=True)
    if metric == "satisfaction":
        return number(100.0 * value, 2, signed=True)
    if metric == "payback_weeks":
        return number(value)
    return number(value, _DECIMALS.get(metric, 0), signed=True)


def interval(low: float, high: float, say: Callable[[float], str]) -> str:
    """Return an interval in words, each end as `say` says it, a unit that both ends share only once."""
    if math.isnan(low) or math.isnan(high):
        return "no interval"
    if low == high:
        return f"exactly{GAP}0" if low == 0.0 else say(low)
    first, second = say(low), say(high)
    for unit in _UNITS:
        first = first.removesuffix(unit)
    name = first.strip("+" + MINUS + ".,0123456789").split(GAP)[0]
    return f"{first} to {second.replace(f'{name}{GAP}', '') if name else second}"


def unit(metric: str, currency: str) -> str:
    """Return the unit in which a difference of the metric is drawn."""
    if metric in _PERCENT:
        return "percentage points" + (" a year" if metric == "churn_rate" else "")
    if metric == "satisfaction":
        return "points of 100"
    return METRICS[metric].unit.format(currency=currency)


def drawn(metric: str) -> float:
    """Return the factor from the unit of the table to the unit in which it is drawn."""
    return 100.0 if metric in _PERCENT or metric == "satisfaction" else 1.0


def listed(words: list[str]) -> str:
    """Return words as a list in a sentence."""
    return " and ".join([", ".join(words[:-1]), words[-1]]) if len(words) > 1 else "".join(words)


def _digits(value: float) -> int:
    size = abs(value)
    return 0 if size >= 100 else 1 if size >= 10 else 2
