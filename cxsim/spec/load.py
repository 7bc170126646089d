"""From plain data to the specs a user writes: a scenario, or a whole configuration."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, overload

from cxsim.errors import Fault, InputError, nearest
from cxsim.spec.base import Spec
from cxsim.spec.change import attempt, change, flatten
from cxsim.spec.job import Job
from cxsim.spec.scenario import Scenario

__all__ = ["JOB_KEYS", "build", "build_job", "change", "flatten"]

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
    faults = [
        Fault(str(key), "no such key", value, nearest(str(key), known))
        for key, value in mapping.items()
        if key not in known
    ]
    parts = {key: mapping[key] for key in JOB_KEYS if key in mapping}
    scenario = {key: value for key, value in mapping.items() if key in Scenario.model_fields}
    job, found = attempt({"scenario": scenario, **parts}, Job)
    faults += [Fault(f.path.removeprefix("scenario."), f.rule, f.value, f.nearest) for f in found]
    if job is None or faults:
        raise InputError(faults)
    return job
