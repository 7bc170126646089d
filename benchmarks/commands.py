"""How long a user waits: for the help, for the main job, and for the first compilation on a machine."""

from __future__ import annotations

import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from benchmarks.fresh import ROOT, fresh
from benchmarks.section import Section, Target, spread

HELP_SECONDS, COMPARE_SECONDS, COMPILE_SECONDS = 0.6, 45.0, 45.0
SMALL = (
    "population.size=300",
    "time.horizon_weeks=20",
    "time.warmup_weeks=2",
    "study.replications=2",
)


def program() -> list[str]:
    """Return how `cxsim` is started: the command beside the interpreter, else the module."""
    command = shutil.which("cxsim", path=str(Path(sys.executable).parent))
    return [command] if command else [sys.executable, "-m", "cxsim"]


def waited(arguments: Sequence[str]) -> float:
    """Return the wall seconds of a command of cxsim, which must succeed."""
    started = time.perf_counter()
    subprocess.run([*program(), *arguments], cwd=ROOT, check=True, capture_output=True)
    return time.perf_counter() - started


def compared(changes: Sequence[str]) -> float:
    """Return the wall seconds of the main job, with nothing found from before."""
    with tempfile.TemporaryDirectory() as root:
        return waited(["compare", f"output.root={root}", *changes])


def first_compilation() -> float:
    """Return the seconds until the first run of a process could start: everything that a run needs, compiled or loaded."""
    from benchmarks.telecom import telecom
    from cxsim.engine.warm import ensure_compiled

    scenario = telecom(100, 1)
    started = time.perf_counter()
    ensure_compiled(scenario, lambda _: None)
    return time.perf_counter() - started


def compiled_anew() -> float:
    """Return the seconds of the first compilation into an empty cache."""
    with tempfile.TemporaryDirectory() as cache:
        return float(fresh(first_compilation, {"CXSIM_CACHE_DIR": cache}))


def measure(quick: bool) -> Section:
    """Return the table of waiting times."""
    waited(["--help"])
    helps = [waited(["--help"]) for _ in range(3 if quick else 9)]
    compiles = [compiled_anew() for _ in range(1 if quick else 3)]
    changes = SMALL if quick else ()
    compared(SMALL)
    compares = [compared(changes) for _ in range(1 if quick else 3)]
    text = " ".join(("cxsim compare", *changes))
    found = (
        ("`cxsim --help`", helps, HELP_SECONDS, 2),
        ("first compilation, with an empty cache", compiles, COMPILE_SECONDS, 1),
        (f"`{text}`, compiled before: the baseline and every arm, to the report", compares, COMPARE_SECONDS, 1),
    )
    return Section(
        "Waiting",
        "Wall seconds, median (lowest to highest).",
        ("command", "seconds"),
        [(name, spread(values, digits)) for name, values, _, digits in found],
        tuple(held_against(f"{name}, seconds", values, limit, digits) for name, values, limit, digits in found),
    )


def held_against(name: str, values: Sequence[float], limit: float, digits: int) -> Target:
    """Return a waiting time beside the longest that is promised."""
    middle = statistics.median(values)
    return Target(name, f"{middle:.{digits}f}", f"{limit:g} or less", middle <= limit)
