"""Where the width of a forecast under an intervention comes from."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from cxsim.report.forecast_folder import Folder
from cxsim.report.page import Page, section, table, text
from cxsim.report.target import Target
from cxsim.report.wording import GAP, NOTHING, listed, number

TITLE = "Where the uncertainty comes from"
SOURCES = {
    "history": "what the history leaves open",
    "counting": "chance of counting customers",
    "monte_carlo": "effect: luck of the replications",
    "parameter": "effect: parameters of the model",
    "realisation": "effect: share that is realised",
}
_OF_EFFECT = ("monte_carlo", "parameter", "realisation")
_LOST = 1e-9
"""Share of a variance that is the rounding of one that was estimated as 0."""


def write(folder: Folder, _: Page) -> str:
    """Return where the width of the last step comes from: of the forecast, and of the difference alone."""
    rows = folder.table("components")
    if rows.empty or folder.arm is None:
        return ""
    last = rows[rows["time"] == rows["time"].max()]
    lines = []
    for series, own in last.groupby("series", sort=False):
        of_effect = float(own.loc[own["source"].isin(_OF_EFFECT), "variance"].sum())
        for row in own.to_dict("records"):
            share = row["variance"] / of_effect if row["source"] in _OF_EFFECT and of_effect > 0.0 else np.nan
            cells = [SOURCES[row["source"]], _percent(row["share"]), _percent(share), _spread(folder.target, row["sd"])]
            if np.isnan(row["variance"]):
                cells = [SOURCES[row["source"]], *["not assessed"] * 3]
            elif row["source"] == "parameter" and row["variance"] < _LOST * of_effect:
                cells = [SOURCES[row["source"]], *["lost in the luck"] * 3]
            elif row["source"] not in _OF_EFFECT:
                cells[2] = NOTHING
            lines.append([*([str(series)] if len(folder.series) > 1 else []), *cells])
    heads = [*(["Series"] if len(folder.series) > 1 else []), "Source", "Share of the forecast's variance"]
    heads += ["Share of the difference's variance", "Standard deviation"]
    at = folder.target.at(last["time"].iloc[0])
    words = (
        f"Of “as realised” in {at}. Only the luck of the replications shrinks with more of them (study.replications of the "
        "comparison); what the history, the parameters and the share that is realised leave open does not."
    )
    body = table(heads, lines, numbers=len(heads) - 3)
    return section("uncertainty", TITLE, text(words), body, _parameters(folder.arm))


def _parameters(arm: Mapping[str, Any]) -> str:
    names = arm["parameters"]
    if names:
        return text(f"Drawn anew in every pair of runs: {listed(list(names))}.", "note")
    return text(
        "The comparison was simulated with one set of parameters. What these leave open is not assessed, and every interval of "
        "this page is too narrow by that much; a comparison with uncertainty=assumed, or with ranges of your own, has it in.",
        "warn",
    )


def _percent(share: float) -> str:
    return NOTHING if np.isnan(share) else f"{number(100.0 * share, 1)}{GAP}%"


def _spread(target: Target, sd: float) -> str:
    return target.change(sd).lstrip("+")
