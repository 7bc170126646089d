"""Cumulative discounted cash of every intervention: how deep it goes, and when it has paid for itself."""

from __future__ import annotations

import numpy as np
from matplotlib.figure import Figure

from cxsim.metrics.horizons import discounts
from cxsim.report.evidence import Evidence
from cxsim.report.style import INK, SERIES, SMALL, canvas, head, label_ends, panels
from cxsim.report.wording import money_unit
from cxsim.study.paired import mean_interval

_STYLES = ("solid", "dashed", "dotted")


def draw(evidence: Evidence) -> Figure:
    """Return one line an intervention with its interval, profit against the baseline added up week by week."""
    figure = canvas(4.4)
    (axes,) = panels(figure, 1, 1)
    lines = {arm: cumulative(evidence, arm) for arm in evidence.ranked}
    largest = max(float(np.abs(line).max()) for line in lines.values())
    size, unit = money_unit(largest)
    weeks = evidence.panel()["week"][0] + 1.0 / evidence.scenario.time.ticks_per_week
    axes.axhline(0.0, color=INK, linewidth=0.9)
    ends = []
    for place, (arm, line) in enumerate(lines.items()):
        colour, style = SERIES[place % len(SERIES)], _STYLES[place // len(SERIES) % len(_STYLES)]
        bounds = np.array([mean_interval(values / size, evidence.confidence) for values in line.T])
        axes.fill_between(weeks[: len(bounds)], bounds[:, 1], bounds[:, 2], color=colour, alpha=0.15, linewidth=0)
        axes.plot(weeks[: len(bounds)], bounds[:, 0], color=colour, linewidth=1.8, linestyle=style)
        ends.append((float(weeks[len(bounds) - 1]), float(bounds[-1, 0]), evidence.label(arm), colour))
    label_ends(axes, ends, gap=0.052)
    axes.set_xlabel("week of the run", fontsize=SMALL)
    head(axes, "Profit against the baseline, added up", f"{unit}{evidence.currency}, discounted")
    return figure


def cumulative(evidence: Evidence, arm: str) -> np.ndarray[tuple[int, int], np.dtype[np.float64]]:
    """Return the discounted profit of an arm less that of the baseline, added up, replications x ticks."""
    per_week = evidence.scenario.time.ticks_per_week
    cut = evidence.end * per_week
    gained = (evidence.panel(arm)["profit"] - evidence.panel()["profit"])[:, :cut] * evidence.scale
    return np.asarray(np.cumsum(gained * discounts(cut, per_week, evidence.scenario.money.discount_year), axis=1))
