"""What the intervals of a forecast do not hold."""

from __future__ import annotations

from html import escape

from cxsim.report.forecast_folder import Folder
from cxsim.report.page import Page, section
from cxsim.report.wording import number

TITLE = "What the intervals do not hold"


def write(folder: Folder, _: Page) -> str:
    """Return what the intervals hold and what they do not."""
    lines = [
        "A break with the past: a new competitor, a price change, a crisis. The future is taken to move as the history did.",
        f"{_size(folder)} What lies outside the interval of {folder.levels[-1]} % is rare, not impossible.",
    ]
    if folder.arm is not None:
        lines.append(
            "A simulator that is wrong about what the intervention does, beyond the share that is realised. A wrong level of the "
            "simulation does no harm: it cancels in the difference."
        )
        if len(folder.series) > 1:
            lines.append("Differences between the series in how they respond: each gets the effect on all customers.")
        if folder.arm["represents"] is not None:
            lines.append(
                f"Another size of the firm: the difference is that of {number(folder.arm['represents'])} customers, in the "
                "currency of the scenario."
            )
    if folder.facts["forecast"]["speed"] == "fast" and folder.target.kind != "rate":
        lines.append("A look at the past: speed=fast leaves intervals as the models give them, speed=full widens them.")
    items = "".join(f"<li>{escape(line)}</li>" for line in lines)
    return section("limits", TITLE, f"<ul>{items}</ul>")


def _size(folder: Folder) -> str:
    points = int(folder.table("history").groupby("series")["value"].count().min())
    return f"What {points} observed points cannot show: intervals from short histories are rough."
