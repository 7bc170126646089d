"""What can be forecast: a run, a pandas series or table, or a file; all become one table with named columns."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

import pandas as pd

from cxsim.errors import Fault, InputError, nearest
from cxsim.forecast.read import read_history
from cxsim.forecast.series import Columns
from cxsim.results.run import Run

Subject = Run | pd.Series | pd.DataFrame | str | Path

ALL = "all"
EXPOSURE = "exposure"
SERIES_OF_RUN = ("scenario", "segment", "replication")
_LOSSES = {"churn_rate", "churned", "base_churned"}
"""Targets that count who leaves."""
_ARRIVALS = {"prospects", "acquired", "acquisition_cost", "profit"}
"""Targets that count who comes, or what that costs."""
_FILLING_WEEKS = 2
"""Weeks until those who come have filled the way to a contract: a run starts without any on it."""
_KEYS = {"scenario", "replication", "segment", "tick", "week"}


def prepared(data: Subject, columns: Columns) -> tuple[pd.Series | pd.DataFrame, Columns]:
    """Return the data as pandas and which column is what.

    Raises
    ------
    InputError
        A file that cannot be read, or a target or series that a run does not have.
    """
    if isinstance(data, Run):
        return of_run(data, columns)
    if isinstance(data, str | Path):
        exposure = columns.exposure if isinstance(columns.exposure, str) else None
        table = read_history(
            data,
            columns.time,
            columns.target,
            columns.series,
            exposure,
            columns.kind,
            columns.season,
            columns.frequency,
        )
        return table, columns
    return data, columns


def of_run(run: Run, columns: Columns) -> tuple[pd.DataFrame, Columns]:
    """Return the weekly table of a run as one row for every series and tick.

    `columns.series` is ``segment``, ``replication`` or ``scenario`` (one series for each arm of a comparison), else the
    run is one series over all segments. What a series does not tell apart is pooled: the churn rate is all churned over
    all customers at risk, its exposure; any other target is its mean over replications. The interval is then that of
    the pooled number; ``replication`` gives the interval of a single world.

    Who leaves has decided to in the tick before, and nobody decides before the run begins: losses start at the second tick. A
    first one of 0, far off all others, would tell a model of swings that never are. Nor is anybody on the way to a contract when
    a run begins: what counts arrivals starts after two weeks.
    """
    weekly, target = run.weekly, columns.target
    arms = weekly["scenario"].unique()
    by = columns.series or ("scenario" if len(arms) > 1 else None)
    targets = [str(name) for name in weekly.columns if name not in _KEYS]
    faults = [
        *_unless_among("series", by, SERIES_OF_RUN),
        *_unless_among("target", target, targets),
    ]
    if columns.exposure is not None:
        faults.append(Fault(EXPOSURE, "must be left out for a run, which knows its own", columns.exposure))
    if faults:
        raise InputError(faults)
    time = "week" if run.scenario.time.ticks_per_week == 1 else "tick"
    rows = weekly[(weekly["segment"] != ALL) if by == "segment" else (weekly["segment"] == ALL)]
    if by != "scenario":
        rows = rows[rows["scenario"] == arms[0]]
    if target in _LOSSES and not rows.loc[rows["tick"] == 0, "churned"].any():
        rows = rows[rows["tick"] > 0]
    if target in _ARRIVALS:
        rows = rows[rows["tick"] >= _FILLING_WEEKS * run.scenario.time.ticks_per_week]
    groups = rows.groupby([*([by] if by else []), time], sort=False)
    if target == "churn_rate":
        counts = groups[["churned", "active"]].sum()
        at_risk = counts["churned"] + counts["active"]
        table = pd.DataFrame({target: counts["churned"] / at_risk, EXPOSURE: at_risk}).reset_index()
    else:
        table = groups[target].mean().reset_index()
    if by is None:
        table, by = table.assign(series=ALL), "series"
    table[time] = table[time].astype("int64")
    exposure = EXPOSURE if target == "churn_rate" else None
    return table, replace(columns, time=time, series=by, exposure=exposure)


def _unless_among(path: str, name: str | None, names: Iterable[str]) -> list[Fault]:
    known = list(names)
    if name is None or name in known:
        return []
    return [Fault(path, "must be a column of the run's weekly table", name, nearest(name, known))]
