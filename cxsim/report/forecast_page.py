"""The report of a finished forecast: one self-contained page and a fan chart for every series, from its folder alone."""

from __future__ import annotations

import json
from html import escape
from pathlib import Path

from cxsim.report.forecast_folder import Folder
from cxsim.report.forecast_sections import backtest, fits, limits, outcome, uncertainty
from cxsim.report.page import Page, document, text
from cxsim.report.wording import listed, number

SECTIONS = (outcome, uncertainty, backtest, limits, fits)
"""Sections in the order of the page; one that has nothing to say is left out."""


def render(run_dir: Path, page: Page) -> str:
    """Return the page as HTML; its figures are kept in `page`."""
    folder = Folder(run_dir, json.loads((run_dir / "manifest.json").read_text("utf-8")))
    written = [(part.TITLE, part.write(folder, page)) for part in SECTIONS]
    title = folder.target.name + ("" if folder.arm is None else f" under {folder.arm['label']}")
    top = f"<h1>{escape('Forecast: ' + title)}</h1>{text(_lead(folder), 'lead')}"
    return document(f"Forecast: {title}", top, written)


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
