"""Promise 5: killed at any moment, a run leaves complete parts or none, and finishes later with the same bytes."""

from __future__ import annotations

import hashlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import psutil
import pytest

from cxsim.cli.compose import job
from cxsim.study.compare import run_job
from cxsim.study.replicate import Plan, fill_parts, part_key

OVERRIDES = (
    "population.size=2000",
    "time.horizon_weeks=40",
    "time.warmup_weeks=4",
    "interventions.renewal_delight.start_week=8",
    "study.arms=[renewal_delight,more_agents]",
    "study.replications=10",
    "engine.workers=2",
)
PROGRAM = """
import sys
from cxsim.cli.compose import job
from cxsim.study.compare import run_job
run_job(job(sys.argv[1:]), progress=False)
"""
PATIENCE_S = 240.0


def compare_in(root: Path) -> Path:
    return run_job(job([*OVERRIDES, "engine.workers=1", f"output.root={root}"]), progress=False)


def digest(folder: Path) -> dict[str, str]:
    """Hash of every file of a run, but for the manifest, which tells the time."""
    files = [path for path in folder.rglob("*") if path.is_file() and path.name != "manifest.json"]
    return {str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    return digest(compare_in(tmp_path_factory.mktemp("undisturbed")))


def parts(root: Path) -> list[Path]:
    return [path for path in root.glob("compare/*/parts/*") if not path.name.startswith(".")]


@contextmanager
def in_the_middle(root: Path, log: Path) -> Iterator[subprocess.Popen[bytes]]:
    """A comparison in a process group of its own, handed over when some parts are there and most are not."""
    with log.open("wb") as errors:
        process = subprocess.Popen(
            [sys.executable, "-c", PROGRAM, *OVERRIDES, f"output.root={root}"],
            env={**os.environ, "OMP_NUM_THREADS": "1"},
            stderr=errors,
            start_new_session=True,
        )
    try:
        deadline = time.monotonic() + PATIENCE_S
        while len(parts(root)) < 2:
            assert process.poll() is None, log.read_text()
            assert time.monotonic() < deadline, "no part was written in time"
            time.sleep(0.005)
        assert len(parts(root)) < 30, "the run was over before it could be disturbed"
        yield process
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def tables_at_the_top(root: Path) -> list[str]:
    return [path.name for path in root.glob("compare/*/*") if path.suffix in {".parquet", ".csv", ".html"}]


def assert_parts_are_complete(root: Path) -> None:
    found = parts(root)
    names = {path.name: sorted(file.name for file in path.iterdir()) for path in found}
    with_customers = {tuple(files) for name, files in names.items() if name.endswith("-0")}
    others = {tuple(files) for name, files in names.items() if not name.endswith("-0")}
    assert len(with_customers) <= 1
    assert len(others) <= 1
    assert all(file.stat().st_size > 0 for path in found for file in path.iterdir())


def test_a_run_that_was_killed_finishes_later_with_the_same_bytes(
    tmp_path: Path, undisturbed: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    with in_the_middle(tmp_path, tmp_path / "log") as process:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
    assert tables_at_the_top(tmp_path) == []
    assert_parts_are_complete(tmp_path)
    survived = {path.name for path in parts(tmp_path)}
    computed: list[str] = []

    def watched(plan: Plan, replication: int, arms: Sequence[str], parts: object) -> int:
        computed.extend(part_key(arm, replication) for arm in arms)
        return fill_parts(plan, replication, arms, parts)

    monkeypatch.setattr("cxsim.study.simulate.fill_parts", watched)
    folder = compare_in(tmp_path)
    assert digest(folder) == undisturbed
    assert survived
    assert survived.isdisjoint(computed)
    assert len(survived) + len(computed) == 30
    # Finished once, it is not computed again.
    began = time.monotonic()
    assert compare_in(tmp_path) == folder
    assert time.monotonic() - began < 5.0


def workers_of(pid: int) -> list[psutil.Process]:
    children = psutil.Process(pid).children(recursive=True)
    return [
        child
        for child in children
        if "loky" in " ".join(child.cmdline()) and "tracker" not in " ".join(child.cmdline())
    ]


@pytest.mark.slow
def test_the_loss_of_a_worker_is_survived(tmp_path: Path, undisturbed: dict[str, str]) -> None:
    with in_the_middle(tmp_path, tmp_path / "log") as process:
        workers = workers_of(process.pid)
        assert workers
        workers[0].kill()
        assert process.wait(PATIENCE_S) == 0, (tmp_path / "log").read_text()
    assert "a worker process died" in (tmp_path / "log").read_text()
    (folder,) = tmp_path.glob("compare/*")
    assert digest(folder) == undisturbed


@pytest.mark.slow
def test_an_interrupt_ends_the_workers_and_leaves_no_half_table(tmp_path: Path, undisturbed: dict[str, str]) -> None:
    with in_the_middle(tmp_path, tmp_path / "log") as process:
        family = psutil.Process(process.pid).children(recursive=True)
        os.killpg(process.pid, signal.SIGINT)  # what Ctrl-C sends: to every process of the group
        assert process.wait(60.0) != 0
        gone, alive = psutil.wait_procs(family, timeout=20.0)
        assert alive == []
        assert gone
    assert tables_at_the_top(tmp_path) == []
    assert_parts_are_complete(tmp_path)
    assert digest(compare_in(tmp_path)) == undisturbed
