"""A forecast as its centre and its quantiles on one grid of probabilities: what every candidate hands over."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.special import ndtri

Array = npt.NDArray[np.float64]

GRID = tuple(round(0.025 * step, 3) for step in range(1, 40))
"""Probabilities that every forecast carries: 0.025 to 0.975 in steps of 0.025."""


@dataclass(frozen=True)
class Quantiles:
    """A forecast of `horizon` steps.

    Attributes
    ----------
    centre : (horizon,) the central forecast, in the unit of the target.
    values : (horizon, probabilities) quantiles, rising along the second axis.
    """

    centre: Array
    values: Array

    @property
    def is_finite(self) -> bool:
        """Return whether every number is finite."""
        return bool(np.isfinite(self.centre).all() and np.isfinite(self.values).all())


def probability_grid(levels: Iterable[float]) -> Array:
    """Return the rising probabilities: the common grid and both ends of every interval level (in percent)."""
    ends = [tail for level in levels for tail in interval_ends(level)]
    return np.array(sorted({*GRID, *ends}), dtype=np.float64)


def interval_ends(level: float) -> tuple[float, float]:
    """Return the two probabilities that bound the central interval of `level` percent."""
    tail = round((1.0 - level / 100.0) / 2.0, 9)
    return tail, round(1.0 - tail, 9)


def column(probabilities: Array, probability: float) -> int:
    """Return where `probability` stands in the grid."""
    return int(np.argmin(np.abs(probabilities - probability)))


def from_normal(centre: Array, spread: Array, probabilities: Array) -> Quantiles:
    """Return the quantiles of a normal forecast with standard deviation `spread`, each of shape (horizon,)."""
    return Quantiles(centre, centre[:, None] + spread[:, None] * ndtri(probabilities)[None, :])


def from_paths(paths: Array, probabilities: Array, centre: Array | None = None) -> Quantiles:
    """Return the quantiles of simulated paths of shape (draws, horizon); the centre is their mean where not given."""
    middle = paths.mean(axis=0) if centre is None else centre
    return Quantiles(middle, np.quantile(paths, probabilities, axis=0).T)
