"""The report of a finished forecast: one self-contained page and a fan chart for every series, from its folder alone."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from html import escape
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from cxsim.forecast.scenario import EFFECT, FULL, FULL_EFFECT, NOTHING_DONE, SCENARIO
from cxsim.report.figures import fan
from cxsim.report.page import Page, document, section, table, text
from cxsim.report.style import TREATED
from cxsim.report.target import Target, relative, target_of
from cxsim.report.wording import GAP, NOTHING, listed, number

NAIVE = "seasonal_naive"
MODELS = {
    NOTHING_DONE: "Nothing done",
    SCENARIO: "As realised",
    FULL: "As simulated",
    EFFECT: "Difference, as realised",
    FULL_EFFECT: "Difference, as simulated",
    "combination": "Forecast: median of several models",
    "state_space": "Forecast: state space of the rate",
}
SOURCES = {
    "history": "what the history leaves open",
    "counting": "chance of counting customers",
    "monte_carlo": "effect: luck of the replications",
    "parameter": "effect: parameters of the model",
    "realisation": "effect: share that is realised",
}
_OF_EFFECT = ("monte_carlo", "parameter", "realisation")
_DIFFERENCES = {EFFECT, FULL_EFFECT}
_LOST = 1e-9
"""Share of a variance that is the rounding of one that was estimated as 0."""
_FEW = 3
"""Series that are told in words; of more there are tables."""


@dataclass(frozen=True)
class Folder:
    """The tables of a forecast's folder, and what the manifest says of it."""

    path: Path
    facts: Mapping[str, Any]

    @property
    def arm(self) -> Mapping[str, Any] | None:
        """Return what is known of the arm under which the history is forecast, if any."""
        arm: Mapping[str, Any] | None = self.facts["about"].get("arm")
        return arm

    @property
    def levels(self) -> list[str]:
        """Return the levels of the intervals in percent, rising."""
        return [f"{level:g}" for level in sorted(self.facts["forecast"]["levels"])]

    @property
    def kappa(self) -> str:
        """Return the share that is realised, in words."""
        return "{mean:g} ± {sd:g}".format(**self.facts["forecast"]["realisation"])

    @cached_property
    def forecast(self) -> pd.DataFrame:
        """Return the table of forecasts."""
        return self.table("forecast")

    @cached_property
    def target(self) -> Target:
        """Return how the target is said."""
        return target_of(dict(self.facts["about"]), str(self.forecast["target"].iloc[0]))

    @cached_property
    def series(self) -> list[str]:
        """Return the names of the series."""
        return [str(name) for name in self.forecast["series"].unique()]

    def table(self, name: str) -> pd.DataFrame:
        """Return a table, empty where there is none; dates as dates."""
        file = self.path / f"{name}.csv"
        found = pd.read_csv(file, dtype={"series": str}) if file.exists() else pd.DataFrame()
        if "time" in found.columns and found["time"].dtype.kind not in "iu":
            found["time"] = pd.to_datetime(found["time"])
        return found

    def named(self, series: str) -> str:
        """Return what to add to a title for a series, nothing where there is only one."""
        return f", {series}" if len(self.series) > 1 else ""


def render(run_dir: Path, page: Page) -> str:
    """Return the page as HTML; its figures are kept in `page`."""
    folder = Folder(run_dir, json.loads((run_dir / "manifest.json").read_text("utf-8")))
    parts = (_forecast(folder, page), _uncertainty(folder), _scores(folder), _covered(folder), _fits(folder))
    sections = [part for part in parts if part[2]]
    title = folder.target.name + ("" if folder.arm is None else f" under {folder.arm['label']}")
    body = "".join(html for _, _, html in sections)
    contents = [(name, words) for name, words, _ in sections]
    top = f"<h1>{escape('Forecast: ' + title)}</h1>{text(_lead(folder), 'lead')}"
    return document(f"Forecast: {title}", contents, top + body)


def _lead(folder: Folder) -> str:
    history, target = folder.table("history"), folder.target
    end, last = history["time"].max(), folder.forecast["time"].max()
    horizon = int(folder.facts["forecast"]["horizon"])
    ahead = f"{horizon} {target.step}{'s' if horizon > 1 and not target.step.endswith('s') else ''}"
    words = f"{ahead} after {target.at(end)}, to {target.at(last)}, with intervals of {listed(folder.levels)} %."
    size = folder.facts["about"].get("simulated")
    if size is not None:
        words += f" Numbers are those of the {number(size)} simulated customers, who stand for "
        words += f"{number(folder.facts['about']['represents'])}."
    return words


# -- the forecast ------------------------------------------------------------------------------------------------------


