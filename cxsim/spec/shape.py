"""Which keys a spec allows at a place, read off its annotations."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic import BaseModel

type Place = Sequence[str | int]


def keys_at(model: type[BaseModel], place: Place, data: Any) -> list[str]:
    """Return the keys allowed at `place`: the fields of a spec, or the entries that a mapping of `data` has."""
    types, here = _follow(model, place, data)
    fields = [name for spec in _specs(types, here) for name in spec.model_fields]
    return fields or ([str(key) for key in here] if isinstance(here, Mapping) else [])


def is_entry(model: type[BaseModel], place: Place, data: Any) -> bool:
    """Return whether the last key of `place` is freely named: an entry of a mapping such as the touchpoints."""
    types, _ = _follow(model, place[:-1], data)
    return bool(place) and any(get_origin(kind) is dict for kind in types)


def places_of(model: type[BaseModel], name: str) -> list[str]:
    """Return the dotted paths of the fields called `name`, outside freely named entries, shortest first."""
    found: list[str] = []
    for field, info in model.model_fields.items():
        if field == name:
            found.append(field)
        for spec in _specs(_members(info.annotation), None):
            found += [f"{field}.{path}" for path in places_of(spec, name)]
    return sorted(found, key=lambda path: path.count("."))


def _follow(model: type[BaseModel], place: Place, data: Any) -> tuple[list[Any], Any]:
    """Return the types that may stand at `place`, and what `data` holds there."""
    types: list[Any] = [model]
    for key in place:
        types = [member for kind in _narrow(types, data) for member in _step(kind, key)]
        data = _item(data, key)
    return types, data


def _step(kind: Any, key: str | int) -> list[Any]:
    if isinstance(kind, type) and issubclass(kind, BaseModel):
        field = kind.model_fields.get(str(key))
        return [] if field is None else _members(field.annotation)
    arguments = get_args(kind)
    if get_origin(kind) is dict:
        return _members(arguments[1])
    if get_origin(kind) is tuple:
        last = len(arguments) - 1
        index = key if isinstance(key, int) else int(key) if key.isdigit() else 0
        return _members(arguments[0] if arguments[-1] is Ellipsis else arguments[min(index, last)])
    return []


def _members(annotation: Any) -> list[Any]:
    origin = get_origin(annotation)
    if origin is Annotated:
        return _members(get_args(annotation)[0])
    if origin in {Union, UnionType}:
        return [member for part in get_args(annotation) if part is not NoneType for member in _members(part)]
    return [annotation]


def _specs(types: Iterable[Any], data: Any) -> list[type[BaseModel]]:
    return [kind for kind in _narrow(types, data) if isinstance(kind, type) and issubclass(kind, BaseModel)]


def _narrow(types: Iterable[Any], data: Any) -> list[Any]:
    """Return the types left when `data` says by its `kind` which one it is."""
    types = list(types)
    kind = data.get("kind") if isinstance(data, Mapping) else None
    chosen = [spec for spec in types if kind is not None and kind in _kinds(spec)]
    return chosen or types


def _kinds(spec: Any) -> tuple[Any, ...]:
    field = getattr(spec, "model_fields", {}).get("kind")
    return get_args(field.annotation) if field is not None and get_origin(field.annotation) is Literal else ()


def _item(data: Any, key: str | int) -> Any:
    if isinstance(data, Mapping):
        return data.get(key)
    if isinstance(data, list | tuple) and str(key).isdigit() and int(key) < len(data):
        return data[int(key)]
    return None
