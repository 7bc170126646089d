"""The scenario: a complete world, frozen and hashable, with copies, differences and its semantic hash."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import Field

from cxsim.spec.base import Name, NonNegative, Positive, Share, Spec
from cxsim.spec.behaviour import Behaviour
from cxsim.spec.change import change, flatten
from cxsim.spec.interventions import Intervention
from cxsim.spec.journey import Journey, Quality
from cxsim.spec.population import Population


class Time(Spec):
    """The clock: tick length, length of the run, and the weeks lived before it starts to count."""

    tick: Literal["week", "day"] = "week"
    horizon_weeks: Annotated[int, Field(ge=1, le=2600)] = 156
    warmup_weeks: Annotated[int, Field(ge=0, le=520)] = 26

    @property
    def ticks_per_week(self) -> int:
        """Return 1 or 7."""
        return 1 if self.tick == "week" else 7


class Market(Spec):
    """What surrounds the firm: the promise it makes, the outside option, the inflow of leads."""

    promise: Quality
    outside_option: Share = 0.72
    outside_reference: Share = 0.72
    price_gap: float = 0.0
    leads_per_1000_week: NonNegative = Field(default=0.0, description="new leads a week per 1,000 initial customers")


class Money(Spec):
    """Margin, discounting and the cost of winning a customer."""

    margin: Share = 0.55
    discount_year: Annotated[float, Field(ge=0.0, lt=1.0)] = 0.10
    acquisition_cost: NonNegative = 120.0


class Relational(Spec):
    """The relationship survey: who is asked, how often."""

    every_weeks: Positive = 13.0
    sample: Share = 0.25


class Transactional(Spec):
    """The survey after an encounter."""

    after: tuple[Name, ...] = ()
    sample: Share = 0.5


class Surveys(Spec):
    """What the firm asks its customers."""

    relational: Relational = Field(default_factory=Relational)
    transactional: Transactional = Field(default_factory=Transactional)


class Source(Spec):
    """Where a default comes from, for the assumption sheet."""

    tag: Literal["V", "C", "M", "A"]
    text: str


class Scenario(Spec):
    """A complete world: everything that may change a number, nothing that may not."""

    name: Name
    label: str = ""
    objective: str = ""
    time: Time = Field(default_factory=Time)
    population: Population
    journey: Journey
    behaviour: Behaviour = Field(default_factory=Behaviour)
    market: Market
    money: Money = Field(default_factory=Money)
    surveys: Surveys = Field(default_factory=Surveys)
    interventions: dict[Name, Intervention] = Field(default_factory=dict)
    sources: dict[str, Source] = Field(default_factory=dict)

    def with_changes(self, changes: Mapping[str, Any]) -> Scenario:
        """Return a copy with the dotted paths of `changes` set, validated again.

        Raises
        ------
        InputError : a path does not exist or a value breaks a rule; every fault at once.
        """
        return change(self, changes)

    def diff(self, other: Scenario) -> Any:
        """Return a pandas table of every path whose value differs: `path`, `self`, `other`."""
        import pandas as pd

        mine, theirs = flatten(self.model_dump(mode="json")), flatten(other.model_dump(mode="json"))
        paths = sorted(path for path in mine.keys() | theirs.keys() if mine.get(path) != theirs.get(path))
        return pd.DataFrame(
            {
                "path": paths,
                "self": [mine.get(path) for path in paths],
                "other": [theirs.get(path) for path in paths],
            }
        )

    def semantic(self) -> dict[str, Any]:
        """Return what can change a number, as plain data: labels and sources are left out."""
        content: dict[str, Any] = _without(
            self.model_dump(mode="json"), frozenset({"label", "sources", "evidence", "objective"})
        )
        return content

    def digest(self) -> str:
        """Return the hash (16 hexadecimal digits) of the semantic content."""
        text = json.dumps(self.semantic(), sort_keys=True, separators=(",", ":"))
        return hashlib.sha256(text.encode()).hexdigest()[:16]


def _without(value: Any, keys: frozenset[str]) -> Any:
    if isinstance(value, dict):
        return {key: _without(item, keys) for key, item in value.items() if key not in keys}
    if isinstance(value, list):
        return [_without(item, keys) for item in value]
    return value
