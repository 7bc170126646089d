"""The look that all figures share: colours that colour-blind readers tell apart, sizes, and SVG with stable bytes."""

from __future__ import annotations

import io
import re
from collections.abc import Sequence
from itertools import pairwise

import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure
from matplotlib.layout_engine import ConstrainedLayoutEngine

INK, MUTED, GRID = "#1f2933", "#616e7c", "#e4e7eb"
BASELINE, TREATED = "#52606d", "#0072b2"
GAIN, LOSS, UNDECIDED, HIGHLIGHT = "#0072b2", "#d55e00", "#8a949e", "#b7791f"
SERIES = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9")
"""Okabe & Ito (2008), in an order in which neighbours differ in lightness too."""
WIDTH = 9.6
"""Inches: the column of the page."""
TEXT, SMALL, HEAD = 9.5, 8.5, 10.5
"""Sizes of letters in points."""
_POINTS_AN_INCH = 72


def canvas(height: float, width: float = WIDTH, space: float = 0.02) -> Figure:
    """Return an empty figure; `height` and `width` in inches, `space` between panels as a share of a panel."""
    layout = ConstrainedLayoutEngine(hspace=space, wspace=space)
    return Figure(figsize=(width, height), facecolor="white", layout=layout)


def panels(figure: Figure, rows: int, columns: int, *, share_y: bool = False) -> list[Axes]:
    """Return the axes of small multiples, row by row, in the house's look."""
    grid = figure.subplots(rows, columns, squeeze=False, sharey="row" if share_y else False)
    axes = [each for row in grid for each in row]
    for each in axes:
        tidy(each)
    return axes


def tidy(axes: Axes, *, grid: str = "y") -> None:
    """Give axes the house's look: no frame, quiet ticks, a faint grid along one direction."""
    for side in ("top", "right", "left"):
        axes.spines[side].set_visible(False)
    axes.spines["bottom"].set_color(MUTED)
    axes.tick_params(labelsize=SMALL, colors=INK, length=0)
    axes.grid(visible=False)
    if grid:
        axes.grid(axis="x" if grid == "x" else "y", color=GRID, linewidth=0.8)
    axes.set_axisbelow(True)


def head(axes: Axes, title: str, unit: str = "") -> None:
    """Write what a panel shows above its upper left corner, its unit below the title."""
    axes.set_title(
        title, loc="left", fontsize=HEAD, fontweight="bold", color=INK, pad=18 if unit else 6, parse_math=False
    )
    if unit:
        axes.annotate(
            unit, (0, 1), xycoords="axes fraction", xytext=(0, 5), textcoords="offset points", fontsize=SMALL, color=MUTED,
            parse_math=False,
        )  # fmt: skip


def label_ends(axes: Axes, ends: Sequence[tuple[float, float, str, str]], gap: float = 0.065) -> None:
    """Write (x, y, text, colour) at the ends of lines, moved apart where they would meet; a line of text is `gap` high."""
    if not ends:
        return
    # Lines end at the edge, so that grid and axis do not run into the labels.
    axes.set_xlim(right=max(x for x, *_ in ends))
    low, high = axes.get_ylim()
    wanted = np.array([(y - low) / (high - low) for _, y, _, _ in ends])
    heights = np.array([gap * (1 + text.count("\n")) for _, _, text, _ in ends])
    order = np.argsort(wanted, kind="stable")
    places = wanted.copy()
    for before, now in pairwise(order):
        places[now] = max(places[now], places[before] + (heights[before] + heights[now]) / 2)
    # Half of what was pushed up goes back down, so that labels stay around their lines.
    shift = float(np.mean(places - wanted))
    for (x, _, text, colour), place in zip(ends, places - shift, strict=True):
        axes.annotate(
            text, (x, low + place * (high - low)), xytext=(5, 0), textcoords="offset points", fontsize=SMALL,
            color=colour, va="center", annotation_clip=False, parse_math=False,
        )  # fmt: skip


def _lay_out(figure: Figure) -> None:
    """Find the places of all panels for SVG, once and for all: saving would draw the whole figure for that."""
    engine, dpi = figure.get_layout_engine(), figure.dpi
    if engine is not None:
        FigureCanvasSVG(figure)
        figure.dpi = _POINTS_AN_INCH
        engine.execute(figure)
        figure.dpi = dpi
        figure.set_layout_engine(None)


def svg(figure: Figure, name: str) -> str:
    """Return a figure as SVG text without date, random names or references to other places.

    Parameters
    ----------
    name : begins every id, so that several figures can stand in one page.
    """
    _lay_out(figure)
    buffer = io.StringIO()
    figure.savefig(buffer, format="svg", metadata={"Date": None, "Creator": None})
    text = buffer.getvalue()
    text = re.sub(r"<\?xml.*?\?>\s*|<!DOCTYPE.*?>\s*|<metadata>.*?</metadata>\s*", "", text, flags=re.DOTALL)
    used = dict.fromkeys(re.findall(r'(?:url\(#|href="#)([^")]+)', text))
    names = {old: f"{name}-{i}" for i, old in enumerate(used)}
    text = re.sub(r'(url\(#|href="#)([^")]+)', lambda found: found[1] + names[found[2]], text)
    return re.sub(r' id="([^"]+)"', lambda found: f' id="{names[found[1]]}"' if found[1] in names else "", text)
