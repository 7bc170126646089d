"""A measure over time as a line with the band of its replications."""

from __future__ import annotations

import textwrap

import numpy as np
from matplotlib.axes import Axes

from cxsim.report.evidence import Evidence
from cxsim.study.paired import mean_interval


def draw_line(
    axes: Axes, evidence: Evidence, arm: str, column: str, colour: str, *, factor: float = 1.0, window: int = 1,
    label: str | None = None,
) -> tuple[float, float, str, str]:  # fmt: skip
    """Draw a weekly column of an arm and return where its line ends and what it is called: (x, y, text, colour).

    The line is the mean over replications, the band its confidence interval; both over windows of `window` weeks.
    """
    panel = evidence.panel(arm)
    size = window * evidence.scenario.time.ticks_per_week
    whole = panel[column].shape[1] // size
    blocks = (panel[column][:, : whole * size] * factor).reshape(-1, whole, size)
    known = np.where(np.isnan(blocks), 0.0, 1.0).sum(axis=2)
    values = np.divide(np.nansum(blocks, axis=2), known, out=np.full(known.shape, np.nan), where=known > 0)
    x = panel["week"][0, : whole * size].reshape(whole, size).mean(axis=1)
    bounds = np.array([mean_interval(column_[~np.isnan(column_)], evidence.confidence) for column_ in values.T])
    axes.fill_between(x, bounds[:, 1], bounds[:, 2], color=colour, alpha=0.2, linewidth=0)
    axes.plot(x, bounds[:, 0], color=colour, linewidth=1.8)
    return float(x[-1]), float(bounds[-1, 0]), "\n".join(textwrap.wrap(label or evidence.label(arm), 16)), colour
