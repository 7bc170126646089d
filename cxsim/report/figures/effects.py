"""The effects of every intervention with their intervals: one panel a metric, one row an intervention, one mark a horizon."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from cxsim.metrics.horizons import METRICS
from cxsim.report.evidence import Evidence
from cxsim.report.style import GAIN, GRID, INK, LOSS, MUTED, SMALL, TEXT, UNDECIDED, canvas, head, panels, tidy
from cxsim.report.wording import TITLES, Verdict, drawn, money_unit, unit, verdict

_METRICS = ("churn_rate", "ltv", "nps_true", "profit")
_LEAST = 1e-6
"""What is smaller is the rounding of the last digit, not an effect."""
_MARKS = ("o", "s", "D", "^", "v", "P")
_COLOURS = {Verdict.GAIN: GAIN, Verdict.LOSS: LOSS}


def draw(evidence: Evidence, metrics: Sequence[str] = _METRICS) -> Figure:
    """Return the forest of effects, interventions by net present value from above."""
    arms = evidence.ranked
    step = 0.2 * max(2, len(evidence.horizons)) + 0.14
    figure = canvas(1.5 + step * len(arms))
    axes = panels(figure, 1, len(metrics), share_y=True)
    for each, metric in zip(axes, metrics, strict=True):
        _panel(each, evidence, metric)
    rows = np.arange(len(arms))
    axes[0].set_yticks(rows, [_folded(evidence.label(arm)) for arm in arms], fontsize=TEXT, parse_math=False)
    axes[0].set_ylim(len(arms) - 0.5, -0.5)
    figure.supxlabel(_key(evidence), fontsize=SMALL, color=MUTED)
    return figure


def _panel(axes: Axes, evidence: Evidence, metric: str) -> None:
    # Lifetime value is that of a whole life, whatever the horizon it is split at.
    horizons = evidence.horizons[-1:] if metric == "ltv" else evidence.horizons
    size, name = _sized(evidence, metric)
    for row, arm in enumerate(evidence.ranked):
        if row % 2:
            axes.axhspan(row - 0.5, row + 0.5, color=GRID, alpha=0.35, linewidth=0)
        for place, weeks in enumerate(horizons):
            effect = evidence.effect(metric, arm, weeks)
            y = row + (place - (len(horizons) - 1) / 2) * 0.25
            found = verdict(effect.low, effect.high, higher_is_better=METRICS[metric].higher_is_better)
            colour = _COLOURS.get(found, UNDECIDED)
            mark = _MARKS[evidence.horizons.index(weeks) % len(_MARKS)]
            axes.plot(
                [effect.low * size, effect.high * size], [y, y], color=colour, linewidth=1.8, solid_capstyle="butt"
            )
            face = colour if found in _COLOURS else "white"
            axes.plot(effect.difference * size, y, mark, color=colour, markerfacecolor=face, markersize=4.8)
    axes.axvline(0.0, color=INK, linewidth=0.9)
    head(axes, TITLES[metric], name)
    tidy(axes, grid="x")
    axes.spines["bottom"].set_visible(False)
    axes.locator_params(axis="x", nbins=4)
    axes.margins(x=0.12)
    if max(abs(bound) for bound in axes.get_xlim()) < _LEAST:
        axes.set_xlim(-1.0, 1.0)


def _sized(evidence: Evidence, metric: str) -> tuple[float, str]:
    """Return the factor from the table to the axis, and the unit of the axis."""
    if METRICS[metric].unit != "{currency}":
        return drawn(metric), unit(metric, evidence.currency).replace("initial customer", "customer")
    largest = max(abs(evidence.effect(metric, arm).difference) for arm in evidence.ranked)
    size, name = money_unit(largest)
    return 1.0 / size, f"{name}{evidence.currency}"


def _key(evidence: Evidence) -> str:
    names = {"o": "circle", "s": "square", "D": "diamond", "^": "triangle", "v": "wedge", "P": "cross"}
    marks = [f"{names[mark]}: {weeks} weeks" for mark, weeks in zip(_MARKS, evidence.horizons, strict=False)]
    return f"{', '.join(marks)}.   Blue: better for the firm; orange: worse; hollow grey: the interval includes zero."


def _folded(words: str, width: int = 20) -> str:
    return "\n".join(textwrap.wrap(words, width))