def _forecast(folder: Folder, page: Page) -> tuple[str, str, str]:
    history, parts = folder.table("history"), []
    if folder.arm is not None:
        parts.append(text(_explained(folder)))
    for place, series in enumerate(folder.series):
        own = folder.forecast[folder.forecast["series"] == series]
        if len(folder.series) <= _FEW:
            parts.append(_cards(folder, series, own))
        slug = re.sub(r"\W+", "_", series).strip("_").lower() or "series"
        key = f"fan-{slug}" if f"fan-{slug}" not in page.figures else f"fan-{slug}-{place}"
        past = history[history["series"] == series]
        caption = f"{folder.target.name}{folder.named(series)}: history, forecast and {_bands(folder)}."
        parts.append(page.figure(key, _figure(folder, past, own, series), caption))
    parts += [_totals(folder), _every_step(folder)]
    return "forecast", "Forecast", section("forecast", "Forecast", *parts)


def _explained(folder: Folder) -> str:
    """Return how a forecast under an arm comes about."""
    assert folder.arm is not None  # noqa: S101  # said of arms alone
    arm, target = folder.arm, folder.target
    steps = folder.forecast["time"].unique()
    first = int(arm["first_step"])
    starts = f"acts from {target.at(steps[first - 1])} on" if first <= len(steps) else "starts after the last step"
    return (
        f"The history says the level, the simulator only the effect: what “{arm['label']}” changes between "
        f"{arm['replications']} pairs of runs with the same luck. “Nothing done” carries the history on. “As realised” adds the "
        f"simulated effect times a share of {folder.kappa}, which is a choice unless past interventions have updated it; “as "
        f"simulated” adds all of it. The simulated start is the first {target.step} after the history; the intervention {starts}."
    )


def _cards(folder: Folder, series: str, rows: pd.DataFrame) -> str:
    """Return the few numbers that matter most."""
    target, widest = folder.target, folder.levels[-1]
    if folder.arm is None:
        model = str(rows["model"].iloc[0])
        steps = rows[rows["model"] == model].iloc[[0, -1]].to_dict("records")
        cards = [
            (target.at(row["time"]), target.level(row["mean"]), _interval(target.levels, row, widest)) for row in steps
        ]
    else:
        total = folder.table("total")
        found = total[total["series"] == series].set_index("model").to_dict("index")
        over = f"{target.whole} of the {len(rows['time'].unique())} {target.step}s"
        before = found[NOTHING_DONE]["mean"]
        cards = [(f"Nothing done, {over}", target.level(before), _interval(target.levels, found[NOTHING_DONE], widest))]
        for model, share in (
            (EFFECT, f"{folder.kappa} of the effect realised"),
            (FULL_EFFECT, "all of the effect realised"),
        ):
            row = found[model]
            words = f"{relative(row['mean'], before)}; {_interval(target.changes, row, widest)}{_zero(row, widest)}"
            cards.append((f"Difference, {share}", target.change(row["mean"]), words))
    drawn = "".join(
        f'<div class="card"><h3>{escape(head)}</h3><div class="value">{escape(value)}</div><p>{escape(words)}</p></div>'
        for head, value, words in cards
    )
    named = f"<h3>{escape(series)}</h3>" if len(folder.series) > 1 else ""
    return f'{named}<div class="cards">{drawn}</div>'


def _interval(say: Callable[[float, float], str], row: Mapping[Hashable, Any], level: str) -> str:
    return f"{level}{GAP}%: {say(row[f'lower_{level}'], row[f'upper_{level}'])}"


def _zero(row: Mapping[Hashable, Any], level: str) -> str:
    """Return a warning where an interval of a difference holds zero."""
    low, high = row[f"lower_{level}"], row[f"upper_{level}"]
    return ", which includes no change" if low <= 0.0 <= high and low < high else ""


def _figure(folder: Folder, past: pd.DataFrame, rows: pd.DataFrame, series: str) -> Any:
    title = folder.target.name + folder.named(series)
    if folder.arm is None:
        models = [str(model) for model in rows["model"].unique()]
        lines = [fan.Line(models[0], "forecast", fan=True, colour=TREATED)]
        lines += (
            [fan.Line(NAIVE, _naive(folder).replace(" repeated", "\nrepeated").lower())] if NAIVE in models[1:] else []
        )
        return fan.draw(past, rows, lines, folder.target, title)
    lines = [
        fan.Line(SCENARIO, "as realised", fan=True, colour=TREATED),
        fan.Line(NOTHING_DONE, "nothing done"),
    ]
    effect = fan.Line(EFFECT, "as realised", fan=True, colour=TREATED)
    also = fan.Line(FULL_EFFECT, "as simulated")
    return fan.draw(past, rows, lines, folder.target, title, (effect, also))


def _bands(folder: Folder) -> str:
    """Return what the bands of a fan are."""
    names = ("the darker band", "the lighter band") if len(folder.levels) == 2 else ("a band",) * len(folder.levels)
    return listed([f"{name} of {level} %" for name, level in zip(names, folder.levels, strict=True)])


