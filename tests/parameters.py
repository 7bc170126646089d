"""The numbers that a rule reads, as a plain object: defaults of the specs, and what a test changes."""

from __future__ import annotations

from functools import cache
from types import SimpleNamespace
from typing import Any

from cxsim.engine.build import parameter_paths, parameter_record
from cxsim.spec.behaviour import Behaviour
from cxsim.spec.change import flatten
from cxsim.spec.journey import Problem

_SURROUNDINGS = {
    "journey.contact_rate": 1.0,
    "journey.alignment": 0.7,
    "journey.save_desk": 0.0,
    "journey.nudge": 0.0,
    "market.price_gap": 0.0,
    "market.outside_option": 0.72,
    "market.outside_reference": 0.72,
    "market.promise.functional": 0.77,
    "market.promise.emotional": 0.77,
    "money.margin": 0.55,
}


@cache
def default_values() -> dict[str, float]:
    """Return dotted name -> default of every number in a parameter record."""
    values: dict[str, Any] = flatten(Behaviour().model_dump(), "behaviour.")
    values |= flatten(Problem(touchpoint="complaint").model_dump(), "journey.problem.")
    return {path: float(value) for path, value in {**values, **_SURROUNDINGS}.items() if not isinstance(value, str)}


def parameters(weeks: float = 1.0, **changes: float) -> Any:
    """Return a parameter record as an object; `changes` name its fields, such as ``churn_satisfaction=0.0``."""
    record = parameter_record(default_values(), weeks)[0]
    fields = {name: float(record[name]) for name in record.dtype.names}
    unknown = changes.keys() - fields.keys()
    if unknown:
        raise KeyError(f"no such parameter: {sorted(unknown)}; there are {sorted(parameter_paths())}")
    return SimpleNamespace(**{**fields, **changes})
