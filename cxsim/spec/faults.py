"""What the checks of a spec found, in the user's words: path in the YAML, rule, value got, nearest valid name."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel
from pydantic_core import ErrorDetails

from cxsim.errors import Fault, nearest
from cxsim.spec.shape import Place, is_entry, keys_at, places_of

_LONGEST_VALUE = 60
_RULES: Mapping[str, str] = {
    "missing": "required key is missing",
    "extra_forbidden": "no such key",
    "int_type": "must be a whole number",
    "int_from_float": "must be a whole number",
    "float_type": "must be a number",
    "finite_number": "must be a finite number",
    "string_type": "must be text",
    "path_type": "must be a path",
    "bool_type": "must be true or false",
    "tuple_type": "must be a list",
    "dict_type": "must be a mapping",
    "model_type": "must be a mapping",
    "greater_than_equal": "must be at least {ge:g}",
    "greater_than": "must be above {gt:g}",
    "less_than_equal": "must be at most {le:g}",
    "less_than": "must be below {lt:g}",
    "too_short": "must have at least {min_length} entries",
    "too_long": "must have at most {max_length} entries",
    "string_pattern_mismatch": "must be lower-case letters, digits and underscores, starting with a letter",
    "literal_error": "must be one of {expected}",
    "union_tag_invalid": "must be one of {expected_tags}",
    "union_tag_not_found": "required key is missing",
    "rule": "{rule}",
}


def faults_of(errors: list[ErrorDetails], model: type[BaseModel], data: Any) -> list[Fault]:
    """Return one fault per place of `data` that breaks a rule of `model`."""
    merged: dict[str, Fault] = {}
    for error in _without_half_entries(errors, model, data, merged):
        fault = _fault(error, model, data)
        earlier = merged.get(fault.path)
        if earlier is not None and earlier.rule != fault.rule:
            # A place that may hold one of several types has an error per type.
            rule = f"{earlier.rule} or {fault.rule.removeprefix('must be ')}"
            fault = Fault(fault.path, rule, fault.value, earlier.nearest or fault.nearest)
        merged[fault.path] = fault
    return list(merged.values())


def half_entry(place: Place, lacking: list[str], model: type[BaseModel], data: Any) -> Fault:
    """Return the fault of an entry that lacks what it needs, most often because its name is misspelt."""
    siblings = [key for key in keys_at(model, place[:-1], data) if key != place[-1]]
    rule = "no such entry" + (f", and a new one needs {', '.join(lacking)}" if lacking else "")
    return Fault(dotted(place), rule, nearest=nearest(str(place[-1]), siblings))


def dotted(place: Place) -> str:
    """Return the path of a place as the user writes it."""
    return ".".join(str(key) for key in place)


def words(value: Any) -> tuple[str, Any]:
    """Return what to add to a rule, and the value to show: nothing and long containers are named, not printed."""
    if value is None:
        return ", got null", None
    if isinstance(value, Mapping | list | tuple) and len(repr(value)) > _LONGEST_VALUE:
        return f", got a {'mapping' if isinstance(value, Mapping) else 'list'}", None
    return "", value


def _without_half_entries(
    errors: list[ErrorDetails], model: type[BaseModel], data: Any, merged: dict[str, Fault]
) -> list[ErrorDetails]:
    """Put the faults of misspelt entries into `merged` and return the errors that remain."""
    lacking: dict[tuple[str | int, ...], list[str]] = {}
    for error in errors:
        place = _place(error, data)
        if error["type"] == "missing" and is_entry(model, place[:-1], data):
            lacking.setdefault(place[:-1], []).append(str(place[-1]))
    suspects = {place: half_entry(place, names, model, data) for place, names in lacking.items()}
    suspects = {place: fault for place, fault in suspects.items() if fault.nearest}
    merged.update({fault.path: fault for fault in suspects.values()})
    return [e for e in errors if not (e["type"] == "missing" and _place(e, data)[:-1] in suspects)]


def _fault(error: ErrorDetails, model: type[BaseModel], data: Any) -> Fault:
    kind, context, place = error["type"], error.get("ctx", {}), _place(error, data)
    choices = _choices(context)
    rule = _rule(error, choices)
    if kind == "missing":
        return Fault(dotted(place), rule)
    if kind == "union_tag_not_found":
        return Fault(dotted((*place, "kind")), rule)
    suffix, value = words(context["value"] if kind == "rule" else error["input"])
    suggestion = ""
    if kind == "union_tag_invalid":
        place, suffix, value = (*place, "kind"), "", context["tag"]
    if choices:
        suggestion = nearest(str(value), choices)
    if kind == "extra_forbidden":
        suggestion = _nearest_key(place, model, data)
    return Fault(dotted(place), rule + suffix, value, suggestion)


def _rule(error: ErrorDetails, choices: list[str]) -> str:
    kind, context = error["type"], dict(error.get("ctx", {}))
    for key in ("expected", "expected_tags"):
        if key in context:
            context[key] = ", ".join(choices)
    pattern = _RULES.get(kind)
    rule = pattern.format(**context) if pattern else error["msg"][:1].lower() + error["msg"][1:]
    rule = rule.replace("at least 1 entries", "at least one entry")
    if kind == "string_type" and isinstance(error["input"], bool | int | float):
        rule += "; put it in quotes"
    return rule


def _choices(context: Mapping[str, Any]) -> list[str]:
    return re.findall(r"'([^']*)'", str(context.get("expected", context.get("expected_tags", ""))))


def _nearest_key(place: Place, model: type[BaseModel], data: Any) -> str:
    name = str(place[-1])
    return nearest(name, keys_at(model, place[:-1], data)) or next(iter(places_of(model, name)), "")


def _place(error: ErrorDetails, data: Any) -> tuple[str | int, ...]:
    """Return the place in `data`: what the checks call it, without their names for the types tried."""
    place: list[str | int] = []
    missing = error["type"] == "missing"
    last = len(error["loc"]) - 1
    for position, key in enumerate(error["loc"]):
        inside = (isinstance(data, Mapping) and key in data) or (isinstance(data, list) and isinstance(key, int))
        if inside:
            place.append(key)
            data = data[key]
        elif missing and position == last:
            place.append(key)
    return (*place, *error["ctx"]["path"].split(".")) if error["type"] == "rule" else tuple(place)
