"""The report of an analysed log of transactions: one self-contained page, from its folder alone."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from html import escape
from pathlib import Path
from typing import Any

import pandas as pd

from cxsim.report.figures import tracking as tracks
from cxsim.report.page import Page, document, section, table, text
from cxsim.report.wording import listed
from cxsim.results.files import read_csv

NAMES = {"bg_nbd": "BG/NBD", "pareto_nbd": "Pareto/NBD", "bg_bb": "BG/BB", "sbg": "sBG"}
COUNTED = {
    "a day on which a customer bought": ("bg_nbd", "pareto_nbd"),
    "a period in which a customer bought": ("bg_bb",),
    "a period for which a contract held": ("sbg",),
}
"""What a purchase is to which law: only laws that count alike can share a figure."""
SHOWN = 15
TABLES = ("notes", "fits", "tracking", "frequencies", "holdout", "accuracy", "forecast", "customer_values")


def render(run_dir: Path, page: Page) -> str:
    """Return the page as HTML; its figures are kept in `page`."""
    facts = json.loads((run_dir / "manifest.json").read_text("utf-8"))
    tables = {name: read_csv(run_dir / f"{name}.csv", {"customer": str}) for name in TABLES}
    parts = [
        _log(tables),
        _tracking(tables, facts, page),
        _groups(tables, page),
        _forecast(tables, facts),
        _customers(tables, facts),
        _fits(tables, facts),
    ]
    title = f"Customers of {Path(str(facts['data']['transactions'])).name}"
    unit = facts["forecast"]["purchases"]["unit"]
    laws = listed([NAMES[law] for law in tables["accuracy"]["law"]])
    horizon = facts["forecast"]["horizon"]
    lead = f"{laws}: fitted to the first {unit}, held against the others, and carried on for {horizon} {unit}."
    return document(title, f"<h1>{escape(title)}</h1>{text(lead, 'lead')}", parts)


def _log(tables: Mapping[str, pd.DataFrame]) -> tuple[str, str]:
    notes = [str(note) for note in tables["notes"]["note"]]
    words = [text(note[0].upper() + note[1:] + ".") for note in notes] or [text("The log was taken as it is.")]
    return "What was done to the log", section("log", "What was done to the log", *words)


def _tracking(tables: Mapping[str, pd.DataFrame], facts: Mapping[str, Any], page: Page) -> tuple[str, str]:
    unit = facts["forecast"]["purchases"]["unit"]
    parts = [
        text(
            "What a law fitted to the shaded periods expects of new customers, beside what they bought. The other periods "
            "were not known to it."
        )
    ]
    for words, laws in COUNTED.items():
        names = {law: NAMES[law] for law in laws if (tables["tracking"]["law"] == law).any()}
        if names:
            figure = tracks.draw(tables["tracking"], names, unit)
            parts.append(page.figure(f"tracking-{next(iter(names))}", figure, f"A purchase is {words}."))
    levels = [f"{level:g}" for level in facts["forecast"]["levels"]]
    heads = ["Law", "Bought", "Expected", "Error", "Cumulative error", "MAPE", *(f"{level} %" for level in levels)]
    rows = [
        [
            NAMES[row["law"]],
            f"{row['actual']:,.0f}",
            f"{row['expected']:,.0f}",
            f"{row['error_percent']:+.1f} %",
            f"{row['cumulative_error_percent']:+.1f} %",
            f"{row['mape_percent']:.1f} %",
            *(_between(row, level) for level in levels),
        ]
        for row in tables["accuracy"].to_dict("records")
    ]
    note = (
        "Bought and expected: all purchases after the calibration, given what each customer had done until then; intervals "
        "hold chance, uncertain parameters and what the law missed while it was fitted. Cumulative: of the lines above."
    )
    parts += [table(heads, rows, wide=True), text(note, "note")]
    return "Does it track?", section("tracking", "Does it track?", *parts)


def _groups(tables: Mapping[str, pd.DataFrame], page: Page) -> tuple[str, str]:
    shown = {}
    if len(tables["frequencies"]):
        shown["Customers by repeat purchases"] = tables["frequencies"]
    shown["Purchases afterwards, on average"] = tables["holdout"]
    parts = []
    for laws in COUNTED.values():
        names = {law: NAMES[law] for law in laws if (tables["holdout"]["law"] == law).any()}
        own = {title: part[part["law"].isin(list(names))] for title, part in shown.items()}
        own = {title: part for title, part in own.items() if len(part)}
        if own:
            caption = "Left, how well the law describes its own periods; right, how well it foresees the others."
            figure = tracks.draw_groups(own, names)
            parts.append(page.figure(f"groups-{next(iter(names))}", figure, caption if len(own) > 1 else "Holdout."))
    return "By past purchases", section("groups", "By past purchases", *parts)


def _forecast(tables: Mapping[str, pd.DataFrame], facts: Mapping[str, Any]) -> tuple[str, str]:
    levels = [f"{level:g}" for level in facts["forecast"]["levels"]]
    last = tables["forecast"].groupby("law", sort=False).tail(1)
    rows = [
        [NAMES[row["law"]], str(row["last_day"]), f"{row['expected_cumulative']:,.0f}"]
        + [_between(row, level, "cumulative_") for level in levels]
        for row in last.to_dict("records")
    ]
    heads = ["Law", "Until", "Purchases", *(f"{level} %" for level in levels)]
    words = text("Purchases of today's customers from the end of the log on; those still to be won are not in it.")
    return "What is to come", section("forecast", "What is to come", words, table(heads, rows, numbers=2))


def _customers(tables: Mapping[str, pd.DataFrame], facts: Mapping[str, Any]) -> tuple[str, str]:
    asked = facts["forecast"]["purchases"]
    unit, to_come = asked["unit"], f"next_{facts['forecast']['horizon']}_{asked['unit']}"
    purchases, value, lifetime = f"purchases_{to_come}", f"value_{to_come}_pv_at_end", "lifetime_value_pv_at_end"
    ahead = f"next {facts['forecast']['horizon']} {unit}"
    heads = {
        "customer": "Customer",
        "first_date": "First purchase",
        "frequency": "Repeat purchases",
        f"recency_{unit}": f"Last purchase after, {unit}",
        f"age_{unit}": f"Known for, {unit}",
        "p_alive": "P(alive)",
        purchases: f"Purchases, {ahead}",
        "spend": "Amount expected",
        value: f"Value, {ahead}",
        lifetime: "Lifetime value",
    }
    parts = []
    for law, own in tables["customer_values"].groupby("law", sort=False):
        by = value if own[value].notna().any() else purchases
        best = own.sort_values(by, ascending=False, kind="stable").head(SHOWN)
        names = [name for name in heads if name != lifetime]
        total = "" if by == purchases else f", all of them {own[value].sum():,.0f}"
        if own[lifetime].notna().any():
            names.append(lifetime)
            total += f", without end {own[lifetime].sum():,.0f}"
        words = f"{len(own):,} customers, of whom {own['p_alive'].sum():,.0f} are expected to be still there{total}."
        parts += [
            f"<h3>{escape(NAMES[str(law)])}</h3>",
            text(words),
            table([heads[name] for name in names], _cells(best, names), numbers=2, wide=True),
        ]
    note = (
        f"The {SHOWN} of most value; customer_values.csv holds everybody. Value: expected purchases of the next "
        f"{facts['forecast']['horizon']} {unit} times expected amount times margin ({asked['margin']:g}), discounted "
        f"to the end of the last whole period at {100 * asked['discount_year']:g} % a year; lifetime value: without end, "
        "where the law has a closed form."
    )
    return "Customers", section("customers", "Customers", *parts, text(note, "note"))


def _fits(tables: Mapping[str, pd.DataFrame], facts: Mapping[str, Any]) -> tuple[str, str]:
    names = ["law", "fitted_to", "periods", "customers", "parameter", "value", "se", "loglik"]
    versions = ", ".join(f"{name} {value}" for name, value in facts["versions"].items())
    made = text(f"Made by {versions}; seed {facts['seed']}, run {facts['run_id']}.", "note")
    heads = ["Law", "Fitted to", "Periods", "Customers", "Parameter", "Estimate", "Standard error", "Log-likelihood"]
    body = table(heads, _cells(tables["fits"], names), numbers=2, wide=True)
    return "What was fitted", section("fits", "What was fitted", body, made)


def _between(row: Mapping[Any, Any], level: str, prefix: str = "") -> str:
    low, high = row[f"{prefix}lower_{level}"], row[f"{prefix}upper_{level}"]
    return "" if pd.isna(low) else f"{low:,.0f} to {high:,.0f}"


def _cells(rows: pd.DataFrame, names: Sequence[str]) -> list[list[str]]:
    return [[_cell(row[name]) for name in names] for row in rows.to_dict("records")]


def _cell(value: object) -> str:
    if isinstance(value, float):
        return "" if pd.isna(value) else f"{value:.4g}"
    return str(value)
