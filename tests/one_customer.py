"""One customer in plain Python: the engine's own rules on one record, without noise and one event at a time."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from cxsim.behaviour.account import balance, scaled_balance
from cxsim.behaviour.churn import churn_probability, disutility
from cxsim.behaviour.memory import peak_end
from cxsim.engine import problems
from cxsim.engine.chances import Chances
from cxsim.engine.encounter import meet
from cxsim.engine.living import fade
from cxsim.engine.model import CXModel
from cxsim.engine.rows import read_account, read_memory
from cxsim.engine.seating import new_room, sit_down
from cxsim.engine.single import readable
from cxsim.engine.slate import Party, lane
from cxsim.engine.world import EMOTIONAL, FUNCTIONAL
from cxsim.spec.scenario import Scenario

_STILL = Chances(0.0, 0.0, 0.5, 0.5)
_AVERAGE = {
    "loss_aversion": 2.0, "emotional_weight": 0.5, "taste_functional": 0.0, "taste_emotional": 0.0, "style": 0.0,
    "voice": 0.0, "openness": 0.0, "switching_cost": 0.5, "patience": 1.0, "congruence": 0.0, "segment": 0,
    "expectation_functional": 0.70, "expectation_emotional": 0.70, "should_functional": 0.72, "should_emotional": 0.72,
    "precision": 8.0, "satisfaction": 0.72, "experiences": 20.0, "trust": 0.6,
}  # fmt: skip


class OneCustomer:
    """An average customer with an empty account, who lives what the test says."""

    def __init__(self, scenario: Scenario, state: dict[str, float] | None = None, **changes: Any) -> None:
        still = {f"journey.touchpoints.{name}.noise": 0.0 for name in scenario.journey.touchpoints}
        dotted = {path.replace("__", "."): value for path, value in changes.items()}
        model = CXModel(scenario.with_changes({"population.size": 1, **still, **dotted}))
        self.model = model
        slate: Any = new_room().slate[0]
        rows = model.rows.view(np.recarray)
        sit_down(Party(slate, rows, 1, 0, 0), np.zeros(1, np.int64), 0, 1)
        self.record: Any = lane(slate, rows, 0)
        self.world: Any = readable(model.world)
        self.p: Any = self.world.params[0]
        self.tally: Any = model.crew.tallies[0]
        for name, value in {**_AVERAGE, **(state or {})}.items():
            setattr(self.record, name, value)

    @property
    def balance(self) -> float:
        """Credits minus debits, ec."""
        return balance(read_account(self.record))

    def meet(self, touchpoint: str, functional: float, emotional: float | None = None) -> float:
        """Live an encounter of this quality without noise; return the change of the balance (ec)."""
        index = self.model.blueprint.touchpoints.index(touchpoint)
        self.world.levels[0, index, :, FUNCTIONAL] = functional
        self.world.levels[0, index, :, EMOTIONAL] = functional if emotional is None else emotional
        before = self.balance
        clock, luck = self.model.clock, self.model.luck
        meet(self.record, 0, index, 0, 0, _STILL, 0.0, 0.0, clock, luck, self.world, self.tally)
        return self.balance - before

    def pass_weeks(self, weeks: int) -> None:
        """Let weeks go by without events."""
        for _ in range(weeks):
            self.record.troubled = self.record.problem > 0
            fade(self.record, self.p)
            if self.record.problem > 0:
                problems.age(self.record, self.model.clock, self.world, self.p, self.tally)

    def fail(self, severity: float, blame: float = 0.2, touchpoint: str = "bill") -> None:
        """Let something avoidable of this severity go wrong, and let the customer voice it."""
        index = self.model.blueprint.touchpoints.index(touchpoint)
        self.p.failure_severity_sd = 1e-6
        point = self.world.touchpoints[0, index]
        point.severity, point.blame, point.unavoidable = severity, blame, 0.0
        problems.fail(self.record, 0, index, 0, 0, self.model.clock, self.model.luck, self.world, self.tally)
        self.record.problem = 2

    def settle(self, contacts: int = 1, **problem: float) -> float:
        """Settle the open problem under these numbers of `journey.problem`; return the satisfaction with it."""
        for name, value in problem.items():
            setattr(self.p, f"problem_{name}", value)
        self.record.problem_contacts = contacts
        index = self.world.plan.problem_touchpoint
        problems.close(self.record, index, 0, 0, self.model.clock, self.world, self.tally)
        return float(self.record.last_transaction)

    def disutility(self) -> float:
        """Log of the hazard ratio of leaving, as the customer stands now."""
        c = self.record
        return disutility(
            float(c.satisfaction),
            scaled_balance(read_account(c), self.p),
            peak_end(read_memory(c), self.p),
            float(c.trust),
            float(c.failure_memory),
            float(c.problem > 0),
            float(c.switching_cost),
            float(c.attention),
            self.p,
        )

    def stays(self, weeks: int = 52, churn_year: float = 0.15) -> float:
        """Probability of staying for weeks without events, at this base churn; the weeks go by."""
        frailty = -math.log1p(-churn_year) / 52.0
        staying = 1.0
        for _ in range(weeks):
            staying *= 1.0 - churn_probability(frailty, 1.0, self.disutility(), 1.0)
            self.pass_weeks(1)
        return staying
