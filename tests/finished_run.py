"""Small finished run folders, simulated in seconds, for tests that look at reports."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

from cxsim.cli.compose import job
from cxsim.study import compare, forecast, simulate

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


def forecast_under(comparison: Path, root: Path, *asked: str) -> Path:
    """Return the folder of a forecast of made-up monthly histories of two countries under an arm of a comparison.

    The file has `country`, `churn_rate` of `customers`, `revenue` of some two and a half million, and an `nps` around 12.
    """
    rng = np.random.default_rng(5)
    months = pd.date_range("2022-01-01", periods=36, freq="MS")
    parts = [
        pd.DataFrame({
            "month": months, "country": country, "customers": 8000, "churn_rate": rng.binomial(8000, 0.045, 36) / 8000,
            "revenue": 2.5e6 * np.exp(0.015 * rng.standard_normal(36).cumsum()), "nps": 12.0 + 3.0 * rng.standard_normal(36),
        })
        for country in ("north", "south")
    ]  # fmt: skip
    root.mkdir(parents=True, exist_ok=True)
    pd.concat(parts).to_csv(root / "firm.csv", index=False)
    parts[0].to_csv(root / "north.csv", index=False)
    keys = (
        f"data.history={root / 'north.csv'}",
        f"forecast.run={comparison}",
        "forecast.horizon=12",
        "forecast.speed=fast",
    )
    return forecast.run_job(job([*keys, "data.time=month", "forecast.arm=faster_reply", f"output.root={root}", *asked]))


def simulated(root: Path) -> Path:
    """Return the folder of a plain run."""
    return simulate.run_job(job([*SMALL, f"output.root={root}"]), progress=False)
