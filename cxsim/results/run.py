"""A run as an object: its tables under their names, wherever they come from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from cxsim.spec.scenario import Scenario


@dataclass(frozen=True)
class Run:
    """The tables of a finished run.

    Attributes
    ----------
    tables : every table by its file's name, see `cxsim.results.tables` for their columns.
    """

    scenario: Scenario
    tables: Mapping[str, pd.DataFrame]
    seed: int
    replications: int

    @property
    def weekly(self) -> pd.DataFrame:
        """Return one row per arm, replication, segment (and `all`) and tick."""
        return self.tables["weekly"]

    @property
    def cohorts(self) -> pd.DataFrame:
        """Return one row per arm, replication, cohort and tick."""
        return self.tables["cohorts"]

    @property
    def ledger(self) -> pd.DataFrame:
        """Return the bookings: one row per arm, replication, tick, touchpoint, channel and cause."""
        return self.tables["ledger"]

    @property
    def surveys(self) -> pd.DataFrame:
        """Return what was asked and answered: one row per arm, replication, segment and tick."""
        return self.tables["surveys"]

    @property
    def customers(self) -> pd.DataFrame:
        """Return one row per customer of every arm, in the replications that kept them."""
        return self.tables["customers"]
