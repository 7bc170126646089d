"""The numbers of a scenario as plain Python objects: the same defaults, and nothing of the engine in the loop."""

from __future__ import annotations

from itertools import accumulate
from types import SimpleNamespace
from typing import Any

from cxsim.spec.base import Spec
from cxsim.spec.scenario import Scenario

KANO = {"basic": (0.1, 1.5), "performance": (1.0, 1.0), "delight": (1.5, 0.1), "indifferent": (0.0, 0.0)}
_HALF_LIFE = "half_life_weeks"


def plain(spec: Any) -> Any:
    """Return a spec as nested plain objects; every half-life also as the share kept a week, such as `peak_keep`."""
    if isinstance(spec, dict):
        return {name: plain(value) for name, value in spec.items()}
    if not isinstance(spec, Spec):
        return spec
    numbers = SimpleNamespace()
    for name in type(spec).model_fields:
        value = getattr(spec, name)
        setattr(numbers, name, plain(value))
        if name.endswith(_HALF_LIFE):
            setattr(numbers, f"{name.removesuffix(_HALF_LIFE)}keep", 2.0 ** (-1.0 / value))
    return numbers


def touchpoints(scenario: Scenario) -> dict[str, Any]:
    """Return the touchpoints by name, with what a customer looks up at every encounter worked out once."""
    after = scenario.surveys.transactional.after
    general = scenario.behaviour.failure.severity_mean
    found = plain(scenario.journey.touchpoints)
    for name, t in found.items():
        t.name = name
        t.channel_names = list(t.channels)
        t.channel_weights = list(accumulate(t.channels.values()))
        t.gain_functional, t.loss_functional = KANO[t.kano.functional]
        t.gain_emotional, t.loss_emotional = KANO[t.kano.emotional]
        t.zone = scenario.behaviour.appraisal.zone_moment if t.moment_of_truth else 1.0
        t.norm_credit = 0.0 if t.norm is None else t.norm.credit
        t.severity = general if t.severity is None else t.severity
        t.is_task = t.stage in {"purchase", "service"}
        t.is_service = t.stage == "service"
        t.is_asked = name in after
    return dict(found)


def seamlessness(scenario: Scenario) -> dict[tuple[str, str], float]:
    """Return how seamless a change is, for every pair of channels in either order."""
    integration, channels = scenario.journey.integration, list(scenario.journey.channels)
    found = {(a, b): integration.default for a in channels for b in channels}
    for pair, value in integration.pairs.items():
        a, b = pair.split("-")
        found[a, b] = found[b, a] = value
    return found


def lived_quality(points: dict[str, Any]) -> tuple[float, float]:
    """Return the quality that an incumbent is used to: everyday touchpoints, by weight and frequency."""
    regular = [t for t in points.values() if t.every_weeks is not None]
    weights = [min(t.weight, 1.0) / t.every_weeks for t in regular]
    functional = sum(w * t.quality.functional for w, t in zip(weights, regular, strict=True)) / sum(weights)
    return functional, sum(w * t.quality.emotional for w, t in zip(weights, regular, strict=True)) / sum(weights)
