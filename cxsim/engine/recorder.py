"""The memory of a run: the integer sums of every tick, kept as small arrays until tables are made of them."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from cxsim.arrays import Floats, Ints
from cxsim.engine.desks import DeskDay
from cxsim.engine.tally import Tally

PERIOD_WEEKS = 52
"""Encounters are summed over periods of a year, counted from the start of the run."""


@dataclass
class Record:
    """What one run of one arm and replication leaves behind, before it becomes tables.

    `measures` and `answers` hold one array per tick; `ledger` (cell, credits, debits, count) per tick as sparse rows;
    `cohorts` sparse rows (tick, cohort, active, churned, revenue, cost); `visits`, `nets`, `tenures`, `nodes` are sums per
    period; `fixed_costs` money per tick that no single customer causes (simulated base); `desks` per tick and desk; `opening`
    the balance (ec) of everybody who was there when counting began; `latest` the measures of the last tick over all segments.
    """

    measures: list[Ints] = field(default_factory=list)
    answers: list[Ints] = field(default_factory=list)
    ledger: list[Ints] = field(default_factory=list)
    cohorts: list[Ints] = field(default_factory=list)
    visits: list[Ints] = field(default_factory=list)
    nets: list[Ints] = field(default_factory=list)
    tenures: list[Ints] = field(default_factory=list)
    nodes: list[Ints] = field(default_factory=list)
    fixed_costs: list[float] = field(default_factory=list)
    desks: list[list[DeskDay]] = field(default_factory=list)
    opening: Floats = field(default_factory=lambda: np.zeros(0))
    latest: Ints = field(default_factory=lambda: np.zeros(0, np.int64))

    def copy(self) -> Record:
        """Return a record that can go on without changing this one."""
        lists: dict[str, Any] = {name: list(value) for name, value in vars(self).items() if isinstance(value, list)}
        for name in ("visits", "nets", "tenures", "nodes"):
            lists[name] = [sums.copy() for sums in lists[name]]
        return replace(self, **lists, opening=self.opening.copy())

    def add(self, tick: int, period: int, tally: Tally, fixed_cost: float, desks: list[DeskDay]) -> None:
        """Keep the sums of a tick, `tick` and `period` counted from the start."""
        self.measures.append(tally.measures.copy())
        self.latest = tally.measures.sum(axis=0)
        self.answers.append(tally.answers.copy())
        cells = tally.ledger.reshape(-1, 3)
        used = np.flatnonzero(cells[:, 2])
        self.ledger.append(_stamped(tick, used, cells))
        alive = np.flatnonzero(tally.cohorts.any(axis=1))
        self.cohorts.append(_stamped(tick, alive, tally.cohorts))
        if period == len(self.visits):
            for name in ("visits", "nets", "tenures", "nodes"):
                getattr(self, name).append(np.zeros_like(getattr(tally, name)))
        for name in ("visits", "nets", "tenures", "nodes"):
            getattr(self, name)[period] += getattr(tally, name)
        self.fixed_costs.append(fixed_cost)
        self.desks.append(desks)


def _stamped(tick: int, kept: Ints, table: Ints) -> Ints:
    """Return the rows `kept` of a table, behind the tick and their own numbers."""
    rows = np.empty((kept.size, 2 + table.shape[1]), np.int64)
    rows[:, 0] = tick
    rows[:, 1] = kept
    rows[:, 2:] = table[kept]
    return rows
