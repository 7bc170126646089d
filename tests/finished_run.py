"""Small finished run folders, simulated in seconds, for tests that look at reports."""

from __future__ import annotations

from pathlib import Path

from cxsim.cli.compose import job
from cxsim.study import compare, simulate

SMALL = (
    "population.size=400",
    "population.represents=40000",
    "time.horizon_weeks=60",
    "time.warmup_weeks=8",
    "study.replications=3",
    "engine.workers=1",
)


def compared(root: Path) -> Path:
    """Return the folder of a comparison of three interventions, one of which changes nothing."""
    arms = "study.arms=[faster_reply,null_lever,faster_reply+agent_training]"
    return compare.run_job(job([*SMALL, arms, f"output.root={root}"]), progress=False)


def simulated(root: Path) -> Path:
    """Return the folder of a plain run."""
    return simulate.run_job(job([*SMALL, f"output.root={root}"]), progress=False)
