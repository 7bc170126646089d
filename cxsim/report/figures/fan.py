"""A history and the fan of its forecast; under an intervention, what it changes below."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from cxsim.report.style import BASELINE, INK, MUTED, SMALL, canvas, head, label_ends, tidy
from cxsim.report.target import Target

SHOWN = 4
"""How many horizons of the history are drawn before the forecast."""
_DASHES = (0.0, (4.0, 2.0))


@dataclass(frozen=True)
class Line:
    """A model as it is drawn: its name, what it is called, and whether with its intervals."""

    model: str
    label: str
    fan: bool = False
    colour: str = BASELINE


def draw(
    history: pd.DataFrame,
    rows: pd.DataFrame,
    lines: Sequence[Line],
    target: Target,
    title: str,
    differences: Sequence[Line] = (),
) -> Figure:
    """Return the figure of one series.

    Parameters
    ----------
    history : ``time, value``.
    rows : ``time, model, mean`` and ``lower_L, upper_L``.
    lines : models of levels.
    differences : models of differences to nothing done, drawn in a panel below.
    """
    steps = int((rows["model"] == lines[0].model).sum())
    past = history.tail(max(SHOWN * steps, 24))
    figure = canvas(6.2 if differences else 3.6, space=0.06)
    heights = [3.0, 2.0] if differences else [3.0]
    axes = figure.subplots(len(heights), 1, squeeze=False, gridspec_kw={"height_ratios": heights})[:, 0]
    levels = rows[rows["model"].isin([line.model for line in lines])]
    size, unit = target.axis(_largest(pd.concat([past["value"], *_ends(levels)])))
    axes[0].plot(past["time"], past["value"] / size, color=INK, linewidth=1.3)
    ends = [_line(axes[0], rows, line, size) for line in lines]
    _finish(axes[0], ends, title, unit)
    if differences:
        changes = rows[rows["model"].isin([line.model for line in differences])]
        size, unit = target.axis(_largest(pd.concat(_ends(changes))), change=True)
        axes[1].axhline(0.0, color=MUTED, linewidth=0.9)
        _finish(axes[1], [_line(axes[1], rows, line, size) for line in differences], "Difference to nothing done", unit)
    if past["time"].dtype.kind != "M":
        axes[-1].set_xlabel(target.step, fontsize=SMALL)
    return figure


def _line(axes: Axes, rows: pd.DataFrame, line: Line, size: float) -> tuple[float, float, str, str]:
    """Draw a model and return where its line ends, its label and its colour."""
    own = rows[rows["model"] == line.model]
    for low, high in zip(*_pairs(own), strict=True) if line.fan else ():
        axes.fill_between(own["time"], low / size, high / size, color=line.colour, alpha=0.18, linewidth=0)
    style = "-" if line.fan else _DASHES
    axes.plot(own["time"], own["mean"] / size, color=line.colour, linewidth=1.8 if line.fan else 1.3, linestyle=style)
    drawn = axes.lines[-1]
    # Dates as the axes place them.
    x, y = float(np.asarray(drawn.get_xdata(orig=False))[-1]), float(np.asarray(drawn.get_ydata())[-1])
    return x, y, line.label, line.colour


def _finish(axes: Axes, ends: Sequence[tuple[float, float, str, str]], title: str, unit: str) -> None:
    tidy(axes)
    # Numbers are written out: a factor over the axis is read over.
    axes.ticklabel_format(axis="y", style="plain", useOffset=False)
    axes.tick_params(labelsize=SMALL)
    label_ends(axes, ends, gap=0.075)
    head(axes, title, unit)


def _pairs(rows: pd.DataFrame) -> tuple[list[pd.Series], list[pd.Series]]:
    """Return the lower and the upper ends of all levels."""
    names = [str(name) for name in rows.columns]
    lower = [rows[name] for name in names if name.startswith("lower_")]
    upper = [rows[name] for name in names if name.startswith("upper_")]
    return lower, upper


def _ends(rows: pd.DataFrame) -> list[pd.Series]:
    lower, upper = _pairs(rows)
    return [*lower, *upper]


def _largest(values: pd.Series) -> float:
    return float(values.abs().max())
