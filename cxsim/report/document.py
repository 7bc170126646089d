"""The report of a finished run: one self-contained page and its figures, from the run folder alone."""

from __future__ import annotations

from html import escape
from pathlib import Path

from cxsim.report.evidence import Evidence, read, run_facts
from cxsim.report.page import Page, document, text
from cxsim.report.sections import (
    account,
    contact_centre,
    effects,
    executive,
    journey,
    loyalty,
    own_customers,
    provenance,
    value,
)
from cxsim.results.files import write_text

SECTIONS = (executive, effects, value, journey, loyalty, own_customers, account, contact_centre, provenance)
"""Sections in the order of the page; one that has nothing to say is left out."""


def build(run_dir: Path, *, figures: bool = True) -> Path:
    """Return the `report.html` of a finished run, written anew from the folder without simulating.

    Parameters
    ----------
    figures : whether to write `figures/*.svg` beside the page; the page itself always contains them.

    Raises
    ------
    InputError : the folder holds no finished run.
    """
    page = Page()
    facts = run_facts(run_dir)
    if facts["command"] != "forecast":
        html = render(read(run_dir), page)
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


def render(evidence: Evidence, page: Page) -> str:
    """Return the page as HTML; its figures are kept in `page`."""
    written = [(part.TITLE, part.write(evidence, page)) for part in SECTIONS]
    kept = [(title, html) for title, html in written if html]
    contents = [(html.split('id="', 1)[1].split('"', 1)[0], title) for title, html in kept]
    scenario = evidence.scenario
    kind = "Comparison of interventions" if evidence.arms else "Simulated run"
    title = scenario.label or scenario.name
    top = f"<h1>{escape(title)}</h1>" + text(
        f"{kind} over {evidence.end} weeks. {_objective(scenario.objective)}", "lead"
    )
    return document(f"{title}: {kind.lower()}", contents, top + "".join(html for _, html in kept))


def _objective(words: str) -> str:
    return f"Objective: {words}." if words else ""
