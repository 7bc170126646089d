"""What a forecast's page rests on: the tables of its folder, and how its models are called."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import pandas as pd

from cxsim.forecast.scenario import EFFECT, FULL, FULL_EFFECT, NOTHING_DONE, SCENARIO
from cxsim.report.target import Target, target_of
from cxsim.results.files import read_csv

NAIVE = "seasonal_naive"
_ALWAYS = ("forecast", "history", "diagnostics")
"""Tables of every forecast; one that is not there is missed by its name."""
MODELS = {
    NOTHING_DONE: "Nothing done",
    SCENARIO: "As realised",
    FULL: "As simulated",
    EFFECT: "Difference, as realised",
    FULL_EFFECT: "Difference, as simulated",
    "combination": "Forecast: mean of several models",
    "state_space": "Forecast: state space of the rate",
}


@dataclass(frozen=True)
class Folder:
    """The tables of a forecast's folder, and what the manifest says of it."""

    path: Path
    facts: Mapping[str, Any]

    @property
    def arm(self) -> Mapping[str, Any] | None:
        """Return what is known of the arm under which the history is forecast, if any."""
        arm: Mapping[str, Any] | None = self.facts["about"].get("arm")
        return arm

    @property
    def levels(self) -> list[str]:
        """Return the levels of the intervals in percent, rising."""
        return [f"{level:g}" for level in sorted(self.facts["forecast"]["levels"])]

    @property
    def kappa(self) -> str:
        """Return the share that is realised, in words."""
        return "{mean:g} ± {sd:g}".format(**self.facts["forecast"]["realisation"])

    @cached_property
    def forecast(self) -> pd.DataFrame:
        """Return the table of forecasts."""
        return self.table("forecast")

    @cached_property
    def target(self) -> Target:
        """Return how the target is said."""
        return target_of(dict(self.facts["about"]), str(self.forecast["target"].iloc[0]))

    @cached_property
    def series(self) -> list[str]:
        """Return the names of the series."""
        return [str(name) for name in self.forecast["series"].unique()]

    def table(self, name: str) -> pd.DataFrame:
        """Return a table, dates as dates; one that not every forecast has is empty where there is none."""
        file = self.path / f"{name}.csv"
        found = read_csv(file, {"series": str}) if name in _ALWAYS or file.exists() else pd.DataFrame()
        if "time" in found.columns and found["time"].dtype.kind not in "iu":
            found["time"] = pd.to_datetime(found["time"])
        return found

    def named(self, series: str) -> str:
        """Return what to add to a title for a series, nothing where there is only one."""
        return f", {series}" if len(self.series) > 1 else ""


def model_name(folder: Folder, name: str) -> str:
    """Return a model in words."""
    return naive_name(folder) if name == NAIVE else MODELS.get(name) or f"Forecast: {name}"


def naive_name(folder: Folder) -> str:
    """Return what the yardstick does, which without a season is to repeat the last value."""
    fits = folder.table("diagnostics")
    forms = fits.loc[fits["model"] == NAIVE, "form"]
    return "Last value repeated" if forms.eq("last value").any() else "Last season repeated"
