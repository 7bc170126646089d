"""The contact centre: load, waits, losses and first-contact resolution."""

from __future__ import annotations

import numpy as np

from cxsim.report.evidence import BASELINE, Evidence
from cxsim.report.figures import desks
from cxsim.report.page import Page, section, table, text
from cxsim.report.wording import number, percent

TITLE = "Contact centre"


def write(evidence: Evidence, page: Page) -> str:
    """Return the section; nothing for a journey without desks."""
    if evidence.tables["desks"].empty:
        return ""
    caption = (
        "Baseline by quarter of the run. Contacts are those of the represented base; hanging up and waits are weighted by "
        "contacts. A back office has no queue: its delay stands in the table."
    )
    rows = [_row(evidence, arm) for arm in (BASELINE, *evidence.ranked)]
    head = ("Arm", "Contacts a year per 100 customers", "Hung up", "Wait, min", "Solved at first contact", "Complaints a year per 100")
    note = (
        "All desks together, over the whole run. Hung up: share of contacts that gave up in a queue. Solved at first contact: "
        "share of first contacts about a problem that settled it."
    )
    return section(
        "contact-centre", TITLE, page.figure("desks", desks.draw(evidence), caption), table(head, rows), _offices(evidence),
        text(note, "note"),
    )  # fmt: skip


def _row(evidence: Evidence, arm: str) -> tuple[str, ...]:
    panel = evidence.panel(arm)
    years = float(panel["active"].sum()) / (52.0 * evidence.scenario.time.ticks_per_week)
    contacts = float(panel["contacts"].sum())
    fcr = panel["fcr"][~np.isnan(panel["fcr"])]
    waits = panel["mean_wait_min"][~np.isnan(panel["mean_wait_min"])]
    return (
        evidence.label(arm), number(100.0 * contacts / years, 1), percent(float(panel["abandoned"].sum()) / contacts if contacts else np.nan),
        number(float(waits.mean()), 2) if waits.size else number(np.nan), percent(float(fcr.mean())) if fcr.size else number(np.nan),
        number(100.0 * float(panel["complaints"].sum()) / years, 1),
    )  # fmt: skip


def _offices(evidence: Evidence) -> str:
    table_ = evidence.tables["desks"]
    offices = table_[(table_["kind"] == "back_office")]
    if offices.empty:
        return ""
    arms = [arm for arm in (BASELINE, *evidence.ranked)]
    means = offices.groupby(["desk", "scenario"])[["backlog", "occupancy"]].mean()
    rows = [
        (str(desk), evidence.label(arm), number(float(means.loc[(desk, arm), "backlog"])), percent(float(means.loc[(desk, arm), "occupancy"]), 0))
        for desk in dict.fromkeys(offices["desk"])
        for arm in arms
    ]
    return "<h3>Back offices</h3>" + table(("Office", "Arm", "Backlog, cases, mean", "Capacity used"), rows, numbers=2)
