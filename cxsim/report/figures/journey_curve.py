"""The journey with its emotional curve: what a visit books at each touchpoint, before and after the best intervention."""

from __future__ import annotations

from itertools import groupby

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from cxsim.report.evidence import BASELINE, Evidence
from cxsim.report.style import BASELINE as GREY
from cxsim.report.style import GRID, HIGHLIGHT, INK, MUTED, SMALL, TEXT, TREATED, canvas, tidy
from cxsim.report.visits import by_touchpoint
from cxsim.report.wording import number
from cxsim.spec.journey import PHASE_OF_STAGE


def draw(evidence: Evidence, arm: str | None = None) -> Figure:
    """Return the emotional curve of the baseline, with that of `arm` (the best if left out) over it."""
    before = by_touchpoint(evidence, BASELINE)
    arm = evidence.best if arm is None else arm
    figure = canvas(5.2)
    curve, volume = figure.subplots(2, 1, sharex=True, height_ratios=(4.2, 1.0))
    x = np.arange(len(before))
    _curve(curve, x, before, GREY, "Baseline")
    if arm is not None:
        after = by_touchpoint(evidence, arm).reindex(before.index)
        _curve(curve, x + 0.16, after, TREATED, evidence.label(arm))
    _stages(curve, before)
    _moments(curve, x, before)
    _legend(curve, "" if arm is None else evidence.label(arm))
    _volume(volume, x, before)
    names = [str(name).replace("_", " ") for name in before.index]
    volume.set_xticks(x, names, rotation=0 if len(x) <= 12 else 30, fontsize=TEXT, parse_math=False)
    curve.tick_params(axis="x", labelbottom=False)
    curve.set_xlim(-0.6, len(x) - 0.3)
    return figure


def _curve(axes: Axes, x: np.ndarray, rows: pd.DataFrame, colour: str, label: str) -> None:
    axes.vlines(x, rows["net_p10"], rows["net_p90"], color=colour, linewidth=5, alpha=0.28, capstyle="round")
    axes.plot(x, rows["net_mean"], "o-", color=colour, linewidth=1.6, markersize=5, label=label)


def _stages(axes: Axes, rows: pd.DataFrame) -> None:
    """Write the stages and phases above the curve, with a line between stages."""
    tidy(axes)
    axes.axhline(0.0, color=INK, linewidth=0.9)
    axes.set_ylabel("net booking of a visit, ec", fontsize=SMALL, color=INK)
    low, high = axes.get_ylim()
    axes.set_ylim(low, high + 0.24 * (high - low))
    start = 0
    for stage, group in groupby(rows["stage"]):
        size = len(list(group))
        if start:
            axes.axvline(start - 0.5, color=GRID, linewidth=1.2)
        axes.annotate(
            f"{stage}\n({PHASE_OF_STAGE[stage]})", (start + (size - 1) / 2, 1.0), xycoords=("data", "axes fraction"),
            xytext=(0, -4), textcoords="offset points", ha="center", va="top", fontsize=SMALL, color=MUTED,
        )  # fmt: skip
        start += size


def _moments(axes: Axes, x: np.ndarray, rows: pd.DataFrame) -> None:
    for place, (_, row) in zip(x, rows.iterrows(), strict=True):
        if row["moment_of_truth"]:
            axes.annotate(
                "★", (place, row["net_p90"]), xytext=(0, 6), textcoords="offset points", ha="center", fontsize=12,
                color=HIGHLIGHT, fontfamily="DejaVu Sans",
            )  # fmt: skip


def _legend(axes: Axes, arm: str) -> None:
    lines = [("grey: baseline", GREY)] + ([(f"blue: {arm}", TREATED)] if arm else [])
    lines += [("★ moment of truth", HIGHLIGHT)]
    for place, (words, colour) in enumerate(lines):
        axes.text(
            0.01, 0.03 + 0.065 * (len(lines) - 1 - place), words, transform=axes.transAxes, fontsize=SMALL, color=colour,
            parse_math=False,
        )  # fmt: skip


def _volume(axes: Axes, x: np.ndarray, rows: pd.DataFrame) -> None:
    tidy(axes, grid="")
    visits = rows["visits"].to_numpy()
    axes.bar(x, np.log10(1.0 + visits), width=0.5, color=GRID)
    for place, value in zip(x, visits, strict=True):
        axes.annotate(
            number(value, 0 if value >= 10 else 1), (place, np.log10(1.0 + value)), xytext=(0, 2),
            textcoords="offset points", ha="center", fontsize=SMALL, color=INK,
        )  # fmt: skip
    axes.set_yticks([])
    axes.margins(y=0.3)
    axes.set_ylabel("visits a year\nper 100\ncustomers", fontsize=SMALL, color=INK)
