"""The command as a user types it: help, the configuration, interruption."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

from cxsim import __version__

ROOT = Path(__file__).resolve().parents[2]
CXSIM = [sys.executable, "-m", "cxsim"]
HELP_LIMIT_S = 0.6

INTERRUPTIBLE = """
import multiprocessing, sys, time
from cxsim.cli import commands, main
from cxsim.cli.commands import Command

def body(job, progress):
    worker = multiprocessing.get_context("spawn").Process(target=time.sleep, args=(60,))
    worker.start()
    print(worker.pid, flush=True)
    worker.join()
    return 0

if __name__ == "__main__":
    commands.CONFIGURED["run"] = Command("run", "sleep", "Sleeps.", (), body)
    sys.exit(main(["run"]))
"""


def typed(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """What a command typed in `folder` does; the package is the one under test."""
    environment = {"PYTHONPATH": str(ROOT), "PATH": "/usr/bin:/bin"}
    return subprocess.run(
        [*CXSIM, *arguments], cwd=folder, env=environment, capture_output=True, text=True, check=False
    )


def test_help_is_quick_and_lists_the_commands(tmp_path: Path) -> None:
    typed(tmp_path, "--help")
    began = time.perf_counter()
    done = typed(tmp_path, "--help")
    assert time.perf_counter() - began < HELP_LIMIT_S
    assert done.returncode == 0
    assert all(f"  cxsim {name}" in done.stdout for name in ("run", "compare", "journey", "report"))


def test_no_arguments_show_the_same_page(tmp_path: Path) -> None:
    assert typed(tmp_path).stdout == typed(tmp_path, "--help").stdout


def test_the_version_is_told(tmp_path: Path) -> None:
    assert typed(tmp_path, "--version").stdout == f"{__version__}\n"


@pytest.mark.parametrize("command", ["run", "compare", "journey"])
def test_every_command_has_a_page(command: str, tmp_path: Path) -> None:
    done = typed(tmp_path, command, "--help")
    assert (done.returncode, done.stderr) == (0, "")
    assert "  scenario=telecom\n" in done.stdout
    assert f"  cxsim {command}" in done.stdout


def test_the_configuration_is_shown_and_nothing_is_written(tmp_path: Path) -> None:
    done = typed(tmp_path, "run", "--cfg", "job", "population.size=77")
    assert (done.returncode, done.stderr) == (0, "")
    assert "\n  size: 77\n" in done.stdout
    assert list(tmp_path.iterdir()) == []


def test_an_interruption_ends_the_workers_and_says_one_line(tmp_path: Path) -> None:
    program = tmp_path / "program.py"
    program.write_text(INTERRUPTIBLE)
    environment = {"PYTHONPATH": str(ROOT), "PATH": "/usr/bin:/bin"}
    with subprocess.Popen(
        [sys.executable, str(program)], env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as running:
        assert running.stdout is not None
        worker = int(running.stdout.readline())
        running.send_signal(signal.SIGINT)
        _, said = running.communicate(timeout=20)
    assert running.returncode == 130
    assert said == "interrupted; the same command goes on from what is complete\n"
    assert not psutil.pid_exists(worker)
