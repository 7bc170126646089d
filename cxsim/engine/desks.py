"""Service desks and back offices: ordinary Mesa agents that answer the contacts of a tick; equations (22) and (23)."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import mesa
import numpy as np

from cxsim.arrays import Floats, Ints
from cxsim.engine.compiled import compiled
from cxsim.queueing.back_office import backlog_after
from cxsim.queueing.erlang import erlang_a_day
from cxsim.spec.journey import Queue

if TYPE_CHECKING:
    from cxsim.engine.model import CXModel


class DeskDay(NamedTuple):
    """What a desk did in one tick, in contacts of the represented base and minutes."""

    contacts: float
    abandoned_share: float
    mean_wait_min: float
    occupancy: float
    backlog: float


class ServiceDesk(mesa.Agent):
    """A staffed queue: Erlang A in each intraday bin, from the contacts that customers made this tick."""

    def __init__(self, model: CXModel, name: str, queue: Queue) -> None:
        super().__init__(model)
        self.name = name
        load = np.array([part.load * part.share for part in queue.profile])
        self.profile = load / load.sum()
        self.shares = np.array([part.share for part in queue.profile])
        self.recent: tuple[int, ...] = ()
        self.day = DeskDay(0.0, 0.0, 0.0, 0.0, 0.0)
        root = f"journey.queues.{name}"
        self._agents, self._patience, self._handling, self._open = (
            f"{root}.{n}" for n in ("agents", "patience_min", "handling_min", "open_min_week")
        )
        self._scale = model.spec.population.scale
        self._days = model.ticks_per_week

    def answer(self, contacts: Ints, values: dict[str, float], abandonment: Floats, wait_min: Floats) -> None:
        """Work the contacts (simulated customers, per bin) and fill in the abandonment and the mean wait (minutes) of each bin.

        The load is that of the last seven days, spread by the profile. Erlang A brings the chance of single calls itself; the
        contacts of one bin and tick, each of which stands for many, would add a second and larger one that lengthens queues.
        """
        agents = float(values[self._agents])
        self.recent = (*self.recent, int(contacts.sum()))[-self._days :]
        expected = sum(self.recent) / len(self.recent) * self._scale
        day = compiled(erlang_a_day)(
            expected,
            self.profile,
            self.shares * (values[self._open] * self.model.weeks),
            1.0 / values[self._handling],
            agents,
            1.0 / values[self._patience],
            abandonment,
            wait_min,
        )
        handled = self.recent[-1] * self._scale
        self.day = DeskDay(handled, day.abandoned, day.mean_wait, day.busy / max(agents, 1e-12), 0.0)

    def go_on_from(self, other: ServiceDesk) -> None:
        """Take over the state of the same desk of another model."""
        self.recent, self.day = other.recent, other.day


class BackOffice(mesa.Agent):
    """A desk that answers letters: a backlog of cases worked at a weekly capacity."""

    def __init__(self, model: CXModel, name: str) -> None:
        super().__init__(model)
        self.name = name
        self.backlog = 0.0
        self.day = DeskDay(0.0, 0.0, 0.0, 0.0, 0.0)

    def answer(self, letters: int, values: dict[str, float]) -> float:
        """Take in the letters of this tick (simulated customers), work on the backlog, return how long it will take (weeks)."""
        arrived = letters * self.model.spec.population.scale
        capacity = values[f"journey.back_offices.{self.name}.capacity_week"]
        weeks = self.model.weeks
        worked = min(self.backlog + arrived, capacity * weeks)
        self.backlog = backlog_after(self.backlog, arrived, capacity, weeks)
        delay = self.backlog / capacity
        self.day = DeskDay(arrived, 0.0, delay * 7 * 24 * 60, worked / (capacity * weeks), self.backlog)
        return delay

    def go_on_from(self, other: BackOffice) -> None:
        """Take over the state of the same desk of another model."""
        self.backlog, self.day = other.backlog, other.day
