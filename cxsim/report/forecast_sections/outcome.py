"""The forecast itself: the few numbers that matter, a fan for every series, totals, every step."""

from __future__ import annotations

import re
from collections.abc import Callable, Hashable, Mapping, Sequence
from html import escape
from typing import Any

import pandas as pd

from cxsim.forecast.scenario import EFFECT, FULL_EFFECT, NOTHING_DONE, SCENARIO
from cxsim.report.figures import fan
from cxsim.report.forecast_folder import NAIVE, Folder, model_name, naive_name
from cxsim.report.page import Page, section, table, text
from cxsim.report.style import TREATED
from cxsim.report.target import relative
from cxsim.report.wording import GAP, listed

TITLE = "Forecast"
_DIFFERENCES = {EFFECT, FULL_EFFECT}
_FEW = 3
"""Series that are told in words; of more there are tables."""


def write(folder: Folder, page: Page) -> str:
    """Return the section: what is forecast, a fan for each series, and every number."""
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
    return section("forecast", TITLE, *parts)


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
            [fan.Line(NAIVE, naive_name(folder).replace(" repeated", "\nrepeated").lower())]
            if NAIVE in models[1:]
            else []
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
        lines.append(
            [*(str(row[name]) for name in names), model_name(folder, str(row["model"])), say(row["mean"]), *ends]
        )
    heads = [*(name.capitalize() for name in names), "", "Central", *(f"{level} % interval" for level in folder.levels)]
    return table(heads, lines, numbers=len(names) + 1)
