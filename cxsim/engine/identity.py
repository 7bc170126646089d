"""What addresses a customer's draws: the row in the initial base, a range of its own for leads."""

from __future__ import annotations

import numpy as np

from cxsim.arrays import Ints

LEADS_FROM = 1 << 31
"""Identity of the first lead: far above the initial base, so that a larger base leaves every lead its luck."""


def identity(row: int, n_base: int) -> int:
    """Return the identity of the customer in a row, with `n_base` customers in the initial base."""
    return row if row < n_base else row - n_base + LEADS_FROM


def identities(low: int, high: int, n_base: int) -> Ints:
    """Return the identities of the customers in rows `low` to `high`."""
    rows = np.arange(low, high)
    return np.where(rows < n_base, rows, rows - n_base + LEADS_FROM)
