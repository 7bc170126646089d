"""The default forecast: the mean of its members, for the centre and for every quantile.

A single model picked by an information criterion is less accurate and far too sure of itself; a combination of different
models is neither (Petropoulos and Svetunkov 2020). A mean asks that no member runs off, which `members` sees to.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from cxsim.forecast.quantiles import Quantiles


def mean_of(members: Sequence[Quantiles]) -> Quantiles:
    """Return the mean forecast of one or more members; its quantiles cannot cross."""
    centre = np.mean([member.centre for member in members], axis=0)
    return Quantiles(centre, np.mean([member.values for member in members], axis=0))
