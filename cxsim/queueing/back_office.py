"""Back office with a backlog, equation (23): arrivals queue for a weekly capacity and are answered after a delay."""

from __future__ import annotations


def backlog_after(backlog: float, arrivals: float, capacity_week: float, weeks: float) -> float:
    """Return the backlog (cases) after `weeks` with these arrivals."""
    return max(0.0, backlog + arrivals - capacity_week * weeks)


def reply_delay(backlog: float, capacity_week: float, fixed_weeks: float) -> float:
    """Return the delay (weeks) of a case that joins behind `backlog`."""
    return backlog / capacity_week + fixed_weeks
