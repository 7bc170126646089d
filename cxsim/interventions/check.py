"""Faults of the interventions of a scenario, all at once."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from itertools import islice

from cxsim.errors import Fault, InputError, nearest
from cxsim.interventions.modify import modified
from cxsim.interventions.parameters import Parameter, matching, nearest_name, parameters
from cxsim.interventions.reach import condition
from cxsim.spec.interventions import Effect, Intervention
from cxsim.spec.scenario import Scenario


def check(scenario: Scenario) -> list[Fault]:
    """Return every fault of every intervention: unknown parameters, segments, channels, events, states, partners."""
    known = parameters(scenario)
    found: list[Fault] = []
    for name, intervention in scenario.interventions.items():
        path = f"interventions.{name}"
        for i, effect in enumerate(intervention.effects):
            found.extend(_effect(f"{path}.effects.{i}", effect, known))
        found.extend(_names(path, intervention, scenario))
        found.extend(_channel_effects(path, intervention))
    return found


def check_use(scenario: Scenario, names: Iterable[str]) -> list[Fault]:
    """Return the faults of interventions that are to act: effects on what nothing reads in this journey.

    Not part of `check`: a scenario may keep interventions that its journey has no use for.
    """
    known = parameters(scenario)
    found = []
    for name in names:
        for i, effect in enumerate(scenario.interventions[name].effects):
            idle = [known[one].idle for one in matching(effect.parameter, known)]
            if idle and all(idle):
                found.append(Fault(f"interventions.{name}.effects.{i}.parameter", idle[0], effect.parameter))
    return found


def _effect(path: str, effect: Effect, known: Mapping[str, Parameter]) -> list[Fault]:
    """Return the fault of an effect, if any; a pattern passes over fixed parameters unless there are no others."""
    named = matching(effect.parameter, known)
    if not named:
        rule = "must name a parameter of the scenario"
        return [Fault(f"{path}.parameter", rule, effect.parameter, nearest_name(effect.parameter, known))]
    if all(known[name].fixed for name in named):
        return [Fault(f"{path}.parameter", known[named[0]].fixed, effect.parameter)]
    found = (_operation(path, effect, name, known[name]) for name in named if not known[name].fixed)
    return list(islice(filter(None, found), 1))


def _operation(path: str, effect: Effect, name: str, parameter: Parameter) -> Fault | None:
    """Return what is wrong with an operation on a parameter, judged by its full effect on the scenario's value.

    Sums and products may meet a bound that belongs to the parameter, as a quality of 1 does; what is set may not leave it.
    """
    operation, low, high = effect.operation, parameter.low, parameter.high
    if operation in ("logit", "close_gap") and (low, high) != (0.0, 1.0):
        return Fault(f"{path}.operation", f"needs a parameter between 0 and 1, which {name} is not", operation)
    full = modified(parameter.value, operation, effect.value, 1.0)
    strict = operation in ("set", "close_gap")
    broken = ""
    if parameter.above and full <= low:
        broken = f"above {low:g}"
    elif strict and full < low:
        broken = f"at least {low:g}"
    elif strict and full > high:
        broken = f"at most {high:g}"
    elif not math.isfinite(full):
        broken = "finite"
    return Fault(f"{path}.value", f"must leave {name} {broken}", effect.value) if broken else None


def _names(path: str, intervention: Intervention, scenario: Scenario) -> list[Fault]:
    found: list[Fault] = []
    groups = (
        ("target.segments", intervention.target.segments, scenario.population.segments, "a segment"),
        ("target.channels", intervention.target.channels, scenario.journey.channels, "a channel"),
        ("synergy", intervention.synergy, scenario.interventions, "an intervention"),
        ("cost.event", filter(None, (intervention.cost.event,)), scenario.journey.touchpoints, "a touchpoint"),
    )
    for key, names, valid, what in groups:
        rule = f"must name {what} of the scenario"
        found.extend(Fault(f"{path}.{key}", rule, name, nearest(name, valid)) for name in names if name not in valid)
    if intervention.cost.per_event > 0.0 and intervention.cost.event is None:
        found.append(Fault(f"{path}.cost.event", "must name the touchpoint that per_event is paid for"))
    if intervention.target.state:
        try:
            condition(intervention, f"{path}.target.state")
        except InputError as error:
            found.extend(error.faults)
    return found


def _channel_effects(path: str, intervention: Intervention) -> list[Fault]:
    if not intervention.target.channels:
        return []
    rule = "a lever bound to channels can only change quality at touchpoints"
    return [
        Fault(f"{path}.effects.{i}.parameter", rule, effect.parameter)
        for i, effect in enumerate(intervention.effects)
        if not effect.parameter.startswith("journey.touchpoints.") or ".quality." not in effect.parameter
    ]
