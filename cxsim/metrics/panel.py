"""Weekly tables of one arm as arrays: replications x ticks, per segment."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from cxsim.arrays import Floats


@dataclass(frozen=True)
class Panel:
    """The columns of one arm and one segment: `panel["revenue"]` is replications x ticks."""

    columns: dict[str, Floats]
    ticks_per_week: int

    def __getitem__(self, name: str) -> Floats:
        return self.columns[name]

    def total(self, name: str, weeks: int) -> Floats:
        """Return the sum of a column over the first `weeks`, one value per replication."""
        return np.asarray(np.nansum(self[name][:, : weeks * self.ticks_per_week], axis=1))

    def at(self, name: str, weeks: int) -> Floats:
        """Return a column at the end of `weeks`, one value per replication."""
        return np.asarray(self[name][:, weeks * self.ticks_per_week - 1])

    def recent(self, name: str, weeks: int, window: int = 13, weight: str | None = None) -> Floats:
        """Return the mean of a column over the `window` weeks before the end of `weeks`, weighted where values may be missing."""
        end = weeks * self.ticks_per_week
        part = slice(max(0, end - window * self.ticks_per_week), end)
        values = self[name][:, part]
        weights = np.ones_like(values) if weight is None else self[weight][:, part].astype(float)
        weights = np.where(np.isnan(values), 0.0, weights)
        total = weights.sum(axis=1)
        summed = np.where(np.isnan(values), 0.0, values * weights).sum(axis=1)
        return np.asarray(np.divide(summed, total, out=np.full(total.shape, np.nan), where=total > 0))


def panels(weekly: pd.DataFrame, ticks_per_week: int) -> dict[str, Panel]:
    """Return the panels of one arm by segment, from its weekly rows of every replication."""
    found = {}
    n = int(weekly["replication"].nunique())
    for segment, rows in weekly.groupby("segment", sort=False):
        ordered = rows.sort_values(["replication", "tick"])
        columns = {
            str(name): ordered[name].to_numpy(np.float64).reshape(n, -1)
            for name in ordered.columns
            if name not in ("scenario", "segment")
        }
        found[str(segment)] = Panel(columns, ticks_per_week)
    return found
