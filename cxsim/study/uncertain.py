"""The draws of uncertain parameters as a table of a run, and back."""

from __future__ import annotations

import pandas as pd

from cxsim.arrays import Floats
from cxsim.interventions.uncertain import Draws
from cxsim.results.run import Run

PARAMETERS = "parameters"
"""Name of the table: ``replication, parameter, value``."""


def parameter_table(draws: Draws) -> pd.DataFrame:
    """Return one row per replication and uncertain parameter."""
    wide = pd.DataFrame({name: list(values) for name, values in draws.items()}).rename_axis("replication")
    return wide.reset_index().melt("replication", var_name="parameter", value_name="value")


def drawn_values(run: Run) -> Floats | None:
    """Return what each replication drew, of shape (replications, parameters); ``None`` where nothing was uncertain."""
    if PARAMETERS not in run.tables:
        return None
    wide = run.tables[PARAMETERS].pivot_table(index="replication", columns="parameter", values="value")
    return wide.to_numpy(dtype="float64")
