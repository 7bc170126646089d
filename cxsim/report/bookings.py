"""What was booked in the emotional accounts of an arm, by place or cause."""

from __future__ import annotations

import numpy as np
import pandas as pd

from cxsim.report.evidence import Evidence
from cxsim.units import WEEKS_PER_YEAR

CAUSES = {
    "experience": "Experience",
    "moment_of_truth": "Moment of truth",
    "norm": "Commitment kept",
    "wait": "Wait",
    "effort": "Effort",
    "inconsistency": "Inconsistent channels",
    "failure": "Failure",
    "unavoidable": "Unavoidable refusal",
    "handoff": "Failed handoff",
    "abandoned": "Hung up in the queue",
    "unresolved": "Not resolved",
    "late_reply": "Late reply",
    "restoration": "Put right",
    "recovery": "Recovery",
    "double_deviation": "Poor recovery",
}


def booked(evidence: Evidence, arm: str, by: list[str]) -> pd.DataFrame:
    """Return `credits`, `debits` and `avoidable` in ec a customer and year, grouped by columns of the ledger."""
    bookings = evidence.bookings
    sums = bookings[bookings["scenario"] == arm].groupby(by)[["credits", "debits", "avoidable"]].sum()
    return sums / customer_years(evidence, arm)


def customer_years(evidence: Evidence, arm: str) -> float:
    """Return the years that active customers lived in the run, all replications together."""
    active = evidence.panel(arm)["active"]
    return float(np.sum(active)) / (WEEKS_PER_YEAR * evidence.scenario.time.ticks_per_week)
