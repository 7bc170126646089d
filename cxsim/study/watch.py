"""The same customers watched period by period, without an intervention and with it."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pandas as pd

from cxsim.engine.model import CXModel
from cxsim.results.tables import customer_table
from cxsim.spec.scenario import Scenario

FIXED = ("customer", "segment", "contract")


class Worlds(NamedTuple):
    """The customers of one replication in both worlds, see `watch`."""

    without: pd.DataFrame
    treated: pd.DataFrame


def watch(scenario: Scenario, intervention: str, seed: int, replication: int, every_weeks: int) -> Worlds:
    """Return one row per customer and period, for customers who are active when the intervention starts.

    Columns: ``replication, customer, segment, contract``, ``start_week`` and ``end_week`` of the period counted from the
    intervention's start, what the firm knew at the period's start: ``tenure_weeks``, ``satisfaction`` and ``contacts``
    (of the period before), ``reached`` (from the period on in whose first tick the intervention first reaches the
    customer), and ``churned_now``. A customer's rows end with the period of the churn, or with the run.

    Parameters
    ----------
    every_weeks : length of a period; the last one may be shorter.
    """
    trunk = CXModel(scenario, seed, replication)
    begins = scenario.interventions[intervention].start_week
    for _ in range(trunk.warmup_ticks + int(begins * trunk.ticks_per_week)):
        trunk.step()
    return Worlds(
        _watched(trunk.branch(()), every_weeks, replication),
        _watched(trunk.branch((intervention,)), every_weeks, replication),
    )


def _watched(model: CXModel, every_weeks: int, replication: int) -> pd.DataFrame:
    """Return the rows of one world, from now to the end of the run."""
    began, ticks = model.tick, every_weeks * model.ticks_per_week
    before = start = _known(model)
    start = start[start["status"] == "active"]
    ever = pd.Series(data=False, index=start.index)
    periods = []
    while model.running and len(start):
        begin = model.tick
        model.step()
        ever |= _known(model)["reached"].reindex(ever.index) > 0
        for _ in range(ticks - 1):
            if model.running:
                model.step()
        end = _known(model)
        lost = end["status"].reindex(start.index) == "lost"
        asked = start["contacts"] - before["contacts"].reindex(start.index)
        rows = start.reset_index()[[*FIXED, "tenure_weeks", "satisfaction"]]
        rows["start_week"] = (begin - began) / model.ticks_per_week
        rows["end_week"] = (model.tick - began) / model.ticks_per_week
        rows["contacts"] = asked.to_numpy()
        rows["reached"] = ever.reindex(start.index).to_numpy(dtype=np.int64)
        rows["churned_now"] = lost.to_numpy()
        periods.append(rows)
        before, start = start, end.loc[start.index[~lost]]
    return pd.concat(periods, ignore_index=True).assign(replication=replication)


def _known(model: CXModel) -> pd.DataFrame:
    return customer_table(model).set_index("customer")
