"""A command that takes a configuration: everything is composed and judged first, then done, one point after another."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from cxsim.cli.commands import Command
from cxsim.cli.conf import SearchPath
from cxsim.cli.pages import page
from cxsim.errors import CxsimError, Fault, InputError
from cxsim.spec.job import Job


def configured(command: Command, arguments: Sequence[str]) -> int:
    """Do what was typed and return the exit status.

    Raises
    ------
    InputError : some point is wrong; then nothing has been written.
    """
    typed = _parser(command).parse_intermixed_args(arguments)
    typed.overrides = [_whole(command, text) for text in typed.overrides]
    if typed.help:
        print(page(command, SearchPath.of(typed.config_dir)))
        return 0
    if typed.cfg:
        return _show(typed.overrides, typed.config_dir, typed.resolve)
    if typed.multirun:
        return _sweep(command, typed.overrides, typed.config_dir)
    from cxsim.cli.compose import job

    return command.body(_ready(command, job(typed.overrides, typed.config_dir)), sys.stderr.isatty())


def _whole(command: Command, override: str) -> str:
    """Return an override with the command's own group before a key that may be typed without it."""
    return f"{command.name}.{override}" if override.partition("=")[0] in command.own else override


def _parser(command: Command) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(f"cxsim {command.name}", add_help=False, allow_abbrev=False)
    parser.add_argument("overrides", nargs="*")
    parser.add_argument("-h", "--help", action="store_true")
    parser.add_argument("-m", "--multirun", action="store_true")
    parser.add_argument("-cd", "--config-dir", type=Path)
    parser.add_argument("-c", "--cfg", choices=["job"])
    parser.add_argument("--resolve", action="store_true")
    return parser


def _show(overrides: list[str], config_dir: Path | None, resolve: bool) -> int:
    from omegaconf import OmegaConf

    from cxsim.cli.compose import compose, judge, plain

    config, faults = compose(overrides, config_dir)
    print(OmegaConf.to_yaml(OmegaConf.create(plain(config)) if resolve else config), end="")
    judge(config, faults)
    return 0


def _sweep(command: Command, overrides: list[str], config_dir: Path | None) -> int:
    from cxsim.cli.overrides import points, swept

    typed = points(overrides)
    labels = [swept(overrides, point) for point in typed]
    jobs = [_ready(command, job) for job in _judged(labels, typed, config_dir)]
    status = 0
    for number, (label, job) in enumerate(zip(labels, jobs, strict=True), 1):
        print(f"[{number}/{len(jobs)}] {label}", file=sys.stderr)
        try:
            status = max(status, command.body(job, sys.stderr.isatty()))
        except CxsimError as error:
            print(f"[{label}] {error}", file=sys.stderr)
            status = max(status, 2 if isinstance(error, InputError) else 1)
    return status


def _judged(labels: list[str], points: list[tuple[str, ...]], config_dir: Path | None) -> list[Job]:
    """Return the job of every point.

    Raises
    ------
    InputError : the faults of all points; one that all points share is said once.
    """
    from cxsim.cli.compose import job

    jobs: list[Job] = []
    found: dict[str, tuple[Fault, list[str]]] = {}
    for label, point in zip(labels, points, strict=True):
        try:
            jobs.append(job(point, config_dir))
        except InputError as error:
            for fault in error.faults:
                found.setdefault(str(fault), (fault, []))[1].append(label)
    if found:
        raise InputError([_labelled(fault, at, len(points)) for fault, at in found.values()])
    return jobs


def _labelled(fault: Fault, at: list[str], n_points: int) -> Fault:
    where = "" if len(at) == n_points else f"[{at[0]}] " if len(at) == 1 else f"[{at[0]} and {len(at) - 1} more] "
    return Fault(where + fault.path, fault.rule, fault.value, fault.nearest)


def _ready(command: Command, job: Job) -> Job:
    from cxsim.results.folder import writable

    fault = writable(job.output.root) if command.writes else None
    if fault is not None:
        raise InputError([fault])
    if command.judge is not None:
        command.judge(job)
    return job
