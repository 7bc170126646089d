r"""Money of a tick, equation (37).

    profit = margin x revenue - contact cost - compensation - programme cost, discounted at an effective annual rate

Revenue is the monthly fee spread evenly: 12 / 52 of it a week.
"""

from __future__ import annotations


def tick_revenue(monthly_revenue: float, weeks: float) -> float:
    """Return the revenue of a tick of `weeks` weeks, in currency."""
    return monthly_revenue * (12.0 / 52.0 * weeks)
