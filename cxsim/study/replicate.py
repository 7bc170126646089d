"""One replication of every arm: a shared past, then one future per arm, on the same customers with the same luck."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pandas as pd

from cxsim.arrays import Rows
from cxsim.interventions.uncertain import Draws
from cxsim.results.tables import all_tables
from cxsim.spec.scenario import Scenario

if TYPE_CHECKING:
    from cxsim.engine.model import CXModel

type Tables = dict[str, pd.DataFrame]


@dataclass(frozen=True)
class Plan:
    """What a replication needs to know; small enough to send to another process.

    Attributes
    ----------
    arms : name of an arm -> names of its interventions.
    customer_replications : replications below this number keep their customers one by one.
    base, customer_ids : a firm's own customers instead of drawn ones.
    draws : uncertain parameters, which differ between replications and not between arms.
    """

    scenario: Scenario
    arms: Mapping[str, tuple[str, ...]]
    seed: int
    customer_replications: int = 1
    threads: int = 1
    block_rows: int = 32_768
    stepping: str = "bulk"
    base: Rows | None = field(default=None, repr=False)
    customer_ids: Sequence[str] | None = field(default=None, repr=False)
    draws: Draws = field(default_factory=dict, repr=False)

    def model(self, replication: int, interventions: Sequence[str] = ()) -> CXModel:
        """Return the model of one replication."""
        # Only who lives it needs the engine; a parent of workers does not.
        from cxsim.engine.model import CXModel

        drawn = {name: values[replication] for name, values in self.draws.items()}
        return CXModel(
            self.scenario.with_changes(drawn) if drawn else self.scenario,
            self.seed,
            replication,
            interventions,
            threads=self.threads,
            block_rows=self.block_rows,
            stepping=self.stepping,
            base=self.base,
            customer_ids=self.customer_ids,
        )


def replicate(plan: Plan, replication: int, arms: Sequence[str]) -> Iterator[tuple[str, Tables]]:
    """Yield (arm, tables) of one replication for each of `arms`.

    Arms are equal until the first intervention of any of them starts, so that past is lived once and every arm goes on from it.
    """
    trunk = plan.model(replication)
    shared = _shared_ticks(plan, arms, trunk)
    for _ in range(shared):
        trunk.step()
    for arm in arms:
        model = trunk.branch(plan.arms[arm])
        while model.running:
            model.step()
        yield arm, all_tables(model, arm, customers=replication < plan.customer_replications)


def _shared_ticks(plan: Plan, arms: Sequence[str], model: CXModel) -> int:
    """Return how many ticks, warm-up included, all arms have in common."""
    if len(arms) == 1 and not plan.arms[arms[0]]:
        return 0
    names = [name for arm in arms for name in plan.arms[arm]]
    starts = [plan.scenario.interventions[name].start_week for name in names if name in plan.scenario.interventions]
    first = min(starts, default=0.0)
    return min(model.warmup_ticks + int(first * model.ticks_per_week), model.warmup_ticks + model.horizon_ticks - 1)


def part_key(arm: str, replication: int) -> str:
    """Return the key of the part that holds an arm's replication."""
    return f"{arm}-{replication}"


def fill_parts(plan: Plan, replication: int, arms: Sequence[str], parts: Any) -> int:
    """Write the parts of the missing `arms` of one replication; return how many."""
    for arm, tables in replicate(plan, replication, arms):
        parts.write(part_key(arm, replication), tables)
    return len(arms)
