"""Faults of the interventions of a scenario, all at once."""

from __future__ import annotations

from cxsim.errors import Fault, InputError, nearest
from cxsim.interventions.parameters import matching, nearest_name, parameters
from cxsim.interventions.reach import condition
from cxsim.spec.interventions import Intervention
from cxsim.spec.scenario import Scenario


def check(scenario: Scenario) -> list[Fault]:
    """Return every fault of every intervention: unknown parameters, segments, channels, events, states, partners."""
    known = parameters(scenario)
    found: list[Fault] = []
    for name, intervention in scenario.interventions.items():
        path = f"interventions.{name}"
        for i, effect in enumerate(intervention.effects):
            if not matching(effect.parameter, known):
                rule = "must name a parameter of the scenario"
                where = f"{path}.effects.{i}.parameter"
                found.append(Fault(where, rule, effect.parameter, nearest_name(effect.parameter, known)))
        found.extend(_names(path, intervention, scenario))
        found.extend(_channel_effects(path, intervention))
    return found


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
