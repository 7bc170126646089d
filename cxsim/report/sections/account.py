"""The emotional bank account: who is in debit, what is booked, what is expected."""

from __future__ import annotations

from cxsim.report.bookings import booked
from cxsim.report.evidence import BASELINE, Evidence
from cxsim.report.figures import account, expectation, ledger
from cxsim.report.page import Page, section, text
from cxsim.report.wording import number, percent

TITLE = "Emotional bank account"


def write(evidence: Evidence, page: Page) -> str:
    """Return the section."""
    sums = booked(evidence, BASELINE, ["cause"]).sum()
    words = (
        f"A customer is credited {number(sums['credits'], 2)} ec and debited {number(sums['debits'], 2)} ec a year in the "
        f"baseline; {percent(sums['avoidable'] / sums['debits'], 0) if sums['debits'] else 'none'} of the debits are "
        "avoidable. One ec is felt 0.20 beyond the zone of tolerance; small emotions fade within weeks, large ones within "
        "years."
    )
    over_time = (
        "Left: shares of active customers. Right: mean balance; a band is the interval of one arm, wider than that of the "
        "difference, for both share their luck."
    )
    booking = "Credits (blue) and debits (orange) of the baseline; pale orange debits are unavoidable."
    expected = (
        "Expectations follow what is lived, not what is promised; trust falls where promises are not kept. Baseline."
    )
    return section(
        "account", TITLE, text(words), page.figure("account", account.draw(evidence), over_time),
        page.figure("ledger", ledger.draw(evidence), booking), page.figure("expectation", expectation.draw(evidence), expected),
    )  # fmt: skip
