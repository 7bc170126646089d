"""Frozen specs from plain data, and changed copies of them: every fault at once."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import PurePath
from typing import Any

from pydantic import BaseModel, ValidationError

from cxsim.errors import Fault, InputError
from cxsim.spec.faults import dotted, faults_of, half_entry
from cxsim.spec.shape import Place, is_entry


def attempt[S: BaseModel](mapping: Mapping[str, Any], model: type[S]) -> tuple[S | None, list[Fault]]:
    """Return the spec that `mapping` describes or, where there is none, why."""
    faults: list[Fault] = []
    data = _plain(mapping, (), faults)
    try:
        # What JSON does not know becomes text, which is then told as what was found.
        spec = model.model_validate_json(json.dumps(data, default=str), strict=True)
    except ValidationError as error:
        return None, faults + faults_of(error.errors(include_url=False), model, data)
    return (None if faults else spec), faults


def change[S: BaseModel](spec: S, changes: Mapping[str, Any]) -> S:
    """Return a copy of `spec` with the dotted paths of `changes` set; parts of a list are named by their index.

    Raises
    ------
    InputError : every path that does not exist and every value that breaks a rule.
    """
    model = type(spec)
    data, faults = spec.model_dump(mode="json"), []
    for path, value in changes.items():
        place = path.split(".")
        stray = stray_entry(model, place, data)
        if stray is None:
            put(data, place, value)
        else:
            faults.append(stray)
    changed, found = attempt(data, model)
    if changed is None or faults:
        raise InputError([*faults, *found])
    return changed


def flatten(mapping: Any, prefix: str = "") -> dict[str, Any]:
    """Return every leaf of nested mappings and lists by its dotted path; an empty container is a leaf."""
    items = mapping.items() if isinstance(mapping, Mapping) else enumerate(mapping)
    leaves: dict[str, Any] = {}
    for key, value in items:
        path = f"{prefix}{key}"
        if isinstance(value, Mapping | list | tuple) and value:
            leaves |= flatten(value, f"{path}.")
        else:
            leaves[path] = value
    return leaves


def stray_entry(model: type[BaseModel], place: Place, data: Any) -> Fault | None:
    """Return the fault of a path that goes through an entry or a list position that `data` does not have."""
    here = data
    for depth, key in enumerate(place):
        if isinstance(here, list):
            if not (str(key).isdigit() and int(key) < len(here)):
                return Fault(dotted(place[: depth + 1]), f"no such position, the list has {len(here)}")
            here = here[int(key)]
            continue
        inner = depth < len(place) - 1
        if isinstance(here, Mapping) and key not in here and inner and is_entry(model, place[: depth + 1], data):
            return half_entry(place[: depth + 1], [], model, data)
        here = here.get(key) if isinstance(here, Mapping) else None
    return None


def put(data: dict[str, Any], place: Sequence[str], value: Any) -> None:
    """Set what stands at `place` of nested mappings and lists, making the mappings on the way."""
    here: Any = data
    for key in place[:-1]:
        slot: Any = _slot(here, key)
        if not isinstance(here[slot] if isinstance(here, list) else here.get(slot), dict | list):
            here[slot] = {}
        here = here[slot]
    here[_slot(here, place[-1])] = value


def _slot(container: Any, key: str) -> str | int:
    return int(key) if isinstance(container, list) else key


def _plain(value: Any, place: Place, faults: list[Fault]) -> Any:
    """Return `value` as YAML would have it; keys that are not text become faults."""
    if isinstance(value, BaseModel):
        return value.model_dump(mode="json")
    if isinstance(value, Mapping):
        strange = [key for key in value if not isinstance(key, str)]
        rule = "keys must be text; put it in quotes"
        faults.extend(Fault(dotted(place) or "the top level", rule, key) for key in strange)
        return {key: _plain(item, (*place, key), faults) for key, item in value.items() if isinstance(key, str)}
    if isinstance(value, list | tuple):
        return [_plain(item, (*place, index), faults) for index, item in enumerate(value)]
    if isinstance(value, PurePath):
        return str(value)
    # Numbers and arrays of NumPy, which a caller in Python easily passes.
    return value.tolist() if hasattr(value, "tolist") else value
