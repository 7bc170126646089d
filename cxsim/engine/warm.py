"""The first compilation: announced, done once, cached on disk for every later run and worker."""

from __future__ import annotations

from collections.abc import Callable

from cxsim.engine import kernels
from cxsim.engine.compiled import is_cached
from cxsim.engine.model import CXModel
from cxsim.spec.scenario import Scenario

KERNELS = (kernels.bear_rows, kernels.live_rows, kernels.serve_rows)


def ensure_compiled(scenario: Scenario, announce: Callable[[str], None]) -> None:
    """Compile the kernels by living two ticks of a handful of customers, if they are not on disk yet; say so first."""
    if all(is_cached(kernel) for kernel in KERNELS):
        return
    announce("compiling the simulation for this machine, once; later runs start at once")
    model = CXModel(scenario.with_changes({"population.size": 50}))
    model.step()
    model.step()
