"""How earlier forecasts of the same history fared."""

from __future__ import annotations

import numpy as np

from cxsim.report.forecast_folder import Folder, model_name
from cxsim.report.page import Page, section, table, text
from cxsim.report.wording import GAP, number

TITLE = "How earlier forecasts fared"
_FEW = 6
"""Forecasts that say little about the shares inside."""


def write(folder: Folder, _: Page) -> str:
    """Return the section; nothing without a backtest."""
    rows = folder.table("scores")
    if rows.empty:
        return ""
    several = len(folder.series) > 1
    lines = [
        [
            *([str(row["series"])] if several else []),
            model_name(folder, str(row["model"])),
            number(row["origins"]),
            number(row["mase"], 2),
            number(row["wis"], 2),
            number(row["bias"], 2, signed=True),
            *(f"{number(100.0 * row[f'coverage_{level}'])}{GAP}%" for level in folder.levels),
            "too few" if np.isnan(row["dm_p"]) else number(row["dm_p"], 3),
        ]
        for row in rows.to_dict("records")
    ]
    heads = [*(["Series"] if several else []), "Model", "Forecasts", "Error (MASE)", "Interval score (WIS)", "Bias"]
    heads += [*(f"Inside {level}{GAP}%" for level in folder.levels), "p of no difference"]
    words = (
        "Forecasts made again from earlier points of the history and held against what came. Errors and scores are over the mean "
        "error that repeating the last season makes inside the history: below 1 is better. Bias above 0 is too high. The last "
        "column tests whether a model is as accurate as repeating the last season (Diebold and Mariano)."
    )
    if rows["origins"].max() < _FEW:
        words += f" {int(rows['origins'].max())} forecasts are few: the shares inside are rough."
    body = table(heads, lines, numbers=2 if several else 1)
    return section("backtest", TITLE, text(words), body)
