"""What happened at the touchpoints of an arm: visits, satisfaction and net booking, pooled over replications."""

from __future__ import annotations

import numpy as np
import pandas as pd

from cxsim.report.evidence import Evidence
from cxsim.spec.journey import PHASE_OF_STAGE
from cxsim.units import WEEKS_PER_YEAR

_NET = ["net_mean", "net_p10", "net_p90"]


def last_year(evidence: Evidence) -> int:
    """Return the last year that the run lived through as a whole, the first if there is none."""
    return max(1, int(evidence.scenario.time.horizon_weeks // WEEKS_PER_YEAR))


def ordered(evidence: Evidence) -> list[str]:
    """Return the touchpoints by stage, from before to after, as the journey lists them."""
    stages, points = list(PHASE_OF_STAGE), evidence.scenario.journey.touchpoints
    return sorted(points, key=lambda name: stages.index(points[name].stage))


def by_touchpoint(evidence: Evidence, arm: str) -> pd.DataFrame:
    """Return the visits of the last year by touchpoint, in the order of the journey.

    Columns: `stage`, `moment_of_truth`, `visits` (per 100 active customers a year) and `net_mean`, `net_p10`, `net_p90`
    (ec a visit; the percentiles are those of single visits, averaged over replications by their visits).
    """
    rows = _rows(evidence, arm)
    each = rows.groupby(["replication", "touchpoint"], sort=False)
    counted = each["encounters"].sum().to_frame().join(each[_NET].first()).dropna(subset=_NET)
    weighted = counted[_NET].multiply(counted["encounters"], axis=0).groupby("touchpoint").sum()
    total = counted.groupby("touchpoint")["encounters"].sum()
    table = weighted.div(total, axis=0).reindex(ordered(evidence)).dropna(how="all")
    points = evidence.scenario.journey.touchpoints
    table["stage"] = [points[str(name)].stage for name in table.index]
    table["moment_of_truth"] = [points[str(name)].moment_of_truth for name in table.index]
    table["visits"] = 100.0 * total.reindex(table.index) / _customer_years(evidence, arm)
    return table


def by_channel(evidence: Evidence, arm: str) -> pd.DataFrame:
    """Return the visits of the last year by touchpoint and channel: `encounters`, `satisfaction`, `below_zone` (shares)."""
    rows = _rows(evidence, arm)
    sums = rows[["satisfaction", "below_zone"]].multiply(rows["encounters"], axis=0)
    sums[["touchpoint", "channel", "encounters"]] = rows[["touchpoint", "channel", "encounters"]]
    pooled = sums.groupby(["touchpoint", "channel"], sort=False).sum()
    pooled[["satisfaction", "below_zone"]] = pooled[["satisfaction", "below_zone"]].div(pooled["encounters"], axis=0)
    return pooled[pooled["encounters"] > 0]


def _rows(evidence: Evidence, arm: str) -> pd.DataFrame:
    table = evidence.tables["touchpoints"]
    return table[(table["scenario"] == arm) & (table["year"] == last_year(evidence))]


def _customer_years(evidence: Evidence, arm: str) -> float:
    """Return the years that active customers lived in the last year, all replications together."""
    per_week = evidence.scenario.time.ticks_per_week
    active = evidence.panel(arm)["active"]
    year = int(WEEKS_PER_YEAR) * per_week
    first = (last_year(evidence) - 1) * year
    return float(np.sum(active[:, first : first + year])) / year
