"""The memory of a run: the integer sums of every tick, kept as small arrays until tables are made of them."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from cxsim.arrays import Floats, Ints
from cxsim.engine.compiled import compiled
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
    latest: list[int] = field(default_factory=list)

    def copy(self) -> Record:
        """Return a record that can go on without changing this one."""
        lists: dict[str, Any] = {name: list(value) for name, value in vars(self).items() if isinstance(value, list)}
        for name in ("visits", "nets", "tenures", "nodes"):
            lists[name] = [sums.copy() for sums in lists[name]]
        return replace(self, **lists, opening=self.opening.copy())

    def add(self, tick: int, period: int, tally: Tally, fixed_cost: float, desks: list[DeskDay]) -> None:
        """Keep the sums of a tick, `tick` and `period` counted from the start."""
        self.measures.append(tally.measures.copy())
        self.latest = tally.measures.sum(axis=0).tolist()
        self.answers.append(tally.answers.copy())
        self.ledger.append(_used(tick, tally.ledger.reshape(-1, 3)))
        self.cohorts.append(_used(tick, tally.cohorts))
        if period == len(self.visits):
            for name in ("visits", "nets", "tenures", "nodes"):
                getattr(self, name).append(np.zeros_like(getattr(tally, name)))
        for name in ("visits", "nets", "tenures", "nodes"):
            getattr(self, name)[period] += getattr(tally, name)
        self.fixed_costs.append(fixed_cost)
        self.desks.append(desks)


def _used(tick: int, table: Ints) -> Ints:
    """Return the rows of a table that are not all zero, behind the tick and their own numbers."""
    rows = np.empty((table.shape[0], 2 + table.shape[1]), np.int64)
    return rows[: compiled(keep_used)(tick, table, rows)].copy()


def keep_used(tick: int, table: Ints, kept: Ints) -> int:
    """Copy the rows of a table that are not all zero to `kept`, behind the tick and their own numbers; return how many."""
    n = 0
    for i in range(table.shape[0]):
        used = 0
        for j in range(table.shape[1]):
            kept[n, 2 + j] = table[i, j]
            used |= table[i, j]
        kept[n, 0], kept[n, 1] = tick, i
        n += 1 if used != 0 else 0
    return n
