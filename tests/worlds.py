"""Small worlds to live in, and what two runs must have in common to be called equal."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

import numpy as np
import pandas as pd

import cxsim
from cxsim.arrays import Rows
from cxsim.engine.model import CXModel
from cxsim.results.tables import all_tables
from cxsim.spec.scenario import Scenario

type Tables = dict[str, pd.DataFrame]

ENDLESS = {
    "journey.queues.phone.agents": 1e6,
    "journey.queues.chat.agents": 1e6,
    "journey.back_offices.letters.capacity_week": 1e9,
}
"""Desks so large that nobody waits for anybody: customers no longer meet."""


@cache
def telecom() -> Scenario:
    """The shipped scenario, one customer standing for one."""
    return cxsim.load("telecom", overrides=["population.represents=null"])


def world(size: int = 300, weeks: int = 20, warmup: int = 6, changes: Mapping[str, Any] | None = None) -> Scenario:
    """A small telecom operator with desks of a fitting size, busy enough that all mechanisms act."""
    fitting = {
        "population.size": size,
        "time.horizon_weeks": weeks,
        "time.warmup_weeks": warmup,
        "market.leads_per_1000_week": 20.0,
        "journey.queues.phone.agents": max(1e-3, size * 1.2e-4),
        "journey.queues.chat.agents": max(1e-3, size * 6e-5),
        "journey.back_offices.letters.capacity_week": max(1.0, size * 1.5e-3),
        "journey.touchpoints.usage.failure": 0.02,
    }
    return telecom().with_changes({**fitting, **(changes or {})})


def with_intervention(scenario: Scenario, name: str, intervention: Mapping[str, Any]) -> Scenario:
    """The scenario with one more intervention in its library."""
    return scenario.with_changes({f"interventions.{name}": dict(intervention)})


def lived(model: CXModel) -> CXModel:
    """The model after its last tick."""
    while model.running:
        model.step()
    return model


def run(scenario: Scenario, interventions: Sequence[str] = (), seed: int = 7, **how: Any) -> CXModel:
    """A model that has lived to its end."""
    return lived(CXModel(scenario, seed, how.pop("replication", 0), interventions, **how))


def tables_of(model: CXModel) -> Tables:
    """Every table of a run."""
    return all_tables(model, "arm", customers=True)


def differences(one: Tables, other: Tables) -> list[str]:
    """Names of the columns, tables and row numbers in which two runs are not the same bit for bit."""
    found = [f"{name}: only in one" for name in one.keys() ^ other.keys()]
    for name in one.keys() & other.keys():
        mine, theirs = one[name], other[name]
        if list(mine.columns) != list(theirs.columns) or len(mine) != len(theirs):
            found.append(f"{name}: {mine.shape} against {theirs.shape}")
            continue
        found.extend(f"{name}.{column}" for column in mine.columns if not same(mine[column], theirs[column]))
    return sorted(found)


def same(one: pd.Series[Any], other: pd.Series[Any]) -> bool:
    """Whether two columns are equal bit for bit, missing values included."""
    if one.dtype != other.dtype:
        return False
    if one.dtype.kind == "f":
        return one.to_numpy().tobytes() == other.to_numpy().tobytes()
    return bool(one.equals(other))


def same_rows(one: Rows, other: Rows, without: Sequence[str] = ()) -> list[str]:
    """Names of the fields of customers' records that are not the same bit for bit."""
    fields = [name for name in one.dtype.names or () if name not in without]
    return [name for name in fields if one[name].tobytes() != other[name].tobytes()]


def balances(rows: Rows) -> Any:
    """Balance of every account (ec), in 64 bits."""
    stores = [rows[name].astype(np.float64) for name in ("credit_fast", "credit_slow", "debit_fast", "debit_slow")]
    return stores[0] + stores[1] - stores[2] - stores[3]
