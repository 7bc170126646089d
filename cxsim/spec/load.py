"""From plain data to the specs a user writes: a scenario, or a whole configuration."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any, overload

from cxsim.errors import Fault, InputError, nearest
from cxsim.spec.base import Spec
from cxsim.spec.change import attempt, change, flatten, stray_entry
from cxsim.spec.job import Data, Engine, Job
from cxsim.spec.scenario import Scenario
from cxsim.spec.uncertainty import Uncertainty

__all__ = ["JOB_KEYS", "build", "build_job", "change", "flatten", "job_of", "listed", "require_scenario", "stray"]

JOB_KEYS = tuple(name for name in Job.model_fields if name != "scenario")
"""Keys beside the scenario's own on the top level of a whole configuration."""


@overload
def build(mapping: Mapping[str, Any]) -> Scenario: ...
@overload
def build[S: Spec](mapping: Mapping[str, Any], model: type[S]) -> S: ...
def build(mapping: Mapping[str, Any], model: type[Spec] = Scenario) -> Spec:
    """Return the spec that `mapping` describes.

    Types are judged as in YAML: text is no number, ``true`` is no number, a whole number may stand for a fraction.

    Raises
    ------
    InputError : every key and value that breaks a rule.
    """
    spec, faults = attempt(mapping, model)
    if spec is None:
        raise InputError(faults)
    return spec


def build_job(mapping: Mapping[str, Any]) -> Job:
    """Return the job of a whole configuration, where the scenario's keys stand beside study, engine, data and output.

    Raises
    ------
    InputError : every key and value that breaks a rule, by its path in the configuration.
    """
    known = {*Scenario.model_fields, *JOB_KEYS}
    strange = [key for key in mapping if key not in known]
    faults = [Fault(str(key), "no such key", mapping[key], nearest(str(key), known)) for key in strange]
    job, found = attempt(_nested({key: value for key, value in mapping.items() if key in known}), Job)
    faults += [_on_top(fault) for fault in found]
    if job is None or faults:
        raise InputError(faults)
    return job


def job_of(
    scenario: Scenario,
    study: Mapping[str, Any],
    engine: Engine | None,
    data: Data | None,
    uncertainty: Uncertainty | None,
) -> Job:
    """Return the job that a caller in Python describes: keys of `study`, and groups with defaults where left out.

    Raises
    ------
    InputError : every value that breaks a rule, by its path in a configuration.
    """
    groups = {"engine": engine, "data": data, "uncertainty": uncertainty}
    given = {name: group for name, group in groups.items() if group is not None}
    job, faults = attempt({"scenario": require_scenario(scenario), "study": study, **given}, Job)
    if job is None:
        raise InputError(faults)
    return job.model_copy(update={"scenario": scenario})


def require_scenario(value: object) -> Scenario:
    """Return `value`, which must be a scenario.

    Raises
    ------
    InputError : it is something else, such as the name of one.
    """
    if not isinstance(value, Scenario):
        raise InputError([Fault("scenario", "must be a scenario as cxsim.load returns it", value)])
    return value


def listed(value: Any) -> Any:
    """Return the entries of `value` as a list; a text is one entry, and what has no entries stays as it is."""
    if isinstance(value, str):
        return [value]
    return [*value] if isinstance(value, Iterable) else value


def stray(path: str, mapping: Mapping[str, Any]) -> Fault | None:
    """Return the fault of a dotted path that goes through an entry which the whole configuration does not have."""
    place = path.split(".")
    inside = place if place[0] in JOB_KEYS else ["scenario", *place]
    fault = stray_entry(Job, inside, _nested(mapping))
    return None if fault is None else _on_top(fault)


def _nested(mapping: Mapping[str, Any]) -> dict[str, Any]:
    scenario = {key: value for key, value in mapping.items() if key not in JOB_KEYS}
    return {"scenario": scenario, **{key: mapping[key] for key in JOB_KEYS if key in mapping}}


def _on_top(fault: Fault) -> Fault:
    return replace(fault, path=fault.path.removeprefix("scenario."))
