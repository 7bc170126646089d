"""What a report rests on: the scenario, the tables and the effects of one finished run, from a folder or from memory."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from cxsim.arrays import Floats
from cxsim.errors import Fault, InputError
from cxsim.metrics.horizons import discounts, values_at
from cxsim.metrics.panel import Panel, panels
from cxsim.report.wording import percent
from cxsim.results.files import read_csv, read_parquet, read_yaml, sum_parquet
from cxsim.results.folder import is_finished
from cxsim.results.run import Run
from cxsim.spec.job import USUAL_HORIZONS_WEEKS
from cxsim.spec.load import build
from cxsim.spec.scenario import Scenario
from cxsim.study.compare import Comparison
from cxsim.study.paired import mean_interval

BASELINE, ALL = "baseline", "all"
_ALWAYS = ("weekly", "cohorts", "ledger", "touchpoints", "desks", "tenures", "survivors")
"""Tables that a report needs of every run; one that is not there is missed by its name."""


@dataclass(frozen=True)
class Effect:
    """One row of the effects: what an arm changes, with its interval."""

    baseline: float
    treated: float
    difference: float
    low: float
    high: float
    p_better: float


@dataclass(frozen=True)
class Evidence:
    """Everything a report may use; what is drawn or written is computed from here alone.

    Attributes
    ----------
    arms : interventions compared with the baseline, in the order of the study; none for a plain run.
    effects : the table of `effects.csv`, empty for a plain run.
    facts : the manifest; empty for a run in memory.
    """

    scenario: Scenario
    tables: Mapping[str, pd.DataFrame]
    arms: tuple[str, ...]
    effects: pd.DataFrame
    horizons: tuple[int, ...]
    confidence: float
    facts: Mapping[str, Any] = field(default_factory=dict)

    @property
    def currency(self) -> str:
        """Return the currency of every amount."""
        return self.scenario.population.currency

    @property
    def scale(self) -> float:
        """Return how many real customers a simulated one stands for."""
        return self.scenario.population.scale

    @property
    def coverage(self) -> str:
        """Return the confidence of the intervals, in words."""
        return percent(self.confidence, 0 if float(100 * self.confidence).is_integer() else 1)

    @property
    def end(self) -> int:
        """Return the longest horizon in weeks."""
        return self.horizons[-1]

    @cached_property
    def replications(self) -> int:
        """Return how many worlds of luck were simulated."""
        return int(self.tables["weekly"]["replication"].nunique())

    @cached_property
    def uncertain(self) -> int:
        """Return how many parameters differ between replications, 0 where each has those of the scenario."""
        table = self.tables.get("parameters")
        return 0 if table is None else int(table["parameter"].nunique())

    @cached_property
    def ranked(self) -> tuple[str, ...]:
        """Return the arms by net present value at the longest horizon, the best first."""
        return tuple(sorted(self.arms, key=lambda arm: -self.effect("npv", arm).difference))

    @cached_property
    def best(self) -> str | None:
        """Return the arm of the largest net present value, none for a plain run."""
        return self.ranked[0] if self.arms else None

    @cached_property
    def _effects(self) -> dict[tuple[str, str, int], Effect]:
        rows = self.effects[self.effects["segment"] == ALL] if self.arms else self.effects
        return {
            (row["intervention"], row["metric"], int(row["horizon_weeks"])): Effect(
                *(float(row[name]) for name in ("baseline", "treated", "difference", "ci_low", "ci_high", "p_better"))
            )
            for row in rows.to_dict("records")
        }

    @cached_property
    def _panels(self) -> dict[str, Panel]:
        weekly = self.tables["weekly"]
        whole = weekly[weekly["segment"] == ALL]
        per_week = self.scenario.time.ticks_per_week
        return {str(arm): panels(rows, per_week)[ALL] for arm, rows in whole.groupby("scenario", sort=False)}

    def label(self, arm: str) -> str:
        """Return what an arm is called: the labels of its interventions."""
        known = self.scenario.interventions
        names = [known[name].label or name if name in known else name for name in arm.split("+")]
        return "Baseline" if arm == BASELINE else " + ".join(names)

    def effect(self, metric: str, arm: str, weeks: int | None = None) -> Effect:
        """Return what an arm changes within a horizon, the longest if left out."""
        return self._effects[arm, metric, self.end if weeks is None else weeks]

    @cached_property
    def bookings(self) -> pd.DataFrame:
        """Return `credits`, `debits` and `avoidable` (ec) by scenario, touchpoint, channel and cause, over the run."""
        by, of = ["scenario", "touchpoint", "channel", "cause"], ["credits", "debits", "avoidable"]
        if isinstance(self.tables, FolderTables):
            return self.tables.sums("ledger", by, of)
        return self.tables["ledger"].groupby(by, as_index=False, observed=True)[of].sum()

    def panel(self, arm: str = BASELINE) -> Panel:
        """Return the ticks of an arm over all segments, replications x ticks."""
        return self._panels[arm]

    def levels(self, arm: str = BASELINE, weeks: int | None = None) -> dict[str, Floats]:
        """Return the metrics of an arm at a horizon, one value per replication."""
        return values_at(self.panel(arm), self.end if weeks is None else weeks, self.scale)

    def level(self, metric: str, arm: str = BASELINE) -> tuple[float, float, float]:
        """Return mean, low and high of a metric of an arm at the longest horizon, over replications."""
        values = self.levels(arm)[metric]
        return mean_interval(values[~np.isnan(values)], self.confidence)

    def npv(self, arm: str, weeks: int | None = None) -> Floats:
        """Return the net present value of an arm within a horizon, one value per replication, in currency."""
        return np.sum(list(self.npv_parts(arm, weeks).values()), axis=0)

    def npv_parts(self, arm: str, weeks: int | None = None) -> dict[str, Floats]:
        """Return what the net present value of an arm is made of: discounted cash, one value per replication each.

        Margin is split by whose it is: customers of the start (retention) or customers won during the run. The parts
        add up to the difference of the profit, discounted.
        """
        own, base, money = self.panel(arm), self.panel(), self.scenario.money
        cut = (self.end if weeks is None else weeks) * self.scenario.time.ticks_per_week
        factors = discounts(cut, self.scenario.time.ticks_per_week, money.discount_year)

        def gained(name: str) -> Floats:
            difference = (own[name][:, :cut] - base[name][:, :cut]) * self.scale
            return np.asarray((difference * factors).sum(axis=1))

        kept = money.margin * gained("base_revenue")
        return {
            "margin, customers kept": kept,
            "margin, customers won": money.margin * gained("revenue") - kept,
            "cost of winning them": -gained("acquisition_cost"),
            "contacts": -gained("contact_cost"),
            "recovery": -gained("recovery_cost"),
            "programme": -gained("programme_cost"),
        }


class FolderTables(Mapping[str, pd.DataFrame]):
    """The tables of a run folder, each read when it is first asked for."""

    def __init__(self, folder: Path) -> None:
        names = {*_ALWAYS, *(path.stem for path in folder.glob("*.parquet"))}
        self._files = {name: folder / f"{name}.parquet" for name in sorted(names)}
        self._read: dict[str, pd.DataFrame] = {}

    def __getitem__(self, name: str) -> pd.DataFrame:
        if name not in self._read:
            self._read[name] = read_parquet(self._files[name])
        return self._read[name]

    def sums(self, name: str, by: Sequence[str], of: Sequence[str]) -> pd.DataFrame:
        """Return the sums of columns of a table by texts, without keeping the table: a ledger may be large."""
        return sum_parquet(self._files[name], by, of)

    def __iter__(self) -> Iterator[str]:
        return iter(self._files)

    def __len__(self) -> int:
        return len(self._files)


def run_facts(run_dir: Path) -> dict[str, Any]:
    """Return the manifest of a run folder.

    Raises
    ------
    InputError : the folder holds no finished run.
    """
    if not is_finished(run_dir):
        raise InputError([Fault("RUN_DIR", "must be the folder of a finished run", str(run_dir))])
    facts: dict[str, Any] = json.loads((run_dir / "manifest.json").read_text("utf-8"))
    return facts


def read(run_dir: Path) -> Evidence:
    """Return the evidence of a run folder.

    Raises
    ------
    InputError : the folder holds no finished run, or a file of it cannot be read.
    """
    facts = run_facts(run_dir)
    scenario = build(read_yaml(run_dir / "scenario.yaml"))
    study = facts["study"]
    effects = read_csv(run_dir / "effects.csv") if facts["command"] == "compare" else pd.DataFrame()
    return _evidence(scenario, FolderTables(run_dir), effects, study["horizons_weeks"], study["confidence"], facts)


def of_run(run: Run) -> Evidence:
    """Return the evidence of a run in memory."""
    end = run.scenario.time.horizon_weeks
    horizons = sorted({min(weeks, end) for weeks in USUAL_HORIZONS_WEEKS} | {end})
    return _evidence(run.scenario, run.tables, pd.DataFrame(), horizons, 0.95, {})


def of_comparison(comparison: Comparison) -> Evidence:
    """Return the evidence of a comparison in memory."""
    effects, run = comparison.effects, comparison.run
    horizons = sorted(effects["horizon_weeks"].unique())
    return _evidence(run.scenario, run.tables, effects, horizons, float(effects["confidence"].iloc[0]), {})


def _evidence(
    scenario: Scenario,
    tables: Mapping[str, pd.DataFrame],
    effects: pd.DataFrame,
    horizons: Sequence[int],
    confidence: float,
    facts: Mapping[str, Any],
) -> Evidence:
    asked = facts.get("study", {}).get("arms", ()) if facts.get("command") == "compare" else ()
    found = [str(name) for name in effects["intervention"].unique()] if len(effects) else []
    arms = tuple(arm for arm in asked if arm in found) or tuple(found)
    return Evidence(scenario, tables, arms, effects, tuple(int(weeks) for weeks in horizons), confidence, facts)
