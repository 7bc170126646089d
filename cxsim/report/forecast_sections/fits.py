"""What was fitted, whether it converged, and what was done instead where it did not."""

from __future__ import annotations

import pandas as pd

from cxsim.report.forecast_folder import Folder
from cxsim.report.page import Page, section, table, text
from cxsim.report.wording import listed, number

TITLE = "What was fitted"


def write(folder: Folder, _: Page) -> str:
    """Return the section: every fit, what became of it, and by how much intervals were widened."""
    found = folder.table("diagnostics").astype(object)
    rows = found.where(found.notna(), "")
    heads = {
        "series": "Series",
        "model": "Model",
        "form": "Form",
        "converged": "Converged",
        "fell_back_to": "Replaced by",
    }
    heads |= {"reason": "Reason", "warnings": "Warnings", "notes": "Notes"}
    rows["converged"] = rows["converged"].map({True: "yes", False: "no"})
    kept = [name for name in heads if (rows[name] != "").any() and (name != "series" or len(folder.series) > 1)]
    lines = [[str(row[name]) for name in kept] for row in rows.to_dict("records")]
    versions = ", ".join(f"{name} {value}" for name, value in folder.facts["versions"].items())
    made = f"Made by {versions}; seed {folder.facts['seed']}, run {folder.facts['run_id']}."
    body = table([heads[name] for name in kept], lines, numbers=len(kept), wide=True), text(made, "note")
    return section("fits", TITLE, _widened(folder, found), *body)


def _widened(folder: Folder, rows: pd.DataFrame) -> str:
    """Return by how much intervals were widened after a look at the past, where they were."""
    names = [f"widened_{level}" for level in folder.levels]
    factors = rows[names].astype(float).dropna(how="all").to_numpy()
    if not factors.size:
        return ""
    spans = [
        f"{level} % by {number(float(low), 2)}" + (f" to {number(float(high), 2)}" if high > low else "")
        for level, low, high in zip(folder.levels, factors.min(axis=0), factors.max(axis=0), strict=True)
    ]
    return text(f"Intervals were widened until they would have held the recent past: those of {listed(spans)} times.")
