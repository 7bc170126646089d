"""Where the money of every intervention comes from."""

from __future__ import annotations

from cxsim.report.evidence import Evidence
from cxsim.report.figures.value_bridge import draw
from cxsim.report.page import Page, section, table, text
from cxsim.report.wording import money

TITLE = "Where the money comes from"


def write(evidence: Evidence, page: Page) -> str:
    """Return the section; nothing for a run without interventions."""
    if not evidence.arms:
        return ""
    caption = (
        f"From margin gained to net present value over {evidence.end} weeks, mean over replications; the bar on the total is "
        f"its {evidence.confidence:.0%} interval. Blue adds, orange takes away."
    )
    parts = {arm: evidence.npv_parts(arm) for arm in evidence.ranked}
    names = list(next(iter(parts.values())))
    rows = [
        (
            evidence.label(arm),
            *(money(float(parts[arm][name].mean()), evidence.currency, signed=True) for name in names),
            money(float(evidence.npv(arm).mean()), evidence.currency, signed=True),
        )
        for arm in evidence.ranked
    ]
    words = (
        "Margin of customers kept is that of the initial base; a customer who is not won costs no acquisition, which is why "
        "promising less can save money. Costs saved count as gains."
    )
    return section(
        "value", TITLE, text(words), page.figure("value_bridge", draw(evidence), caption),
        table(("Intervention", *(name[0].upper() + name[1:] for name in names), "NPV"), rows),
    )  # fmt: skip
