"""Where the net present value of every intervention comes from: a bridge from margin gained to what is left."""

from __future__ import annotations

import math

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from cxsim.report.evidence import Evidence
from cxsim.report.style import GAIN, INK, LOSS, MUTED, SMALL, canvas, head, panels, tidy
from cxsim.report.wording import money_unit, number
from cxsim.study.paired import mean_interval

_COLUMNS = 2


def draw(evidence: Evidence) -> Figure:
    """Return one bridge an intervention over the longest horizon, each on its own scale."""
    arms = evidence.ranked
    rows = math.ceil(len(arms) / _COLUMNS)
    figure = canvas(0.3 + 2.35 * rows, space=0.06)
    axes = panels(figure, rows, _COLUMNS)
    size, unit = money_unit(_largest(evidence))
    for each, arm in zip(axes, arms, strict=False):
        _bridge(each, evidence, arm, size)
        head(each, evidence.label(arm), f"{unit}{evidence.currency}, discounted, {evidence.end} weeks")
    for each in axes[len(arms) :]:
        each.set_axis_off()
    return figure


def _bridge(axes: Axes, evidence: Evidence, arm: str, size: float) -> None:
    parts = {name: values / size for name, values in evidence.npv_parts(arm).items()}
    means = {name: float(values.mean()) for name, values in parts.items()}
    reached = np.concatenate([[0.0], np.cumsum(list(means.values()))])
    for row, value in enumerate(means.values()):
        axes.barh(row, value, left=reached[row], height=0.62, color=GAIN if value >= 0 else LOSS, alpha=0.85)
        if row:
            axes.plot([reached[row]] * 2, [row - 0.69, row - 0.31], color=MUTED, linewidth=0.8)
        _value(axes, max(reached[row], reached[row + 1]), row, number(value, 2, signed=True))
    total, low, high = mean_interval(evidence.npv(arm) / size, evidence.confidence)
    row = len(means)
    axes.barh(row, total, height=0.62, color=INK)
    if not math.isnan(low):
        axes.plot([low, high], [row, row], color="#f0a500", linewidth=2.2, solid_capstyle="butt")
    _value(
        axes, max(0.0, total, high if not math.isnan(high) else total), row, number(total, 2, signed=True), bold=True
    )
    axes.set_yticks(range(row + 1), [*means, "net present value"], fontsize=SMALL)
    axes.set_ylim(row + 0.55, -0.55)
    axes.axvline(0.0, color=INK, linewidth=0.9)
    tidy(axes, grid="x")
    axes.spines["bottom"].set_visible(False)
    axes.margins(x=0.2)
    axes.locator_params(axis="x", nbins=5)


def _value(axes: Axes, x: float, y: float, text: str, *, bold: bool = False) -> None:
    axes.annotate(
        text, (x, y), xytext=(4, 0), textcoords="offset points", va="center", fontsize=SMALL,
        fontweight="bold" if bold else "normal", color=INK,
    )  # fmt: skip


def _largest(evidence: Evidence) -> float:
    return max(float(np.abs(values).mean()) for arm in evidence.arms for values in evidence.npv_parts(arm).values())
