"""How a forecast's target is said: its name, its numbers with units, and the unit of its axis."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pandas as pd

from cxsim.report.wording import GAP, NOTHING, TITLES, interval, money, money_unit, number

_NAMES = {**TITLES, "churn_rate": "Churn rate"}
_DATES = {"month": "%b %Y", "year": "%Y"}
_CODE = 3
"""Letters of a currency's code, which stands before its amounts."""
_SCALES = {"mark", "share"}
"""First words of units that say where on a scale a number lies."""


@dataclass(frozen=True)
class Target:
    """A number that is forecast.

    Attributes
    ----------
    name : in words.
    kind : ``rate``, ``positive`` or ``real``.
    unit : its unit, empty where the user did not say.
    step : what the time between two points is called.
    adds_up : whether the total over steps is their sum.
    flows : whether it is so much a step.
    """

    name: str
    kind: str
    unit: str
    step: str
    adds_up: bool
    flows: bool

    @property
    def whole(self) -> str:
        """Return what the total over steps is called."""
        return "sum" if self.adds_up else "mean"

    def level(self, value: float) -> str:
        """Return a value with its unit."""
        return f"{number(100.0 * value, 2)}{GAP}%" if self.kind == "rate" else self._amount(value)

    def change(self, value: float) -> str:
        """Return a difference with its sign and unit; rates differ by percentage points."""
        if self.kind != "rate":
            return self._amount(value, signed=True)
        points = 100.0 * value
        return f"{number(points, 2 if abs(points) >= 0.1 else 3, signed=True)}{GAP}pp"

    def levels(self, low: float, high: float) -> str:
        """Return an interval of values."""
        return self._span(low, high, self.level)

    def changes(self, low: float, high: float) -> str:
        """Return an interval of differences."""
        return self._span(low, high, self.change)

    def at(self, time: Any) -> str:
        """Return a point of time in words."""
        if not isinstance(time, pd.Timestamp):
            return f"{self.step} {time}"
        if self.step == "quarter":
            return f"{time.year} Q{time.quarter}"
        return time.strftime(_DATES.get(self.step, "%Y-%m-%d"))

    def axis(self, largest: float, *, change: bool = False) -> tuple[float, str]:
        """Return by what values are divided for an axis that reaches to `largest`, and the unit to write at it."""
        per = f" a {self.step}" if self.flows else ""
        if self.kind == "rate":
            return 0.01, ("percentage points" if change else "%") + per
        size, name = money_unit(largest)
        return size, f"{name}{self.unit or 'in the unit of the history'}{per}"

    @property
    def _is_currency(self) -> bool:
        return len(self.unit) == _CODE and self.unit.isupper()

    @property
    def _suffix(self) -> str:
        """Return what stands after an amount: a unit that can be counted, and no currency, which stands before it."""
        countable = self.unit and not self._is_currency and self.unit.split()[0] not in _SCALES
        return f"{GAP}{self.unit}" if countable else ""

    def _amount(self, value: float, *, signed: bool = False) -> str:
        if self._is_currency:
            return money(value, self.unit, signed=signed)
        bare = money(value, "", signed=signed).replace(GAP, "", 1) if value else "0"
        return bare + self._suffix

    def _span(self, low: float, high: float, say: Callable[[float], str]) -> str:
        if self.kind == "rate" or not self._suffix:
            return interval(low, high, say)
        return interval(low, high, lambda value: say(value).removesuffix(self._suffix)) + self._suffix


def target_of(about: dict[str, Any], column: str) -> Target:
    """Return the target that a manifest is about; `column` is what the user calls it."""
    metric, unit = about["metric"], about["unit"]
    name = _NAMES.get(metric) or column.replace("_", " ").capitalize()
    flows = about["adds_up"] or metric == "churn_rate"
    return Target(name, about["kind"], unit, about["step"], about["adds_up"], flows)


def relative(change: float, before: float) -> str:
    """Return a difference as a percentage of what there was before; a dash where that is 0."""
    if not before:
        return NOTHING
    points = 100.0 * change / abs(before)
    return f"{number(points, 1 if abs(points) >= 1.0 else 2, signed=True)}{GAP}%"
