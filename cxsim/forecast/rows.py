"""Rows of a user's table, named in an error."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

SHOWN_ROWS = 5


def rows_path(broken: NDArray[np.bool_], first: int = 0) -> str:
    """Return the first broken rows in words, counted from `first`, e.g. ``rows 3, 17``."""
    rows = np.flatnonzero(broken) + first
    more = f" and {rows.size - SHOWN_ROWS} more" if rows.size > SHOWN_ROWS else ""
    return f"row{'s' if rows.size > 1 else ''} {', '.join(map(str, rows[:SHOWN_ROWS]))}{more}"
