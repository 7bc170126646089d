"""The draws that almost every customer needs in every tick, as numbers: drawn one by one, or ahead for many rows at once.

Drawing ahead gives the same bits: every draw has an address and does not depend on what happened before. A loop over nothing
but addresses uses the vector units of the processor, which a customer's tick with its branches cannot.
"""

from __future__ import annotations

import math
from typing import Any, NamedTuple

from cxsim.arrays import Floats
from cxsim.rng import Block, Luck, central_quantile, is_central, normal, quantile, uniform, words

_ENCOUNTER, _FATE = int(Block.ENCOUNTER), int(Block.FATE)
CHUNK = 256
"""Rows drawn ahead at a time: few enough that the draws stay in the nearest cache."""
N_AHEAD = 8
_SCORE, _FUNCTIONAL, _EMOTIONAL = 1, 4, 5


class Fate(NamedTuple):
    """What a tick holds for a customer: uniform numbers, and the noise of the recommendation score (standard normal)."""

    leave: float
    score_noise: float
    notice: float
    step: float


class Chances(NamedTuple):
    """What an encounter holds: two standard normal noises, and uniform numbers for failure and channel."""

    noise_functional: float
    noise_emotional: float
    failure: float
    channel: float


def draw_fate(luck: Luck, who: int, tick: int) -> Fate:
    """Return the fate of one customer in one tick."""
    w = words(luck, who, tick, _FATE, 0)
    return Fate(uniform(w.a), normal(w.b), uniform(w.c), uniform(w.d))


def draw_chances(luck: Luck, who: int, tick: int, position: int) -> Chances:
    """Return the chances of one encounter, at its address within the customer's tick."""
    w = words(luck, who, tick, _ENCOUNTER, position)
    return Chances(normal(w.a), normal(w.b), uniform(w.c), uniform(w.d))


def draw_ahead(ahead: Floats, first: int, n: int, tick: int, address: int, luck: Luck) -> None:
    """Fill `ahead` (N_AHEAD x CHUNK) with the fates and the chances at `address` of customers `first` to `first + n`."""
    for j in range(n):
        w = words(luck, first + j, tick, _FATE, 0)
        ahead[0, j] = uniform(w.a)
        ahead[1, j] = uniform(w.b)
        ahead[2, j] = uniform(w.c)
        ahead[3, j] = uniform(w.d)
    for j in range(n):
        w = words(luck, first + j, tick, _ENCOUNTER, address)
        ahead[4, j] = uniform(w.a)
        ahead[5, j] = uniform(w.b)
        ahead[6, j] = uniform(w.c)
        ahead[7, j] = uniform(w.d)
    to_normal(ahead[_SCORE], n)
    to_normal(ahead[_FUNCTIONAL], n)
    to_normal(ahead[_EMOTIONAL], n)


def to_normal(values: Floats, n: int) -> None:
    """Turn uniform numbers into standard normal ones in place: the tails one by one, the centre all at once."""
    for j in range(n):
        # A tail is marked by its quantile, beyond 1.4 in size; the centre is left as q = u - 1/2.
        q = values[j] - 0.5
        values[j] = q if is_central(q) else quantile(values[j])
    for j in range(n):
        q = values[j]
        centre = central_quantile(q)
        values[j] = centre if math.fabs(q) <= 0.425 else q


def fate_at(ahead: Any, j: int) -> Fate:
    """Return the fate of the j-th customer drawn ahead."""
    return Fate(ahead[0, j], ahead[1, j], ahead[2, j], ahead[3, j])


def chances_at(ahead: Any, j: int) -> Chances:
    """Return the chances of the j-th customer drawn ahead."""
    return Chances(ahead[4, j], ahead[5, j], ahead[6, j], ahead[7, j])
