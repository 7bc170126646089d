"""The report of a finished run: one self-contained page and its figures, from the run folder alone."""

from __future__ import annotations

from functools import lru_cache
from html import escape
from importlib import import_module
from pathlib import Path
from typing import NamedTuple

from cxsim.report.evidence import Evidence, read, run_facts
from cxsim.report.page import Page, document, text
from cxsim.results.files import write_text
from cxsim.study.pool import run_tasks, workers_for

SECTIONS = (
    "executive", "effects", "value", "journey", "loyalty", "own_customers", "account", "contact_centre", "provenance",
)  # fmt: skip
"""Modules of sections in the order of the page; one that has nothing to say is left out."""


class Section(NamedTuple):
    """A part of the page: its title, its HTML (empty where it has nothing to say) and its figures, SVG by name."""

    title: str
    html: str
    figures: dict[str, str]


def build(run_dir: Path, *, figures: bool = True, workers: int = 1) -> Path:
    """Return the `report.html` of a finished run, written anew from the folder without simulating.

    Parameters
    ----------
    figures : whether to write `figures/*.svg` beside the page; the page itself always contains them.
    workers : processes that draw, 0 for one per core; more than one is worth it where they are there already.

    Raises
    ------
    InputError : the folder holds no finished run, or a file of it cannot be read.
    """
    page = Page()
    facts = run_facts(run_dir)
    if facts["command"] != "forecast":
        html = render(run_dir, page, workers)
    elif "transactions" in facts["data"]:
        from cxsim.report import purchases_page

        html = purchases_page.render(run_dir, page)
    else:
        from cxsim.report import forecast_page

        html = forecast_page.render(run_dir, page)
    if figures:
        folder = run_dir / "figures"
        folder.mkdir(exist_ok=True)
        for name, drawn in page.figures.items():
            write_text(f'<?xml version="1.0" encoding="utf-8"?>\n{drawn}', folder / f"{name}.svg")
    write_text(html, run_dir / "report.html")
    return run_dir / "report.html"


def render(run_dir: Path, page: Page, workers: int = 1) -> str:
    """Return the page of a run or comparison as HTML; its figures are kept in `page`."""
    evidence = read(run_dir)
    if (workers := workers_for(workers, len(SECTIONS))) == 1:
        written = [write_section(name, evidence) for name in SECTIONS]
    else:
        made = (run_dir / "manifest.json").stat().st_mtime_ns
        found = dict(run_tasks({name: (name, run_dir, made) for name in SECTIONS}, _section_of, workers))
        written = [found[name] for name in SECTIONS]
    for part in written:
        page.figures |= part.figures
    scenario = evidence.scenario
    kind = "Comparison of interventions" if evidence.arms else "Simulated run"
    title = scenario.label or scenario.name
    top = f"<h1>{escape(title)}</h1>" + text(
        f"{kind} over {evidence.end} weeks. {_objective(scenario.objective)}", "lead"
    )
    return document(f"{title}: {kind.lower()}", top, [(part.title, part.html) for part in written])


def write_section(name: str, evidence: Evidence) -> Section:
    """Return a section of `SECTIONS`."""
    part, page = import_module(f"cxsim.report.sections.{name}"), Page()
    html = part.write(evidence, page)
    return Section(part.TITLE, html, page.figures)


def _section_of(name: str, run_dir: Path, made: int) -> Section:
    return write_section(name, _evidence(run_dir, made))


@lru_cache(maxsize=1)
def _evidence(run_dir: Path, made: int) -> Evidence:  # noqa: ARG001 - told apart by when it was made
    """Return the evidence of a run folder: read once by a process that writes several of its sections."""
    return read(run_dir)


def _objective(words: str) -> str:
    return f"Objective: {words}." if words else ""
