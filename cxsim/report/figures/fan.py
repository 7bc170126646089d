"""A history and the fan of its forecast."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from cxsim.report.style import BASELINE, INK, SMALL, TREATED, canvas, head, label_ends, panels

SHOWN = 4
"""How many horizons of the history are drawn before the forecast."""
LABELS = {
    "seasonal_naive": "last season\nrepeated",
    "nothing_done": "nothing done",
    "scenario": "as realised",
    "scenario_as_simulated": "as simulated",
}


def draw(history: pd.DataFrame, rows: pd.DataFrame, fans: Sequence[str], lines: Sequence[str], title: str) -> Figure:
    """Return the figure of one series.

    Parameters
    ----------
    history : ``time, value``.
    rows : ``time, model, mean`` and ``lower_L, upper_L``.
    fans, lines : models drawn with their intervals and without.
    """
    figure = canvas(3.4)
    (axes,) = panels(figure, 1, 1)
    steps = int((rows["model"] == fans[0]).sum())
    past = history.tail(max(SHOWN * steps, 24))
    axes.plot(past["time"], past["value"], color=INK, linewidth=1.3)
    colours = dict(zip(fans, (BASELINE, TREATED) if len(fans) > 1 else (TREATED,), strict=True))
    ends = [_fan(axes, rows[rows["model"] == model], colours[model], _label(model)) for model in fans]
    for model in lines:
        own = rows[rows["model"] == model]
        axes.plot(own["time"], own["mean"], color=BASELINE, linewidth=1.2, linestyle=(0.0, (4.0, 2.0)))
        ends.append((*_end(axes), _label(model), BASELINE))
    label_ends(axes, ends)
    axes.set_xlabel("time", fontsize=SMALL)
    head(axes, title, "history, central forecast and its intervals")
    return figure


def _fan(axes: Axes, rows: pd.DataFrame, colour: str, label: str) -> tuple[float, float, str, str]:
    levels = sorted((name.removeprefix("lower_") for name in rows.columns if name.startswith("lower_")), key=float)
    for level in levels:
        axes.fill_between(
            rows["time"], rows[f"lower_{level}"], rows[f"upper_{level}"], color=colour, alpha=0.18, linewidth=0
        )
    axes.plot(rows["time"], rows["mean"], color=colour, linewidth=1.8)
    return (*_end(axes), label, colour)


def _end(axes: Axes) -> tuple[float, float]:
    """Return where the line drawn last ends, dates as the axes place them."""
    line = axes.lines[-1]
    return float(np.asarray(line.get_xdata(orig=False))[-1]), float(np.asarray(line.get_ydata())[-1])


def _label(model: str) -> str:
    return LABELS.get(model, "forecast")