def _totals(folder: Folder) -> str:
    """Return the table of totals over the steps, under an arm alone."""
    rows = folder.table("total")
    if rows.empty:
        return ""
    whole = folder.target.whole
    return f"<h3>{whole.capitalize()} over all {folder.target.step}s</h3>" + _table(folder, rows, [])


def _every_step(folder: Folder) -> str:
    """Return the table of every step, folded away."""
    rows = folder.forecast.copy()
    rows["time"] = [folder.target.at(time) for time in rows["time"]]
    shown = _table(folder, rows, ["time"])
    return f"<details><summary>Every {folder.target.step} in numbers</summary>{shown}</details>"


def _table(folder: Folder, rows: pd.DataFrame, front: Sequence[str]) -> str:
    """Return central forecasts with their intervals; the series only where there are several."""
    target, names = folder.target, [*(["series"] if len(folder.series) > 1 else []), *front]
    lines = []
    for row in rows.to_dict("records"):
        differs = row["model"] in _DIFFERENCES
        say, span = (target.change, target.changes) if differs else (target.level, target.levels)
        ends = [span(row[f"lower_{level}"], row[f"upper_{level}"]) for level in folder.levels]
        lines.append([*(str(row[name]) for name in names), _model(folder, str(row["model"])), say(row["mean"]), *ends])
    heads = [*(name.capitalize() for name in names), "", "Central", *(f"{level} % interval" for level in folder.levels)]
    return table(heads, lines, numbers=len(names) + 1)


def _model(folder: Folder, name: str) -> str:
    """Return a model in words."""
    return _naive(folder) if name == NAIVE else MODELS.get(name) or f"Forecast: {name}"


def _naive(folder: Folder) -> str:
    """Return what the yardstick does, which without a season is to repeat the last value."""
    fits = folder.table("diagnostics")
    forms = fits.loc[fits["model"] == NAIVE, "form"]
    return "Last value repeated" if forms.eq("last value").any() else "Last season repeated"


# -- what is uncertain -------------------------------------------------------------------------------------------------


def _uncertainty(folder: Folder) -> tuple[str, str, str]:
    """Return where the width of the last step comes from: of the forecast, and of the difference alone."""
    rows, title = folder.table("components"), "Where the uncertainty comes from"
    if rows.empty or folder.arm is None:
        return "uncertainty", title, ""
    last = rows[rows["time"] == rows["time"].max()]
    lines = []
    for series, own in last.groupby("series", sort=False):
        of_effect = float(own.loc[own["source"].isin(_OF_EFFECT), "variance"].sum())
        for row in own.to_dict("records"):
            share = row["variance"] / of_effect if row["source"] in _OF_EFFECT and of_effect > 0.0 else np.nan
            cells = [SOURCES[row["source"]], _share(row["share"]), _share(share), _spread(folder.target, row["sd"])]
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
    return "uncertainty", title, section("uncertainty", title, text(words), body, _parameters(folder.arm))


def _parameters(arm: Mapping[str, Any]) -> str:
    names = arm["parameters"]
    if names:
        return text(f"Drawn anew in every pair of runs: {listed(list(names))}.", "note")
    return text(
        "The comparison was simulated with one set of parameters. What these leave open is not assessed, and every interval of "
        "this page is too narrow by that much; a comparison with uncertainty=assumed, or with ranges of your own, has it in.",
        "warn",
    )


def _share(share: float) -> str:
    return NOTHING if np.isnan(share) else f"{number(100.0 * share, 1)}{GAP}%"


def _spread(target: Target, sd: float) -> str:
    return target.change(sd).lstrip("+")


def _covered(folder: Folder) -> tuple[str, str, str]:
    """Return what the intervals hold and what they do not."""
    title = "What the intervals do not hold"
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
    return "limits", title, section("limits", title, f"<ul>{items}</ul>")


def _size(folder: Folder) -> str:
    points = int(folder.table("history").groupby("series")["value"].count().min())
    return f"What {points} observed points cannot show: intervals from short histories are rough."


# -- how it was made ---------------------------------------------------------------------------------------------------


def _scores(folder: Folder) -> tuple[str, str, str]:
    rows, title = folder.table("scores"), "How earlier forecasts fared"
    if rows.empty:
        return "backtest", title, ""
    several = len(folder.series) > 1
    lines = [
        [
            *([str(row["series"])] if several else []),
            _model(folder, str(row["model"])),
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
    if rows["origins"].max() < 2 * _FEW:
        words += f" {int(rows['origins'].max())} forecasts are few: the shares inside are rough."
    body = table(heads, lines, numbers=2 if several else 1)
    return "backtest", title, section("backtest", title, text(words), body)


def _fits(folder: Folder) -> tuple[str, str, str]:
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
    return "fits", "What was fitted", section("fits", "What was fitted", _widened(folder, found), *body)


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
