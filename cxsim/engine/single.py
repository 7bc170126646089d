"""One customer at a time: the two halves of a tick in plain Python, by the very rules that the compiled kernels run on many."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from cxsim.engine import kernels
from cxsim.engine.seating import new_room

if TYPE_CHECKING:
    from cxsim.engine.model import CXModel


def live_one(model: CXModel, row: int) -> None:
    """Live the first half of the tick: up to the contact with a desk, or to the end."""
    kernels.live_rows(
        model.rows.view(np.recarray),
        row,
        row + 1,
        model.n_base,
        model.clock,
        model.luck,
        readable(model.world),
        new_room(model.blueprint.lines),
        model.waiting,
        model.crew.tallies[0],
    )


def serve_one(model: CXModel, row: int) -> None:
    """Live the second half of the tick, after a desk has answered."""
    kernels.serve_rows(
        model.rows.view(np.recarray),
        np.array([row]),
        0,
        1,
        model.n_base,
        model.clock,
        model.luck,
        readable(model.world),
        model.desks,
        new_room(model.blueprint.lines),
        model.crew.tallies[0],
    )


def readable(world: Any) -> Any:
    """Return the world with record arrays, whose fields read as attributes in plain Python too."""
    tables = {
        name: table.view(np.recarray) if isinstance(table, np.ndarray) and table.dtype.names else table
        for name, table in world._asdict().items()
    }
    return world._replace(**{**tables, "plan": np.array(world.plan).view(np.recarray)[()]})
