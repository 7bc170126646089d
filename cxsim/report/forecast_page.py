"""The report of a finished forecast: one self-contained page and a fan chart for every series, from its folder alone."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import Any

import pandas as pd

from cxsim.forecast.scenario import EFFECT, FULL, NOTHING_DONE, SCENARIO
from cxsim.report.figures import fan
from cxsim.report.page import Page, document, section, table, text
from cxsim.report.wording import listed

NAIVE = "seasonal_naive"
ARM_WORDS = (
    "The history says the level, the comparison only the effect: the difference of its arms on the logit scale, over the "
    "firm's own forecast. “Nothing done” is the history carried on; “as realised” takes a share of {mean:g} ± {sd:g} of the "
    "simulated effect to be realised, a choice unless past interventions have updated it; “as simulated” takes all of it. "
    "The simulated start is the first step after the history."
)
SOURCES = {
    "history": "what the history leaves open",
    "counting": "chance of counting customers",
    "monte_carlo": "effect: luck of the replications",
    "parameter": "effect: parameters of the model",
    "realisation": "effect: share that is realised",
}


@dataclass(frozen=True)
class _Folder:
    """The tables of a forecast's folder."""

    path: Path
    facts: Mapping[str, Any]

    @property
    def arm(self) -> str | None:
        """Return the arm under which the history is forecast, if any."""
        arm: str | None = self.facts["forecast"]["arm"]
        return arm

    @property
    def levels(self) -> list[str]:
        """Return the levels of the intervals in percent."""
        return [f"{level:g}" for level in self.facts["forecast"]["levels"]]

    def table(self, name: str) -> pd.DataFrame:
        """Return a table, empty where there is none; dates as dates."""
        file = self.path / f"{name}.csv"
        found = pd.read_csv(file, dtype={"series": str}) if file.exists() else pd.DataFrame()
        if "time" in found.columns and found["time"].dtype.kind not in "iu":
            found["time"] = pd.to_datetime(found["time"])
        return found


def render(run_dir: Path, page: Page) -> str:
    """Return the page as HTML; its figures are kept in `page`."""
    folder = _Folder(run_dir, json.loads((run_dir / "manifest.json").read_text("utf-8")))
    sections = [_forecast(folder, page), _components(folder), _scores(folder), _diagnostics(folder)]
    contents = [(name, title) for name, title, html in sections if html]
    target = str(folder.table("forecast")["target"].iloc[0])
    under = "" if folder.arm is None else f" under {folder.arm}"
    title = f"Forecast of {target}{under}"
    lead = f"{folder.facts['forecast']['horizon']} steps ahead, intervals of {listed(folder.levels)} %."
    return document(title, contents, f"<h1>{escape(title)}</h1>{text(lead, 'lead')}" + "".join(x[2] for x in sections))


def _forecast(folder: _Folder, page: Page) -> tuple[str, str, str]:
    history, rows = folder.table("history"), folder.table("forecast")
    of_arm = folder.arm is not None
    words = text(ARM_WORDS.format(**folder.facts["forecast"]["realisation"])) if of_arm else ""
    parts = [words]
    for number, (name, own) in enumerate(rows.groupby("series", sort=False)):
        models = [str(model) for model in own["model"].unique()]
        fans = [NOTHING_DONE, SCENARIO] if of_arm else [models[0]]
        lines = [FULL] if of_arm else [model for model in models[1:] if model == NAIVE]
        past = history[history["series"] == name]
        slug = re.sub(r"\W+", "_", str(name)).strip("_").lower() or "series"
        figure = fan.draw(past, own, fans, lines, f"{own['target'].iloc[0]}, {name}")
        key = f"fan-{slug}" if f"fan-{slug}" not in page.figures else f"fan-{slug}-{number}"
        parts.append(page.figure(key, figure, f"{name}: history, forecast and intervals of {listed(folder.levels)} %."))
    last = rows.groupby(["series", "model"], sort=False).tail(1)
    parts += ["<h3>At the last step</h3>", _intervals(folder, last, ("series", "time", "model"))]
    total = folder.table("total")
    if len(total):
        parts += ["<h3>Mean over all steps</h3>", _intervals(folder, total, ("series", "model"))]
    return "forecast", "Forecast", section("forecast", "Forecast", *parts)


def _components(folder: _Folder) -> tuple[str, str, str]:
    rows = folder.table("components")
    if rows.empty:
        return "uncertainty", "", ""
    shares = rows.groupby(["series", "source"], sort=False)[["share", "sd"]].mean().reset_index()
    lines = [
        (row["series"], SOURCES[row["source"]], f"{100 * row['share']:.1f} %", f"{row['sd']:.3g}")
        for row in shares.to_dict("records")
    ]
    words = (
        "Where the width of “as realised” comes from, averaged over the steps. Only the luck of the replications shrinks "
        "with more replications. One set of parameters says nothing about the uncertainty of the parameters."
    )
    heads = ("Series", "Source", "Share of the variance", "Standard deviation")
    title = "Where the uncertainty comes from"
    return "uncertainty", title, section("uncertainty", title, text(words), table(heads, lines, numbers=2))


def _scores(folder: _Folder) -> tuple[str, str, str]:
    rows = folder.table("scores")
    if rows.empty:
        return "backtest", "", ""
    names = ["series", "model", "origins", "mase", "rmsse", "wis", "bias"]
    names += [f"coverage_{level}" for level in folder.levels] + ["dm_p"]
    words = (
        "Forecasts made again from earlier points of the history and held against what came. Errors are over those of the "
        "seasonal naive forecast inside the history; dm_p tests whether the model differs from it."
    )
    body = text(words), table(names, _cells(rows, names), numbers=2, wide=True)
    return "backtest", "Backtest", section("backtest", "Backtest", *body)


def _diagnostics(folder: _Folder) -> tuple[str, str, str]:
    names = ["series", "model", "form", "converged", "fell_back_to", "reason", "notes"]
    found = folder.table("diagnostics").astype(object)
    rows = found.where(found.notna(), "")
    versions = ", ".join(f"{name} {value}" for name, value in folder.facts["versions"].items())
    made = f"Made by {versions}; seed {folder.facts['seed']}, run {folder.facts['run_id']}."
    body = table(names, _cells(rows, names), numbers=len(names), wide=True), text(made, "note")
    return "fits", "What was fitted", section("fits", "What was fitted", *body)


def _intervals(folder: _Folder, rows: pd.DataFrame, front: Sequence[str]) -> str:
    """Return a table of central forecasts with their intervals."""
    shown = rows.copy()
    if "time" in shown.columns and shown["time"].dtype.kind == "M":
        shown["time"] = shown["time"].dt.strftime("%Y-%m-%d")
    for level in folder.levels:
        ends = zip(shown[f"lower_{level}"], shown[f"upper_{level}"], strict=True)
        shown[f"{level} %"] = [f"{low:.4g} to {high:.4g}" for low, high in ends]
    names = [*front, "mean", *(f"{level} %" for level in folder.levels)]
    note = text(f"“{EFFECT}” is “as realised” less “nothing done”.", "note") if EFFECT in set(rows["model"]) else ""
    return table(names, _cells(shown, names), numbers=len(front)) + note


def _cells(rows: pd.DataFrame, names: Sequence[str]) -> list[list[str]]:
    return [
        [f"{row[name]:.4g}" if isinstance(row[name], float) else str(row[name]) for name in names]
        for row in rows.to_dict("records")
    ]
