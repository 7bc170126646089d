"""From the configuration files and what the user typed to a scenario or a whole job."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from hydra._internal.config_loader_impl import ConfigLoaderImpl
from hydra._internal.config_search_path_impl import ConfigSearchPathImpl
from hydra.core.plugins import Plugins
from hydra.errors import HydraException, MissingConfigException
from hydra.types import RunMode
from omegaconf import DictConfig, ListConfig, OmegaConf, open_dict
from omegaconf.errors import OmegaConfBaseException
from yaml import MarkedYAMLError

from cxsim.checks import check
from cxsim.cli.conf import SearchPath
from cxsim.cli.overrides import Overrides, read
from cxsim.errors import Fault, InputError, nearest
from cxsim.population.customer_file import sized
from cxsim.spec.job import Job
from cxsim.spec.load import build_job, stray
from cxsim.spec.scenario import Scenario


def load(name: str | Path = "telecom", overrides: Sequence[str] = (), config_dir: str | Path | None = None) -> Scenario:
    """Return a scenario, frozen and validated.

    Parameters
    ----------
    name : a choice of the group `scenario`, or the path of a saved ``scenario.yaml``.
    overrides : as on the command line: ``population.size=50000``, ``behaviour=default``.
    config_dir : a folder of the user's own files, which come before the shipped ones.

    Raises
    ------
    InputError : every fault at once.
    """
    if Path(name).suffix in {".yaml", ".yml"}:
        return judge(*_saved(Path(name), overrides)).scenario
    search = SearchPath.of(config_dir)
    missing = search.missing("scenario", str(name))
    if missing is not None:
        raise InputError([missing])
    return job([f"scenario={name}", *overrides], config_dir).scenario


def job(overrides: Sequence[str] = (), config_dir: str | Path | None = None) -> Job:
    """Return what a command is to do: scenario, study, engine, data and output, validated.

    Raises
    ------
    InputError : every fault at once.
    """
    return judge(*compose(overrides, config_dir))


def compose(overrides: Sequence[str], config_dir: str | Path | None) -> tuple[DictConfig, list[Fault]]:
    """Return the whole configuration, not yet validated, and what is wrong with the overrides.

    Raises
    ------
    InputError : the files cannot be composed.
    """
    search = SearchPath.of(config_dir)
    wanted = read(overrides, search)
    config = _compose(wanted.groups, search)
    # A lever of the user's own needs no more than its file and its name among the arms.
    known = {*_levers(config)}
    own = [name for name in _asked(config, wanted) if name not in known and name in search.choices("intervention")]
    if own:
        config = _compose([*wanted.groups, *(f"+intervention@interventions.{name}={name}" for name in own)], search)
    faults = [*wanted.faults, *_set(config, wanted.values), *_unknown_arms(config, search)]
    return config, faults


def judge(config: DictConfig, faults: Sequence[Fault] = ()) -> Job:
    """Return the job that a configuration describes, unless it or what came before is wrong.

    Raises
    ------
    InputError : every fault at once.
    """
    try:
        built = build_job(plain(config))
    except InputError as error:
        raise InputError([*faults, *error.faults]) from None
    known = {fault.path: fault for fault in faults}
    found = [*faults, *(fault for fault in check(built) if fault.path not in known)]
    if found:
        raise InputError(found)
    return sized(built)


def _compose(groups: list[str], search: SearchPath) -> DictConfig:
    """Return the configuration composed by Hydra, without touching its global state."""
    Plugins.instance()
    path = ConfigSearchPathImpl()
    path.append("hydra", "pkg://hydra.conf")
    for provider, root in zip(("main", "cxsim"), search.roots, strict=False):
        path.append(provider, f"file://{root}")
    path.append("schema", "structured://")
    try:
        config = ConfigLoaderImpl(config_search_path=path).load_configuration("config", groups, RunMode.RUN)
    except (HydraException, OmegaConfBaseException, MarkedYAMLError, OSError, ValueError) as error:
        raise InputError([_fault(error, search)]) from None
    with open_dict(config):
        del config["hydra"]
    return config


def _levers(config: DictConfig) -> list[str]:
    levers = OmegaConf.select(config, "interventions")
    return [str(name) for name in levers] if isinstance(levers, DictConfig) else []


def _asked(config: DictConfig, wanted: Overrides) -> list[str]:
    """Return the names of the levers that are asked for: among the arms, or by a value of theirs."""
    study = OmegaConf.create({"study": OmegaConf.select(config, "study")})
    _set(study, [(path, value) for path, value in wanted.values if path.split(".")[0] == "study"])
    typed = [path.split(".") for path, _ in wanted.values]
    by_value = [place[1] for place in typed if place[0] == "interventions" and place[2:]]
    return list(dict.fromkeys([*_names(study), *by_value]))


def _names(config: DictConfig) -> Iterable[str]:
    """Return the levers named by the arms, those of a bundle one by one."""
    arms = OmegaConf.select(config, "study.arms") if isinstance(config.get("study"), DictConfig) else None
    listed = arms if isinstance(arms, ListConfig) else []
    return [name.strip() for arm in listed if isinstance(arm, str) for name in arm.split("+")]


def _set(config: DictConfig, values: Sequence[tuple[str, Any]]) -> list[Fault]:
    """Set the values one by one; what they may be is judged later, by the spec."""
    faults = []
    for path, value in values:
        here: Any = OmegaConf.to_container(config, resolve=False)
        fault = stray(path, here)
        if fault is None:
            OmegaConf.update(config, path, value, merge=True, force_add=True)
        else:
            faults.append(fault)
    return faults


def _unknown_arms(config: DictConfig, search: SearchPath) -> list[Fault]:
    levers = _levers(config)
    names = [*levers, *search.choices("intervention")]
    return [
        Fault("study.arms", "no such intervention", name, nearest(name, names))
        for name in _names(config)
        if name not in levers
    ]


def _saved(path: Path, overrides: Sequence[str]) -> tuple[DictConfig, list[Fault]]:
    if not path.is_file():
        raise InputError([Fault(str(path), "no such file")])
    try:
        config = OmegaConf.load(path)
    except (MarkedYAMLError, OSError, UnicodeDecodeError) as error:
        raise InputError([_fault(error, SearchPath((path.parent,)))]) from None
    if not isinstance(config, DictConfig):
        raise InputError([Fault(str(path), "must hold a scenario")])
    wanted = read(overrides, SearchPath(()))
    return config, [*wanted.faults, *_set(config, wanted.values)]


def plain(config: DictConfig) -> dict[str, Any]:
    """Return the configuration as plain data, its references filled in.

    Raises
    ------
    InputError : a reference that leads nowhere, or a value that was left to be filled in.
    """
    try:
        data: dict[str, Any] = OmegaConf.to_container(config, resolve=True, throw_on_missing=True)  # type: ignore[assignment]
    except OmegaConfBaseException as error:
        raise InputError([Fault(error.full_key or "configuration", str(error.msg).splitlines()[0])]) from None
    return data


def _fault(error: Exception, search: SearchPath) -> Fault:
    """Return why the files could not be composed, in one line."""
    if isinstance(error, MarkedYAMLError) and error.problem_mark is not None:
        return Fault(f"{error.problem_mark.name} line {error.problem_mark.line + 1}", f"is not YAML: {error.problem}")
    if isinstance(error, MissingConfigException) and error.missing_cfg_file:
        group, _, choice = error.missing_cfg_file.rpartition("/")
        return search.missing(group, choice) or Fault(error.missing_cfg_file, "no such file")
    text = (str(error) or str(error.__cause__)).splitlines()[0]
    unused = re.match(r"Could not override '([^']+)'", text)
    if unused:
        return Fault(unused[1], "no file of this group is in use under that name; to add one write a + before it")
    return Fault("configuration", text)
