"""How an effect changes a number, at a strength between 0 and 1; rules of combination of `model.md` (d).

=============  ============================  ==============================================
operation      result at strength s          several together
=============  ============================  ==============================================
set            x + (v - x) s                 mean by strength where that exceeds 1 in all
multiply       x v^s                         product
logit          sigma(logit(x) + v s)         sum on the logit
close_gap      1 - (1 - x)(1 - v s)          1 - prod (1 - e): each closes part of what is left
add            x + v s                       sum, then kept within the parameter's bounds
=============  ============================  ==============================================

Different operations on one parameter act in this order, whatever the order in which they are written.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from cxsim.interventions.parameters import Parameter, matching
from cxsim.spec.interventions import Effect, Operation

_EDGE = 1e-9
_LARGEST = 700.0
"""Exponent that a float can still hold the exponential of."""
_ORDER: tuple[Operation, ...] = ("set", "multiply", "logit", "close_gap", "add")

type Acting = tuple[Effect, float]
"""An effect and its strength."""


def modified(value: float, operation: str, amount: float, strength: float) -> float:
    """Return a number after one effect of this strength."""
    if operation == "add":
        return value + amount * strength
    if operation == "multiply":
        return value * (math.pow(amount, strength) if amount > 0.0 else 1.0 + (amount - 1.0) * strength)
    if operation == "logit":
        inside = min(1.0 - _EDGE, max(_EDGE, value))
        return 1.0 / (1.0 + math.exp(min(_LARGEST, -(math.log(inside / (1.0 - inside)) + amount * strength))))
    if operation == "close_gap":
        return 1.0 - (1.0 - value) * (1.0 - amount * strength)
    return value + (amount - value) * strength


def combined(value: float, effects: Sequence[Acting]) -> float:
    """Return a number after several effects, whatever their order."""
    settings = [(effect.value, strength) for effect, strength in effects if effect.operation == "set"]
    share = max(1.0, sum(strength for _, strength in settings))
    value += sum((amount - value) * strength for amount, strength in settings) / share
    for operation in _ORDER[1:]:
        for effect, strength in effects:
            if effect.operation == operation:
                value = modified(value, operation, effect.value, strength)
    return value


def apply_effects(
    values: dict[str, float],
    effects: Sequence[Acting],
    known: Mapping[str, Parameter],
    *,
    shared: bool,
) -> None:
    """Change `values` in place by effects with their strengths; only shared, or only personal, parameters.

    Bounds are applied once at the end, so that opposite effects may cancel out first.
    """
    acting: dict[str, list[Acting]] = {}
    for effect, strength in effects:
        if strength == 0.0:
            continue
        for name in matching(effect.parameter, known):
            if known[name].shared == shared and not known[name].fixed:
                acting.setdefault(name, []).append((effect, strength))
    for name, found in acting.items():
        values[name] = min(known[name].high, max(known[name].floor, combined(values[name], found)))
