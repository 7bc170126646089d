"""The assumption sheet: every parameter with its value in the scenario, and where the default comes from."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import cache
from importlib.resources import files
from typing import Any

from cxsim.report.wording import MINUS
from cxsim.results.files import parse_yaml
from cxsim.spec.behaviour import Behaviour
from cxsim.spec.change import flatten
from cxsim.spec.scenario import Scenario

LEFT_OUT = (
    "name",
    "label",
    "objective",
    "sources*",
    "interventions.*",
    "journey.nodes.*",
    "journey.start",
    "journey.active",
    "journey.golden_path*",
)
"""What is no parameter: names, and what the map of the journey and the table of interventions show."""
_MOST = 16


@dataclass(frozen=True)
class Line:
    """A line of the sheet: parameters of one source.

    Attributes
    ----------
    tag : V verified, C computed, M from memory, A assumed.
    """

    mechanism: str
    path: str
    value: str
    tag: str
    source: str


def sheet(scenario: Scenario) -> list[Line]:
    """Return the lines of a scenario, every parameter in one of them.

    A value of behaviour that differs from the sourced default is the scenario's own assumption; the scenario's `sources`
    go before the packaged ones.
    """
    values = _parameters(scenario)
    defaults = {f"behaviour.{path}": value for path, value in flatten(Behaviour().model_dump(mode="json")).items()}
    lines: list[Line] = []
    left = dict(values)
    for entry in _entries():
        found = {path: left.pop(path) for path in list(left) if fnmatchcase(path, entry["path"])}
        lines.extend(_lines(entry, found, defaults | entry.get("defaults", {}), scenario))
    lines.extend(Line("Not described", path, _said(value), "A", "no source given") for path, value in left.items())
    return lines


def limits() -> list[str]:
    """Return what the model leaves out or simplifies, one sentence each."""
    return list(_content()["limits"])


def _lines(
    entry: Mapping[str, Any], found: Mapping[str, Any], defaults: Mapping[str, Any], scenario: Scenario
) -> Iterator[Line]:
    mechanism: str = entry["mechanism"]
    sourced: dict[str, Any] = {}
    for path, value in found.items():
        if path in scenario.sources:
            own = scenario.sources[path]
            yield Line(mechanism, path, _said(value), own.tag, own.text)
        elif path in defaults and defaults[path] != value:
            text = f"set by the scenario; the sourced value is {_said(defaults[path])}"
            yield Line(mechanism, path, _said(value), "A", text)
        else:
            sourced[path] = value
    if sourced:
        yield Line(mechanism, entry["path"], _together(sourced), entry["tag"], entry["source"])


def _parameters(scenario: Scenario) -> dict[str, Any]:
    flat = flatten(scenario.model_dump(mode="json"))
    return {path: value for path, value in flat.items() if not any(fnmatchcase(path, out) for out in LEFT_OUT)}


def _together(values: Mapping[str, Any]) -> str:
    """Return what several parameters of one source are, each by its last name; those of one name by their span."""
    if len(values) == 1:
        return _said(*values.values())
    named: dict[str, list[Any]] = {}
    for path, value in values.items():
        named.setdefault(path.rpartition(".")[2], []).append(value)
    words = [f"{name.replace('_', ' ')} {_span(found)}" for name, found in named.items()]
    return "; ".join(words[:_MOST]) + (f"; and {len(words) - _MOST} more" if len(words) > _MOST else "")


def _span(values: Sequence[Any]) -> str:
    """Return one value, the span of numbers, or a few words."""
    if all(isinstance(value, int | float) and not isinstance(value, bool) for value in values):
        low, high = min(values), max(values)
        return _said(low) if low == high else f"{_said(low)} to {_said(high)}"
    words = list(dict.fromkeys(_said(value) for value in values))
    return " / ".join(words[:4]) + (" / ..." if len(words) > 4 else "")


def _said(value: Any) -> str:
    if value is None:
        return "none"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list | tuple):
        return ", ".join(_said(item) for item in value) or "none"
    if isinstance(value, int | float):
        return f"{value:,.10g}".replace("-", MINUS)
    return str(value) or "none"


def _entries() -> list[dict[str, Any]]:
    return [{"mechanism": group["mechanism"], **line} for group in _content()["groups"] for line in group["lines"]]


@cache
def _content() -> dict[str, Any]:
    text = files("cxsim.report").joinpath("assumptions.yaml").read_text("utf-8")
    content: dict[str, Any] = parse_yaml(text)
    return content
