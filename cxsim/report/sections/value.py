"""Where the money of every intervention comes from."""

from __future__ import annotations

from cxsim.report.evidence import Evidence
from cxsim.report.figures import cash, value_bridge
from cxsim.report.page import Page, section, table, text
from cxsim.report.wording import money_unit, number

TITLE = "Where the money comes from"


def write(evidence: Evidence, page: Page) -> str:
    """Return the section; nothing for a run without interventions."""
    if not evidence.arms:
        return ""
    caption = (
        f"From margin gained to net present value over {evidence.end} weeks, mean over replications; the bar on the total is "
        f"its {evidence.coverage} interval. Blue adds, orange takes away. Every panel has its own scale."
    )
    parts = {arm: evidence.npv_parts(arm) for arm in evidence.ranked}
    names = list(next(iter(parts.values())))
    size, unit = money_unit(max(float(abs(value.mean())) for part in parts.values() for value in part.values()))
    rows = [
        (
            evidence.label(arm),
            *(
                number(float(value.mean()) / size, 2, signed=True)
                for value in (*parts[arm].values(), evidence.npv(arm))
            ),
        )
        for arm in evidence.ranked
    ]
    over_time = (
        "Where a line crosses zero for good, the intervention has paid for itself. Lines are means over replications, bands "
        f"{evidence.coverage} intervals."
    )
    words = (
        "Margin of customers kept is that of customers of the start, margin of customers won that of those who join during the "
        "run, after which come the costs that differ. A cost saved counts as a gain."
    )
    head = ("Intervention", *(name[0].upper() + name[1:] for name in names), "NPV")
    return section(
        "value",
        TITLE,
        page.figure("cash", cash.draw(evidence), over_time),
        text(words),
        page.figure("value_bridge", value_bridge.draw(evidence), caption),
        table(head, rows),
        text(f"Amounts in {unit}{evidence.currency}, discounted, means over replications.", "note"),
    )
