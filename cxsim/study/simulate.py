"""Simulating a scenario: replications of one arm, in memory or into a run folder."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from cxsim.checks import require
from cxsim.engine.warm import ensure_compiled
from cxsim.results.folder import RunFolder, prepare
from cxsim.results.run import Run
from cxsim.spec.job import Engine, Job, Study
from cxsim.spec.scenario import Scenario
from cxsim.study.customers import own_customers
from cxsim.study.pool import progress_bar, run_tasks, say, workers_for
from cxsim.study.replicate import Plan, Tables, fill_parts, part_key, replicate

BASELINE = "baseline"


def simulate(
    scenario: Scenario,
    replications: int = 1,
    seed: int = 0,
    interventions: Sequence[str] = (),
    engine: Engine | None = None,
    customer_replications: int = 1,
) -> Run:
    """Return the run of a scenario, in memory.

    Parameters
    ----------
    replications : worlds of luck; every table has a column for them.
    seed : the seed, 0 included.
    interventions : names of the scenario's interventions that act.
    customer_replications : how many replications keep their customers one by one.

    Raises
    ------
    InputError : the scenario is faulty, or an intervention is unknown.
    """
    study = Study(replications=replications, seed=seed, customer_replications=customer_replications)
    job = Job(scenario=scenario, study=study, engine=engine or Engine())
    require(job)
    plan = make_plan(job, {BASELINE: tuple(interventions)})
    return Run(scenario, gather(plan, replications, job.engine.workers), seed, replications)


def run_job(job: Job, command: str = "run", progress: bool = True) -> Path:
    """Return the folder of the finished run of one scenario; a run that was killed is taken up where it stopped."""
    with prepare(job, command) as folder:
        if folder.finished:
            return folder.path
        fill(folder, job, {BASELINE: ()}, progress=progress)
        return folder.finish(collected(folder))


def make_plan(
    job: Job, arms: Mapping[str, tuple[str, ...]], base: Any = None, ids: Sequence[str] | None = None
) -> Plan:
    """Return the plan of a job's replications; a single replication may use all threads."""
    alone = workers_for(job.engine.workers, job.study.replications) == 1
    return Plan(
        scenario=job.scenario,
        arms=dict(arms),
        seed=job.study.seed,
        customer_replications=job.study.customer_replications,
        threads=job.engine.threads if alone else 1,
        block_rows=job.engine.block_rows,
        stepping=job.engine.stepping,
        base=base,
        customer_ids=ids,
    )


def gather(plan: Plan, replications: int, workers: int) -> Tables:
    """Return the tables of every arm and replication, in memory, in the order of arm and replication."""
    ensure_compiled(plan.scenario, say)
    arms = list(plan.arms)
    tasks = {replication: (plan, replication, arms) for replication in range(replications)}
    found = dict(run_tasks(tasks, _collect, workers_for(workers, replications)))
    parts = [found[replication][arm] for arm in arms for replication in range(replications)]
    names = dict.fromkeys(name for part in parts for name in part)
    return {name: pd.concat([part[name] for part in parts if name in part], ignore_index=True) for name in names}


def fill(folder: RunFolder, job: Job, arms: Mapping[str, tuple[str, ...]], *, progress: bool) -> Plan:
    """Write every part of a run that is not there yet, over a pool of processes; return the plan that made them."""
    own = own_customers(job)
    scenario = own.scenario if own is not None else job.scenario
    plan = make_plan(
        job.model_copy(update={"scenario": scenario}),
        arms,
        None if own is None else own.base,
        None if own is None else own.ids,
    )
    tasks = {}
    for replication in range(job.study.replications):
        missing = [arm for arm in arms if not folder.has_part(part_key(arm, replication))]
        if missing:
            tasks[replication] = (plan, replication, missing, folder.parts)
    ensure_compiled(plan.scenario, say)
    total = sum(len(arguments[2]) for arguments in tasks.values())
    with progress_bar(total, "simulating", show=progress) as advance:
        for _, done in run_tasks(tasks, fill_parts, workers_for(job.engine.workers, len(tasks) or 1)):
            advance(done)
    return plan


def collected(folder: RunFolder) -> Tables:
    """Return the tables of all parts of a folder, in the order of arm and replication."""
    names = sorted({path.stem for path in (folder.path / "parts").glob("*/*.arrow")})
    return {name: folder.read_parts(name) for name in names}


def _collect(plan: Plan, replication: int, arms: Sequence[str]) -> dict[str, Tables]:
    return dict(replicate(plan, replication, arms))
