"""A history in a unit of its own: a forecast must not depend on whether it is in cents or in millions.

The searches of statsmodels stop at tolerances that are absolute, and its diffuse states begin with a variance that is
fixed: both take it that a series moves by no more than about 1 and lies not far from 0.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from cxsim.forecast.quantiles import Array, Quantiles

STEP = 0.1
"""How far a standardised history moves from one point to the next; from 0.003 to 1 the searches end at the same place."""


@dataclass(frozen=True)
class Standard:
    """The number that becomes 0 and the distance that becomes 1, both in the unit of the history."""

    centre: float
    unit: float

    def forward(self, values: Array) -> Array:
        """Return standardised values."""
        return (values - self.centre) / self.unit

    def back(self, forecast: Quantiles) -> Quantiles:
        """Return the forecast of a standardised history in the unit of the history."""
        return Quantiles(self.centre + self.unit * forecast.centre, self.centre + self.unit * forecast.values)


AS_IT_IS = Standard(0.0, 1.0)


def standard_of(values: Array) -> Standard:
    """Return the standard of a history of shape (points,): its median, and its steps' root mean square over `STEP`.

    Missing values are left out; a history that never moves keeps its unit.
    """
    observed = values[np.isfinite(values)]
    steps = np.diff(observed)
    # Squares of numbers beyond 1e154 are infinite, and below 1e-154 zero.
    largest = float(np.max(np.abs(steps), initial=0.0))
    if largest == 0.0:
        return Standard(float(observed[-1]) if observed.size else 0.0, 1.0)
    return Standard(float(np.median(observed)), largest * float(np.sqrt(np.mean((steps / largest) ** 2))) / STEP)
