"""Service desks and the back office as ordinary Mesa agents."""

from __future__ import annotations

from itertools import accumulate
from typing import Any

import mesa

from cxsim.queueing.erlang import erlang_a


class ServiceDesk(mesa.Agent):  # type: ignore[misc]
    """A staffed queue with impatient callers: Erlang A in each part of the opening hours."""

    def __init__(self, model: Any, queue: Any) -> None:
        super().__init__(model)
        self.queue = queue
        self.parts = list(range(len(queue.profile)))
        self.part_weights = [part.load * part.share for part in queue.profile]
        self.cumulative = list(accumulate(self.part_weights))
        self.contacts = 0
        self.abandonment = [0.0] * len(self.parts)
        self.wait_min = [0.0] * len(self.parts)

    def register(self) -> int:
        """Count a contact of this week; return the part of the day it falls into."""
        self.contacts += 1
        return int(self.random.choices(self.parts, cum_weights=self.cumulative)[0])

    def answer(self) -> None:
        """Work the contacts of the week, spread over the day: abandonment and mean wait in every part of it."""
        queue = self.queue
        for part, weight in enumerate(self.part_weights):
            arrived = self.contacts * weight / self.cumulative[-1] * self.model.scale
            rate = arrived / (queue.profile[part].share * queue.open_min_week)
            result = erlang_a(rate, 1.0 / queue.handling_min, queue.agents, 1.0 / queue.patience_min)
            self.abandonment[part], self.wait_min[part] = result.abandoned, result.mean_wait
        self.contacts = 0


class BackOffice(mesa.Agent):  # type: ignore[misc]
    """A desk that answers letters, with a backlog and a weekly capacity."""

    def __init__(self, model: Any, rule: Any) -> None:
        super().__init__(model)
        self.rule = rule
        self.letters = 0
        self.backlog = 0.0
        self.delay_weeks = 0.0

    def answer(self) -> None:
        """Take in the letters of the week and work on the backlog."""
        self.backlog = max(0.0, self.backlog + self.letters * self.model.scale - self.rule.capacity_week)
        self.delay_weeks = self.backlog / self.rule.capacity_week
        self.letters = 0
