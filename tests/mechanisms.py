"""Mechanisms switched off by their neutral values, levers of a test's own, and sums over a run."""

from __future__ import annotations

from typing import Any

import pandas as pd

from cxsim.results.run import Run

INDIFFERENT = {
    f"behaviour.churn.{name}": 0.0
    for name in (
        "satisfaction",
        "balance",
        "memory",
        "trust",
        "failure",
        "open_problem",
        "switching",
        "outside",
        "attention",
        "level",
    )
}
"""Nothing that is lived changes the decision to leave."""

FREE = {"behaviour.churn.locked": 1.0, "behaviour.churn.after_lock": 1.0}
"""Contracts bind nobody."""

CLOSED = {"market.leads_per_1000_week": 0.0}
"""No leads arrive."""

NEW = {"population.tenure": {"kind": "new"}, "time.warmup_weeks": 0, **CLOSED}
"""Everybody starts as a new customer on the first day."""

SAME_FOR_ALL = {"population.frailty": {"kind": "same_for_all", "churn_year": 0.15}}
"""No frailty."""


def lever(name: str, *effects: tuple[str, str, float], **fields: Any) -> dict[str, Any]:
    """Return the change that adds an intervention from the first week on; an effect is parameter, operation and value."""
    listed = [{"parameter": path, "operation": operation, "value": value} for path, operation, value in effects]
    return {f"interventions.{name}": {"label": name, "family": "design", "start_week": 0, "effects": listed, **fields}}


def weekly(run: Run, arm: str = "baseline") -> pd.DataFrame:
    """Return the weekly table over all segments of an arm: replication and tick as index."""
    table = run.weekly[(run.weekly["segment"] == "all") & (run.weekly["scenario"] == arm)]
    return table.set_index(["replication", "tick"])
