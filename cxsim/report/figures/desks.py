"""The contact centre: load, losses, waits and occupancy of every desk."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import StrMethodFormatter

from cxsim.report.evidence import BASELINE, Evidence
from cxsim.report.style import SERIES, SMALL, canvas, head, label_ends, panels

_PANELS = (
    ("contacts", 1.0, "Contacts", "a week, represented base", 1.0),
    ("abandoned_share", 100.0, "Hung up before an answer", "% of contacts", 1.0),
    ("mean_wait_min", 1.0, "Wait in the queue", "minutes, mean", 0.1),
    ("occupancy", 100.0, "Agents at work", "% of paid time", 1.0),
)
"""Column, factor, title, unit, and what the axis shows at least, so that next to nothing does not look like much."""
_WINDOW = 13


def draw(evidence: Evidence, arm: str = BASELINE) -> Figure:
    """Return four panels by quarter of the run, one line a desk; a back office has no queue to hang up in."""
    table = evidence.tables["desks"]
    rows = table[table["scenario"] == arm]
    desks = list(dict.fromkeys(rows["desk"]))
    figure = canvas(4.6)
    for axes, (column, factor, title, unit, least) in zip(panels(figure, 2, 2), _PANELS, strict=True):
        shown = (
            desks
            if column in ("contacts", "occupancy")
            else list(dict.fromkeys(rows.loc[rows["kind"] == "queue", "desk"]))
        )
        ends = [
            _line(axes, rows[rows["desk"] == desk], column, factor, SERIES[desks.index(desk) % len(SERIES)])
            for desk in shown
        ]
        axes.set_ylim(0.0, max(least, *(top for *_, top in ends)) * 1.15)
        label_ends(axes, [(x, y, desk, colour) for desk, (x, y, colour, _) in zip(shown, ends, strict=True)], gap=0.11)
        axes.yaxis.set_major_formatter(StrMethodFormatter("{x:,g}"))
        axes.set_xlabel("week", fontsize=SMALL)
        head(axes, title, unit)
    return figure


def _line(axes: Axes, rows: pd.DataFrame, column: str, factor: float, colour: str) -> tuple[float, float, str, float]:
    """Draw the quarters of a desk, contacts weighting what happened to them; return the end of the line and its top."""
    quarter = (rows["week"] // _WINDOW).to_numpy()
    weight = np.ones(len(rows)) if column in ("contacts", "occupancy") else rows["contacts"].to_numpy(np.float64)
    total = np.bincount(quarter.astype(int), weight)
    mean = (
        np.bincount(quarter.astype(int), rows[column].to_numpy(np.float64) * weight) / np.maximum(total, 1e-12) * factor
    )
    if column == "contacts":
        mean = mean * rows.groupby("replication")["tick"].nunique().iloc[0] / max(1.0, rows["week"].iloc[-1] + 1.0)
    x = (np.arange(mean.size) + 0.5) * _WINDOW
    axes.plot(x, mean, color=colour, linewidth=1.8)
    return float(x[-1]), float(mean[-1]), colour, float(mean.max())
