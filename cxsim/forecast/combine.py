"""The default forecast: the median of its members, for the centre and for every quantile.

Petropoulos and Svetunkov (2020). A single model picked by an information criterion is less accurate and far too sure
of itself; the median of different models is neither.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from cxsim.forecast.quantiles import Quantiles


def median_of(members: Sequence[Quantiles]) -> Quantiles:
    """Return the median forecast of one or more members; its quantiles cannot cross."""
    centre = np.median([member.centre for member in members], axis=0)
    return Quantiles(centre, np.median([member.values for member in members], axis=0))
