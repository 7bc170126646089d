"""Repeat purchases as they were, as a law expects them, and as they go on after the log."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from cxsim.report.style import GRID, INK, MUTED, SERIES, SMALL, canvas, head, label_ends, panels


def draw(tracking: pd.DataFrame, names: Mapping[str, str], unit: str) -> Figure:
    """Return two panels, cumulative and period by period: what was bought, and a line for every law.

    Parameters
    ----------
    tracking : the table of that name; laws that count purchases alike, so that what was bought is the same for all.
    names : what the laws are called.
    unit : of the periods.
    """
    figure = canvas(3.6)
    shown = {"_cumulative": "cumulative", "": f"{unit[:-1]} by {unit[:-1]}"}
    for axes, (suffix, words) in zip(panels(figure, 1, 2), shown.items(), strict=True):
        _panel(axes, tracking, names, suffix)
        axes.set_xlabel(f"{unit} since the first purchase", fontsize=SMALL)
        head(axes, f"Repeat purchases, {words}", "of customers acquired in the calibration")
    return figure


def _panel(axes: Axes, tracking: pd.DataFrame, names: Mapping[str, str], suffix: str) -> None:
    any_law = tracking[tracking["law"] == next(iter(names))]
    calibration = int((any_law["part"] == "calibration").sum())
    axes.axvspan(0.5, calibration + 0.5, color=GRID, alpha=0.5, linewidth=0)
    axes.plot(any_law["period"], any_law[f"actual{suffix}"], color=INK, linewidth=1.2 if suffix else 0.9)
    last = float(any_law["period"].iloc[-1])
    ends = [(last, float(any_law[f"actual{suffix}"].iloc[-1]), "actual", INK)] if suffix else []
    for law, colour in zip(names, SERIES, strict=False):
        own = tracking[tracking["law"] == law]
        axes.plot(own["period"], own[f"expected{suffix}"], color=colour, linewidth=1.6, linestyle=(0.0, (5.0, 2.0)))
        ends.append((last, float(own[f"expected{suffix}"].iloc[-1]), names[law], colour))
    axes.set_xlim(0.5, last)
    axes.set_ylim(0.0, None)
    label_ends(axes, ends)
    axes.annotate("calibration", (1.0, 0.97), xycoords=("data", "axes fraction"), fontsize=SMALL, color=MUTED, va="top")


def draw_groups(tables: Mapping[str, pd.DataFrame], names: Mapping[str, str]) -> Figure:
    """Return a panel for every table: actual as bars, expected by every law as points, by past repeat purchases.

    Parameters
    ----------
    tables : title to ``law, repeats, actual, expected``.
    """
    figure = canvas(3.2)
    for axes, (title, table) in zip(panels(figure, 1, len(tables)), tables.items(), strict=True):
        laws = [law for law in names if (table["law"] == law).any()]
        for place, (law, colour) in enumerate(zip(laws, SERIES, strict=False)):
            own = table[table["law"] == law]
            at = np.arange(len(own))
            if place == 0:
                axes.bar(at, own["actual"], color=GRID, label="actual")
            axes.plot(at, own["expected"], "o", color=colour, markersize=4.5, label=names[law])
            labels = [f"{count:g}" for count in own["repeats"]]
            axes.set_xticks(at, [*labels[:-1], f"{labels[-1]}+"])
        axes.set_xlabel("repeat purchases in the calibration", fontsize=SMALL)
        axes.legend(frameon=False, fontsize=SMALL)
        head(axes, title)
    return figure
