"""Wrong input as a user types it: exit status 2, one line a fault, nothing written."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


def typed(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """What a command typed in `folder` does; the package is the one under test."""
    return subprocess.run(
        [sys.executable, "-m", "cxsim", *arguments],
        cwd=folder,
        env={"PYTHONPATH": str(ROOT), "PATH": "/usr/bin:/bin"},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["run", "population.sise=100"], "population.sise: no such key, got 100; did you mean 'size'?"),
        (
            ["compare", "scenario=telecm"],
            "scenario=telecm: no such choice of the group 'scenario', got 'telecm'; did you mean 'telecom'?",
        ),
        (["run", "scenari=telecom"], "scenari: no such group or key, got 'telecom'; did you mean 'scenario'?"),
        (["run", "population.size=many"], "population.size: must be a whole number, got 'many'"),
        (["run", "money.margin=1.5"], "money.margin: must be at most 1, got 1.5"),
        (["run", "population.size=0"], "population.size: must be at least 1, got 0"),
        (["run", "time.horizon_weeks=0"], "time.horizon_weeks: must be at least 1, got 0"),
        (
            ["compare", "study.horizons_weeks=[13,60]", "time.horizon_weeks=52"],
            "study.horizons_weeks: must not go beyond the run (time.horizon_weeks is 52), got 60",
        ),
        (["run", "study.horizons_weeks=[]"], "study.horizons_weeks: must have at least one entry, got []"),
        (
            ["run", "data.customers=nowhere.csv", "study.horizons_weeks=[500]"],
            (
                "study.horizons_weeks: must not go beyond the run (time.horizon_weeks is 156), got 500\n"
                "data.customers: cannot be read (no such file or directory), got 'nowhere.csv'"
            ),
        ),
        (["compare", "study.arms=[]"], "study.arms: must have at least one entry, got []"),
        (
            ["compare", "interventions.faster_reply.end_week=5"],
            "interventions.faster_reply.end_week: must come after start_week (13), got 5.0",
        ),
        (
            ["compare", "study.arms=[faster_reply]", "time.horizon_weeks=10"],
            "interventions.faster_reply.start_week: must be before the end of the run (time.horizon_weeks is 10), got 13.0",
        ),
        (
            ["compare", "study.arms=[faster_repl]"],
            "study.arms: no such intervention, got 'faster_repl'; did you mean 'faster_reply'?",
        ),
        (
            ["compare", "population.sise=1", "time.tick=hour", "study.seed=-1"],
            (
                "time.tick: must be one of week, day, got 'hour'\n"
                "population.sise: no such key, got 1; did you mean 'size'?\n"
                "study.seed: must be at least 0, got -1"
            ),
        ),
        (
            ["run", "-m", "population.size=10,0"],
            "[population.size=0] population.size: must be at least 1, got 0",
        ),
        (["run", "--config-dir", "nowhere"], "--config-dir: no such folder, got 'nowhere'"),
        (["simulate"], "cxsim: no such command, got 'simulate'"),
    ],
)
def test_wrong_input_is_named_and_nothing_is_written(arguments: list[str], message: str, tmp_path: Path) -> None:
    done = typed(tmp_path, *arguments)
    assert done.stderr == message + "\n"
    assert (done.returncode, done.stdout) == (2, "")
    assert list(tmp_path.iterdir()) == []


def test_an_output_folder_that_cannot_be_written_is_named_before_anything_runs(tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("")
    done = typed(tmp_path, "compare", "output.root=taken/outputs")
    assert done.stderr == "output.root: must be a folder that can be written, got 'taken/outputs'\n"
    assert done.returncode == 2
    assert [path.name for path in tmp_path.iterdir()] == ["taken"]
