"""The main job: the baseline against interventions, on the same customers with the same luck."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import pandas as pd

from cxsim.checks import require, require_comparison
from cxsim.population.customer_file import sized
from cxsim.results.folder import prepare
from cxsim.results.run import Run
from cxsim.results.tables import ALL
from cxsim.spec.job import Data, Engine, Job
from cxsim.spec.load import job_of, listed
from cxsim.spec.scenario import Scenario
from cxsim.spec.uncertainty import Uncertainty
from cxsim.study.at_once import check_question, judge_at_once
from cxsim.study.customers import CALIBRATION, about
from cxsim.study.effects import BASELINE, effects_table, paired_differences
from cxsim.study.potential import potential_outcomes
from cxsim.study.simulate import collected, fill, in_memory


@dataclass
class Comparison:
    """The outcome of a comparison.

    Attributes
    ----------
    run : the tables of the baseline and every arm; column `scenario` names the arm.
    effects : paired effects, one row per intervention, metric, segment and horizon.
    """

    run: Run
    effects: pd.DataFrame

    @property
    def scenario(self) -> Scenario:
        """Return the scenario that was compared on."""
        return self.run.scenario

    @property
    def weekly(self) -> pd.DataFrame:
        """Return the weekly table of the baseline and every arm."""
        return self.run.weekly

    @cached_property
    def customers(self) -> pd.DataFrame:
        """Return one row per customer x intervention x replication asked for, with both potential outcomes."""
        return potential_outcomes(self.run.customers)

    def all_at_once(
        self,
        metric: str = "npv",
        horizon_weeks: int | None = None,
        segment: str = ALL,
        margin: float | None = None,
        confidence: float = 0.95,
    ) -> pd.DataFrame:
        """Return all arms judged together on one metric, the best first: see `at_once.judge_at_once` for the columns.

        Parameters
        ----------
        metric : a metric of `effects` other than ``roi`` and ``payback_weeks``, which no single replication has.
        horizon_weeks : weeks after the start; the whole run if left out.
        margin : a size, in the metric's unit, below which a difference does not matter; adds ``verdict``.

        Raises
        ------
        InputError : a metric, segment or horizon that is not there, or fewer than two replications.
        """
        length = self.scenario.time.horizon_weeks
        weeks = length if horizon_weeks is None else horizon_weeks
        check_question(metric, segment, [ALL, *self.scenario.population.segments], weeks, length, confidence)
        differences = paired_differences(self.run.tables, self.scenario, metric, weeks, segment)
        found = judge_at_once(differences, metric, margin, confidence, self.run.seed)
        return found.assign(
            unit=found["unit"].str.replace("{currency}", self.scenario.population.currency, regex=False)
        )


def compare(
    scenario: Scenario,
    interventions: Sequence[str],
    replications: int = 10,
    seed: int = 0,
    horizons: Sequence[int] | None = None,
    confidence: float = 0.95,
    customer_replications: int = 1,
    engine: Engine | None = None,
    data: Data | None = None,
    uncertainty: Uncertainty | None = None,
) -> Comparison:
    """Return what each arm does, compared with the baseline, in memory.

    Parameters
    ----------
    interventions : arms: names of the scenario's interventions, or bundles written ``a+b``; a text is one arm.
    horizons : weeks after the start at which to judge; 13, 52, 156 as far as they fit and the end if left out.
    customer_replications : replications whose customers are kept with both potential outcomes.
    data : the firm's own customers and how to read them; drawn from the population where left out.
    uncertainty : parameters that differ between replications, the same in all arms of one; none where left out.

    Raises
    ------
    InputError : an argument, the scenario or the file of customers is faulty, or an arm or horizon does not exist.
    """
    study = {
        "arms": listed(interventions),
        "replications": replications,
        "seed": seed,
        "horizons_weeks": listed(horizons),
        "confidence": confidence,
        "customer_replications": customer_replications,
    }
    job = job_of(scenario, study, engine, data, uncertainty)
    require(job)
    require_comparison(job)
    plan, tables = in_memory(sized(job), arms_of(job))
    run = Run(plan.scenario, tables, job.study.seed, job.study.replications)
    return Comparison(run, effects_table(tables, plan.scenario, job.horizons, job.study.confidence))


def run_job(job: Job, progress: bool = True, then_load: Sequence[str] = ()) -> Path:
    """Return the folder of the finished comparison; one that was killed is taken up where it stopped.

    `then_load` are modules that idle processes of the pool load at the end.
    """
    with prepare(job, "compare") as folder:
        if folder.finished:
            return folder.path
        plan = fill(folder, job, arms_of(job), progress=progress, then_load=then_load)
        tables = collected(folder, plan)
        with folder.writing(tables):
            effects = effects_table(tables, plan.scenario, job.horizons, job.study.confidence)
        return folder.finish({"effects": effects}, about(job, tables.get(CALIBRATION)))


def arms_of(job: Job) -> dict[str, tuple[str, ...]]:
    """Return the arms of a job with their interventions, the baseline first; ``a+b`` is a bundle."""
    return {BASELINE: (), **{arm: tuple(arm.split("+")) for arm in job.study.arms}}
