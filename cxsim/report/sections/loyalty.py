"""How long customers stay."""

from __future__ import annotations

from cxsim.report.evidence import Evidence
from cxsim.report.figures import retention
from cxsim.report.page import Page, section, text
from cxsim.report.wording import percent

TITLE = "Loyalty"


def write(evidence: Evidence, page: Page) -> str:
    """Return the section."""
    best = "" if evidence.best is None else f" The best arm is {evidence.label(evidence.best)}."
    caption = (
        "Left: customers of the start by week of the run, and customers won during the run by week since joining (cohorts "
        "pooled, age known to the month), with the shifted beta-geometric law (sBG) fitted to the latter. Right: churn by "
        f"tenure with 95 % bounds of chance, and the law that values what comes after the run.{best}"
    )
    law = retention.fit_new(evidence)
    words = "Too few customers were won to fit a retention law to them."
    if law is not None:
        words = (
            f"Customers won: no difference between them can be seen, so the law is that of constant churn, "
            f"{percent(law.alpha / (law.alpha + law.beta))} a quarter."
            if law.at_boundary
            else f"Customers won: sBG with alpha {law.alpha:.3g}, beta {law.beta:.3g} a quarter."
        )
        words += " The law knows nothing of commitments: it misses the calm before one ends and the departures after."
    return section("loyalty", TITLE, page.figure("retention", retention.draw(evidence), caption), text(words, "note"))
