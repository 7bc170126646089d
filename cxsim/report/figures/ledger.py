"""Credits and debits of the emotional accounts, by touchpoint and by cause."""

from __future__ import annotations

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from cxsim.report.bookings import CAUSES, booked
from cxsim.report.evidence import BASELINE, Evidence
from cxsim.report.style import GAIN, INK, LOSS, SMALL, TEXT, canvas, head, panels, tidy
from cxsim.report.visits import ordered

_UNAVOIDABLE = "#f2bd99"


def draw(evidence: Evidence, arm: str = BASELINE) -> Figure:
    """Return what an arm booked, in ec a customer and year: credits to the right, debits to the left."""
    places = booked(evidence, arm, ["touchpoint"])
    places = places.reindex([name for name in ordered(evidence) if name in places.index])
    causes = booked(evidence, arm, ["cause"])
    causes = causes.reindex([name for name in CAUSES if name in causes.index]).rename(index=CAUSES)
    figure = canvas(0.9 + 0.3 * max(len(places), len(causes)))
    left, right = panels(figure, 1, 2)
    _bars(left, places, "By touchpoint")
    _bars(right, causes, "By cause")
    return figure


def _bars(axes: Axes, rows: pd.DataFrame, title: str) -> None:
    y = range(len(rows))
    unavoidable = rows["debits"] - rows["avoidable"]
    axes.barh(y, rows["credits"], height=0.66, color=GAIN)
    axes.barh(y, -rows["avoidable"], height=0.66, color=LOSS)
    axes.barh(y, -unavoidable, left=-rows["avoidable"], height=0.66, color=_UNAVOIDABLE)
    for place, (credit, debit) in enumerate(zip(rows["credits"], rows["debits"], strict=True)):
        for value, x, shift, side in ((credit, credit, 3, "left"), (-debit, -debit, -3, "right")):
            if abs(value) >= 0.005:
                axes.annotate(
                    f"{abs(value):.2f}", (x, place), xytext=(shift, 0), textcoords="offset points", ha=side, va="center",
                    fontsize=SMALL, color=INK,
                )  # fmt: skip
    axes.set_yticks(list(y), [str(name).replace("_", " ") for name in rows.index], fontsize=TEXT, parse_math=False)
    axes.set_ylim(len(rows) - 0.4, -0.6)
    axes.axvline(0.0, color=INK, linewidth=0.9)
    tidy(axes, grid="x")
    axes.spines["bottom"].set_visible(False)
    left, right = float(rows["debits"].max()), float(rows["credits"].max())
    axes.set_xlim(-left - 0.16 * (left + right), right + 0.16 * (left + right))
    head(axes, title, "ec a customer and year: debits left, credits right")
