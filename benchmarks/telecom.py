"""The world that is measured, the telecom operator with every mechanism on and no warm-up, and how long it takes to live."""

from __future__ import annotations

import time
from functools import cache
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from cxsim.engine.model import CXModel
    from cxsim.spec.scenario import Scenario


class Lived(NamedTuple):
    """A run that was timed: wall seconds of its ticks alone, and the customer-weeks of active customers it lived."""

    seconds: float
    customer_weeks: int

    @property
    def nanoseconds(self) -> float:
        """Return the cost of a customer-week."""
        return 1e9 * self.seconds / self.customer_weeks


@cache
def packaged() -> Scenario:
    """Return the world as it is packaged."""
    from cxsim.cli.compose import load

    return load("telecom")


def telecom(customers: int, weeks: int) -> Scenario:
    """Return the world of this size, counting from its first week."""
    sizes = {"population.size": customers, "time.horizon_weeks": weeks, "time.warmup_weeks": 0}
    return packaged().with_changes(sizes)


def warm_up() -> None:
    """Live a few weeks of a few customers, so that all machine code is loaded."""
    live(new_model(500, 3, threads=1))


def new_model(customers: int, weeks: int, threads: int, replication: int = 0) -> CXModel:
    """Return a newborn model."""
    from cxsim.engine.model import CXModel

    return CXModel(telecom(customers, weeks), 0, replication, threads=threads)


def live(model: CXModel) -> Lived:
    """Return the time and the customer-weeks of a model's whole run; leads and lost customers count as nobody."""
    started = time.perf_counter()
    while model.running:
        model.step()
    seconds = time.perf_counter() - started
    return Lived(seconds, active_weeks(model))


def active_weeks(model: CXModel) -> int:
    """Return the customer-weeks that were recorded, of active customers only."""
    from cxsim.measures import Measure

    return sum(int(sums[:, int(Measure.ACTIVE)].sum()) for sums in model.record.measures)
