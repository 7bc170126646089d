"""The firm's own customers: observed against simulated churn, and what had to be assumed."""

from __future__ import annotations

import numpy as np
import pandas as pd

from cxsim.report.evidence import Evidence
from cxsim.report.figures import observed_simulated
from cxsim.report.page import Page, section, table, text
from cxsim.report.wording import number, percent

TITLE = "Your customers: observed and simulated churn"


def write(evidence: Evidence, page: Page) -> str:
    """Return the section, nothing where the customers were drawn or their churn was not observed."""
    if "calibration" not in evidence.tables:
        return ""
    cells = evidence.tables["calibration"]
    cells = cells[cells["observed"].notna()]
    facts = evidence.facts.get("data", {})
    window = facts.get("churn_window_weeks")
    assumed = f"Assumption: the churn flag was observed over {window:g} weeks. " if window is not None else ""
    note = facts.get("churn_window_note", "")
    rows = [("all", "all", *_line(cells))]
    rows += [(str(name), "all", *_line(part)) for name, part in cells.groupby("contract", sort=False)]
    rows += [(row["contract"], row["tenure_class"], *_line(cells.loc[[i]])) for i, row in cells.iterrows()]
    caption = (
        "Share of the customers in the file that is lost within the window, as observed, and as simulated with luck that the "
        "churn level was not solved on. Below each class: its weeks of tenure and its customers."
    )
    missed = int((~cells["reached"]).sum())
    words = f"{missed} of {len(cells)} cells could not be brought to their target." if missed else ""
    return section(
        "own-customers",
        TITLE,
        text(f"{assumed}{note[:1].upper()}{note[1:]}{'.' if note else ''}".strip()),
        page.figure("observed_simulated", observed_simulated.draw(cells), caption),
        text(words, "note") if words else "",
        table(("Contract", "Weeks of tenure", "Customers", "Observed", "Simulated", "Difference"), rows, numbers=2),
    )


def _line(cells: pd.DataFrame) -> tuple[str, str, str, str]:
    customers = cells["customers"].to_numpy()
    observed, simulated = (float(np.average(cells[name], weights=customers)) for name in ("observed", "simulated"))
    points = 100.0 * (simulated - observed)
    return number(customers.sum()), percent(observed), percent(simulated), f"{number(points, 1, signed=True)} pp"
