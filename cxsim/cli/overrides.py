"""What the user typed after the command: choices of groups, values of keys, and sweeps over both."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from hydra._internal.core_plugins.basic_sweeper import BasicSweeper
from hydra.core.override_parser.overrides_parser import OverridesParser
from hydra.core.override_parser.types import Override
from hydra.errors import HydraException, OverrideParseException

from cxsim.cli.conf import SearchPath
from cxsim.errors import Fault, InputError, nearest
from cxsim.spec.load import JOB_KEYS
from cxsim.spec.scenario import Scenario
from cxsim.spec.shape import places_of

KEYS = (*Scenario.model_fields, *JOB_KEYS)

_RULE = "must be written key=value or group=choice"
_HOW_TO_QUOTE = "; a value with commas, brackets or quotes in it is written 'key=\"value\"'"
_NOT_PLAIN = re.compile(r"""[][{}'",=$\\\n]""")


@dataclass
class Overrides:
    """One point of a sweep, or all that was typed where nothing is swept.

    Attributes
    ----------
    groups : what Hydra composes with, as typed.
    values : dotted path of a key and its new value.
    faults : what else was typed that can be said to be wrong before anything is composed.
    """

    groups: list[str] = field(default_factory=list)
    values: list[tuple[str, Any]] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)


def read(texts: Sequence[str], search: SearchPath) -> Overrides:
    """Return the overrides by what they do.

    Raises
    ------
    InputError : text that is no override, or a choice that does not exist, without which no world can be composed.
    """
    overrides = Overrides()
    missing: list[Fault] = []
    for override in _parse(texts):
        fault = _fault(override, search)
        if fault is not None:
            overrides.faults.append(fault)
        elif override.is_delete() or _chooses(override, search):
            missing += filter(None, [_choice_fault(override, search)])
            overrides.groups.append(str(override.input_line))
        else:
            overrides.values.append((override.key_or_group, override.value()))
    if missing:
        raise InputError([*missing, *overrides.faults])
    return overrides


def points(texts: Sequence[str]) -> list[tuple[str, ...]]:
    """Return every combination of the swept values, each as a full list of overrides, in Hydra's order.

    Raises
    ------
    InputError : text that is no override, or a sweep that is not over listed values.
    """
    parsed = _parse(texts)
    try:
        (batch,) = BasicSweeper.split_arguments(parsed, max_batch_size=None)
    except HydraException:
        swept = [o for o in parsed if o.is_sweep_override() and not o.is_discrete_sweep()]
        raise InputError([Fault(o.key_or_group, "sweeps run over listed values", _text(o)) for o in swept]) from None
    return [tuple(point) for point in batch]


def swept(texts: Sequence[str], point: Sequence[str]) -> str:
    """Return the overrides in which a point differs from what was typed, for a message."""
    return " ".join(override for override in point if override not in texts)


def _parse(texts: Sequence[str]) -> list[Override]:
    parsed, faults = [], []
    for text in texts:
        override = _override(text) or _override(_quoted(text))
        if override is not None and override.key_or_group:
            parsed.append(override)
        else:
            faults.append(Fault(text, _RULE + (_HOW_TO_QUOTE if text.find("=") > 0 else "")))
    if faults:
        raise InputError(faults)
    return parsed


def _override(text: str) -> Override | None:
    """Return what a text overrides, ``None`` where it cannot be read."""
    try:
        (override,) = OverridesParser.create().parse_overrides([text])
    except OverrideParseException:
        return None
    return override


def _quoted(text: str) -> str:
    """Return a text whose value is in quotes if it is plain words: Hydra takes only those of plain ASCII without them."""
    key, equals, value = text.partition("=")
    return f'{key}="{value}"' if equals and not _NOT_PLAIN.search(value) else text


def _chooses(override: Override, search: SearchPath) -> bool:
    """Return whether the override chooses a file of a group rather than sets a key of its name."""
    is_group = bool(search.choices(override.key_or_group))
    return is_group and (override.package is not None or not isinstance(override.value(), dict))


def _fault(override: Override, search: SearchPath) -> Fault | None:
    key = override.key_or_group
    if override.is_hydra_override():
        return Fault(key, "cxsim keeps Hydra's own settings; results go where output.root says")
    if override.is_sweep_override():
        return Fault(key, "several values are a sweep, which needs -m; a list is written [a,b]", _text(override))
    top = key.split(".")[0]
    if top not in KEYS and not search.choices(key):
        names = [*KEYS, *search.groups()]
        suggestion = nearest(top, names) or next(iter(places_of(Scenario, key)), "")
        return Fault(key, "no such group or key", _text(override), suggestion)
    return None


def _choice_fault(override: Override, search: SearchPath) -> Fault | None:
    group, value = override.key_or_group, override.value()
    if override.is_delete() or value is None:
        return None
    if group == "intervention" and override.package is None:
        return Fault(f"{group}={value}", f"a lever is named in study.arms=[{value}]")
    names = value if isinstance(value, list) else [value]
    return next(filter(None, (search.missing(group, str(name)) for name in names)), None)


def _text(override: Override) -> str:
    return str(override.input_line).partition("=")[2]
