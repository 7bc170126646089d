"""The first compilation: announced, done once, cached on disk for every later run and worker."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from cxsim.engine import kernels
from cxsim.engine.compiled import compiled, is_cached
from cxsim.queueing.erlang import erlang_a_day
from cxsim.rng import Block
from cxsim.spec.scenario import Scenario

COMPILED = (
    kernels.bear_rows,
    kernels.live_rows,
    kernels.serve_rows,
    kernels.count_masks,
    kernels.draw_rows,
    erlang_a_day,
)
PATIENCE = 52
"""Ticks to wait for somebody to contact a desk."""


def ensure_compiled(scenario: Scenario, announce: Callable[[str], None]) -> None:
    """Compile what a run needs, by living a few ticks of some customers, if it is not on disk yet; say so first."""
    if _complete():
        return
    from cxsim.engine.model import CXModel

    announce("compiling the simulation for this machine, once; later runs start at once")
    lever = next(iter(scenario.interventions), None)
    model = CXModel(scenario.with_changes({"population.size": 200}), interventions=[lever] if lever else [])
    model.draw(np.arange(1), 0, Block.BIRTH, 0, 0)
    # Only levers for some customers need this one, and no lever may be such.
    everybody, active = np.zeros((2, 1), np.int64)
    compiled(kernels.count_masks)(model.rows, model.n_arrived, everybody, active)
    for _ in range(PATIENCE):
        model.step()
        if _complete():
            return


def _complete() -> bool:
    return all(is_cached(function) for function in COMPILED)
