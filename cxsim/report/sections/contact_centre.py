"""The contact centre: load, waits, losses and first-contact resolution."""

from __future__ import annotations

import numpy as np

from cxsim.report.evidence import BASELINE, Evidence
from cxsim.report.figures import desks
from cxsim.report.page import Page, section, table, text
from cxsim.report.wording import NOTHING, number, percent

TITLE = "Contact centre"
_DAY = 24.0 * 60.0


def write(evidence: Evidence, page: Page) -> str:
    """Return the section; nothing for a journey without desks."""
    if evidence.tables["desks"].empty:
        return ""
    caption = (
        "Baseline by quarter of the run. Contacts are those of the represented base; hanging up and waits are weighted by "
        "contacts. A back office has no queue: see its backlog in the table."
    )
    rows = [_row(evidence, arm) for arm in (BASELINE, *evidence.ranked)]
    head = (
        "Arm",
        "Contacts a year per 100 customers",
        "Hung up",
        "Wait, min",
        "Solved at first contact",
        "Complaints a year per 100",
    )
    note = (
        "The whole run, all queues together. Hung up: share of contacts in a queue that gave up. Solved at first contact: share "
        "of first contacts about a problem that settled it, mean of weeks."
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
    table_ = evidence.tables["desks"]
    queues = table_[(table_["scenario"] == arm) & (table_["kind"] == "queue") & (table_["contacts"] > 0)]
    called = float(queues["contacts"].sum())
    lost, waited = ((queues[name] * queues["contacts"]).sum() for name in ("abandoned_share", "mean_wait_min"))
    return (
        evidence.label(arm), number(100.0 * contacts / years, 1), percent(float(lost) / called) if called else NOTHING,
        number(float(waited) / called, 2) if called else NOTHING, percent(float(fcr.mean())) if fcr.size else NOTHING,
        number(100.0 * float(panel["complaints"].sum()) / years, 1),
    )  # fmt: skip


def _offices(evidence: Evidence) -> str:
    table_ = evidence.tables["desks"]
    offices = table_[(table_["kind"] == "back_office")]
    if offices.empty:
        return ""
    means = offices.groupby(["desk", "scenario"])[["backlog", "mean_wait_min", "occupancy"]].mean()
    rows = []
    for desk in dict.fromkeys(offices["desk"]):
        for arm in (BASELINE, *evidence.ranked):
            backlog, wait, used = means.loc[(desk, arm)].to_numpy(float)
            rows.append((str(desk), evidence.label(arm), number(backlog), number(wait / _DAY, 1), percent(used, 0)))
    head = ("Office", "Arm", "Backlog, cases", "Days to work it off", "Capacity used")
    return "<h3>Back offices, means over the run</h3>" + table(head, rows, numbers=2)
