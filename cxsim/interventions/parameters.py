"""Every number that an intervention may name, as in the scenario, with its bounds and its reach.

A parameter is a number of the scenario under one of the roots below, such as ``journey.touchpoints.bill.failure`` or
``behaviour.churn.satisfaction``. *Shared* parameters belong to a desk that all customers use, or to nobody, as the inflow of
leads does; the others are personal, so that reached and unreached customers can live under different values.
"""

from __future__ import annotations

import fnmatch
import re
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from cxsim.errors import nearest
from cxsim.spec.base import Spec
from cxsim.spec.scenario import Scenario

LEADS = "market.leads_per_1000_week"
_STRUCTURAL = frozenset({"every_weeks", "department", "phase", "stage", "profile", "every", "cap_per_week"})
_SHARED = ("journey.queues.", "journey.back_offices.*.capacity_week", LEADS)
_CLOSEST = 1e-3
"""Part of the way from an excluded bound to the scenario's value: what is divided by stays large enough to be."""
_COPIED = "cannot be changed by an intervention: every touchpoint has its own, journey.touchpoints.*.severity"
_NO_WAY = "changes nothing: no transition of this journey depends on it"
_NO_TASK = "changes nothing: on a channel with people nobody has to manage alone"
_ONE_MARGIN = (
    "cannot be changed by an intervention: profit and value of all arms are reckoned with the scenario's margin"
)


class Parameter(NamedTuple):
    """A number of the scenario.

    Its value and bounds, whether all customers share it, the rule that keeps interventions off it if there is one, whether its
    lower bound is excluded, and why it changes nothing in this journey if it does not.
    """

    value: float
    low: float
    high: float
    shared: bool
    fixed: str = ""
    above: bool = False
    idle: str = ""

    @property
    def floor(self) -> float:
        """Return the least that interventions can make of it together: close to an excluded bound, never there."""
        return self.low + _CLOSEST * (self.value - self.low) if self.above else self.low


def parameters(scenario: Scenario) -> dict[str, Parameter]:
    """Return every number of a scenario that an intervention may name, by its dotted name; some are `fixed`."""
    found: dict[str, Parameter] = {}
    journey = scenario.journey
    _collect(found, "behaviour", scenario.behaviour)
    _collect(found, "market", scenario.market)
    _collect(found, "journey.problem", journey.problem)
    for name in ("contact_rate", "alignment", "save_desk", "nudge"):
        _leaf(found, f"journey.{name}", journey, name)
    for label, group in (
        ("touchpoints", journey.touchpoints),
        ("channels", journey.channels),
        ("queues", journey.queues),
        ("back_offices", journey.back_offices),
    ):
        for name, part in group.items():
            _collect(found, f"journey.{label}.{name}", part)
    for name, touchpoint in journey.touchpoints.items():
        if touchpoint.severity is None:
            general = scenario.behaviour.failure.severity_mean
            found[f"journey.touchpoints.{name}.severity"] = Parameter(general, 0.0, 1.0, shared=False)
        for channel in journey.channels:
            weight = touchpoint.channels.get(channel, 0.0)
            found[f"journey.touchpoints.{name}.channels.{channel}"] = Parameter(weight, 0.0, float("inf"), shared=False)
    for pair in _pairs(list(journey.channels)):
        value = integration(scenario, *pair)
        found[f"journey.integration.pairs.{pair[0]}-{pair[1]}"] = Parameter(value, 0.0, 1.0, shared=False)
    found["behaviour.failure.severity_mean"] = found["behaviour.failure.severity_mean"]._replace(fixed=_COPIED)
    for name, rule in _idle(scenario):
        found[name] = found[name]._replace(idle=rule)
    found["money.margin"] = Parameter(scenario.money.margin, 0.0, 1.0, shared=False, fixed=_ONE_MARGIN)
    return found


def integration(scenario: Scenario, a: str, b: str) -> float:
    """Return how seamless a change between two channels is, in either direction."""
    pairs = scenario.journey.integration.pairs
    return pairs.get(f"{a}-{b}", pairs.get(f"{b}-{a}", scenario.journey.integration.default))


def matching(pattern: str, names: Mapping[str, Any]) -> list[str]:
    """Return the names that a pattern with ``*`` stands for, in order; a plain name stands for itself."""
    if "*" not in pattern:
        return [pattern] if pattern in names else []
    fits = re.compile(fnmatch.translate(pattern)).match
    return [name for name in names if fits(name)]


def nearest_name(pattern: str, names: Mapping[str, Any]) -> str:
    """Return the valid parameter name closest to a wrong one, empty where none is close."""
    return nearest(pattern, names)


def _idle(scenario: Scenario) -> Iterator[tuple[str, str]]:
    """Yield the numbers that nothing in a run reads, as the journey is, with the reason."""
    journey = scenario.journey
    ways = " ".join(str(way) for node in journey.nodes.values() for way in node.next.values())
    for name, read in (("contact_rate", "rate("), ("save_desk", "save_desk"), ("nudge", "nudge")):
        if read not in ways:
            yield f"journey.{name}", _NO_WAY
    for name, channel in journey.channels.items():
        if channel.human and "task()" not in ways:
            yield f"journey.channels.{name}.task_success", _NO_TASK


def _pairs(names: list[str]) -> Iterator[tuple[str, str]]:
    for i, a in enumerate(names):
        for b in names[i + 1 :]:
            yield a, b


def _collect(found: dict[str, Parameter], path: str, spec: Spec) -> None:
    """Add every number below a spec."""
    for name in type(spec).model_fields:
        if name in _STRUCTURAL or name == "channels":
            continue
        value = getattr(spec, name)
        if isinstance(value, Spec):
            _collect(found, f"{path}.{name}", value)
        else:
            _leaf(found, path + "." + name, spec, name)


def _leaf(found: dict[str, Parameter], path: str, spec: Spec, name: str) -> None:
    value = getattr(spec, name)
    if isinstance(value, bool) or not isinstance(value, int | float):
        return
    low, high, above = float("-inf"), float("inf"), False
    for rule in type(spec).model_fields[name].metadata:
        above = above or hasattr(rule, "gt")
        low = max(low, float(getattr(rule, "ge", low)), float(getattr(rule, "gt", low)))
        high = min(high, float(getattr(rule, "le", high)), float(getattr(rule, "lt", high)))
    shared = any(path.startswith(root) or fnmatch.fnmatchcase(path, root) for root in _SHARED)
    found[path] = Parameter(float(value), low, high, shared, above=above)
