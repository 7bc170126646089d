"""Satisfaction by touchpoint and channel, as a heat map."""

from __future__ import annotations

import numpy as np
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.figure import Figure

from cxsim.report.evidence import BASELINE, Evidence
from cxsim.report.style import INK, MUTED, SMALL, TEXT, canvas, tidy
from cxsim.report.visits import by_channel, ordered

_SCALE = LinearSegmentedColormap.from_list("satisfaction", ["#d55e00", "#f6d7c3", "#ffffff", "#c5dcec", "#0072b2"])
_FEW = 100


def draw(evidence: Evidence, arm: str = BASELINE) -> Figure:
    """Return the heat map of one arm in its last year: satisfaction of 100, share of visits below expectation under it."""
    cells = by_channel(evidence, arm)
    channels = list(evidence.scenario.journey.channels)
    points = [name for name in ordered(evidence) if name in cells.index.get_level_values("touchpoint")]
    values = np.array(
        [[cells["satisfaction"].get((point, channel), np.nan) for channel in channels] for point in points]
    )
    figure = canvas(0.9 + 0.46 * len(points))
    axes = figure.subplots()
    tidy(axes, grid="")
    middle = evidence.scenario.behaviour.satisfaction.reference
    reach = max(0.05, float(np.nanmax(np.abs(values - middle))))
    axes.pcolormesh(
        np.ma.masked_invalid(values), cmap=_SCALE, vmin=middle - reach, vmax=middle + reach, edgecolors="white", linewidth=3
    )  # fmt: skip
    axes.invert_yaxis()
    for cell in cells.reset_index().to_dict("records"):
        few = cell["encounters"] < _FEW
        share = "few visits" if few else f"{100 * cell['below_zone']:.0f} % below"
        strong = abs(cell["satisfaction"] - middle) > 0.75 * reach
        colour = "white" if strong else MUTED if few else INK
        words = f"{100 * cell['satisfaction']:.0f}  ({share})"
        axes.text(
            channels.index(cell["channel"]) + 0.5, points.index(cell["touchpoint"]) + 0.5, words, ha="center",
            va="center", fontsize=SMALL, color=colour,
        )  # fmt: skip
    axes.set_xticks(
        np.arange(len(channels)) + 0.5, [name.replace("_", " ") for name in channels], fontsize=TEXT, parse_math=False
    )
    axes.set_yticks(
        np.arange(len(points)) + 0.5, [name.replace("_", " ") for name in points], fontsize=TEXT, parse_math=False
    )
    axes.xaxis.tick_top()
    axes.spines["bottom"].set_visible(False)
    return figure
