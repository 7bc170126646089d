"""Draws of many customers at one address, for the host."""

from __future__ import annotations

from typing import Any

import numpy as np

from cxsim.arrays import Floats, Ints
from cxsim.engine.compiled import compiled
from cxsim.engine.kernels import draw_rows
from cxsim.rng import Block


def draws(ids: Ints, tick: int, block: Block, ordinal: int, word: int, luck: Any) -> Floats:
    """Return the uniform draws of customers at one address."""
    out = np.empty(ids.size)
    compiled(draw_rows)(out, ids, tick, int(block), ordinal, word, luck)
    return out
