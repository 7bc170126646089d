"""Simulating a scenario: replications of one arm, in memory or into a run folder."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import pandas as pd

from cxsim.checks import require
from cxsim.engine.warm import ensure_compiled
from cxsim.interventions.uncertain import draw
from cxsim.population.customer_file import sized
from cxsim.results.folder import RunFolder, prepare
from cxsim.results.run import Run
from cxsim.spec.job import Data, Engine, Job
from cxsim.spec.load import job_of, listed
from cxsim.spec.scenario import Scenario
from cxsim.spec.uncertainty import Uncertainty
from cxsim.study.customers import CALIBRATION, OwnCustomers, about, own_customers
from cxsim.study.pool import progress_bar, run_tasks, say, workers_for
from cxsim.study.replicate import Plan, Tables, fill_parts, part_key, replicate
from cxsim.study.uncertain import PARAMETERS, parameter_table

BASELINE = "baseline"


def simulate(
    scenario: Scenario,
    replications: int = 1,
    seed: int = 0,
    interventions: Sequence[str] = (),
    engine: Engine | None = None,
    customer_replications: int = 1,
    data: Data | None = None,
    uncertainty: Uncertainty | None = None,
) -> Run:
    """Return the run of a scenario, in memory.

    Parameters
    ----------
    replications : worlds of luck; every table has a column for them.
    seed : the seed, 0 included.
    interventions : names of the scenario's interventions that act; a text is one name.
    customer_replications : how many replications keep their customers one by one.
    data : the firm's own customers and how to read them; drawn from the population where left out.
    uncertainty : parameters that differ between replications; none where left out.

    Raises
    ------
    InputError : an argument, the scenario or the file of customers is faulty, or an intervention is unknown.
    """
    study = {"replications": replications, "seed": seed, "customer_replications": customer_replications}
    job = job_of(scenario, study, engine, data, uncertainty)
    require(job)
    plan, tables = in_memory(sized(job), {BASELINE: tuple(listed(interventions))})
    return Run(plan.scenario, tables, job.study.seed, job.study.replications)


def run_job(job: Job, command: str = "run", progress: bool = True, then_load: Sequence[str] = ()) -> Path:
    """Return the folder of the finished run of one scenario; a run that was killed is taken up where it stopped.

    `then_load` are modules that idle processes of the pool load at the end.
    """
    with prepare(job, command) as folder:
        if folder.finished:
            return folder.path
        plan = fill(folder, job, {BASELINE: ()}, progress=progress, then_load=then_load)
        tables = collected(folder, plan)
        return folder.finish(tables, about(job, tables.get(CALIBRATION)))


def make_plan(job: Job, arms: Mapping[str, tuple[str, ...]], own: OwnCustomers | None) -> Plan:
    """Return the plan of a job's replications; a single replication may use all threads."""
    alone = workers_for(job.engine.workers, job.study.replications) == 1
    scenario = job.scenario if own is None else own.scenario
    return Plan(
        scenario=scenario,
        arms=dict(arms),
        seed=job.study.seed,
        customer_replications=job.study.customer_replications,
        threads=job.engine.threads if alone else 1,
        block_rows=job.engine.block_rows,
        stepping=job.engine.stepping,
        base=None if own is None else own.base,
        customer_ids=None if own is None else own.ids,
        draws=draw(job.uncertainty, scenario, job.study.seed, job.study.replications),
    )


def in_memory(job: Job, arms: Mapping[str, tuple[str, ...]]) -> tuple[Plan, Tables]:
    """Return the plan of a job and all of its tables."""
    own = own_customers(job)
    plan = make_plan(job, arms, own)
    tables = gather(plan, job.study.replications, job.engine.workers)
    return plan, tables if own is None or own.calibration is None else tables | {CALIBRATION: own.calibration}


def gather(plan: Plan, replications: int, workers: int) -> Tables:
    """Return the tables of every arm and replication, in memory, in the order of arm and replication."""
    ensure_compiled(plan.scenario, say)
    arms = list(plan.arms)
    tasks = {replication: (plan, replication, arms) for replication in range(replications)}
    found = dict(run_tasks(tasks, _collect, workers_for(workers, replications)))
    parts = [found[replication][arm] for arm in arms for replication in range(replications)]
    names = dict.fromkeys(name for part in parts for name in part)
    tables = {name: pd.concat([part[name] for part in parts if name in part], ignore_index=True) for name in names}
    return tables | _parameters(plan)


def fill(
    folder: RunFolder, job: Job, arms: Mapping[str, tuple[str, ...]], *, progress: bool, then_load: Sequence[str] = ()
) -> Plan:
    """Write every part of a run that is not there yet, over a pool of processes; return the plan that made them."""
    plan = make_plan(job, arms, _own(folder, job))
    tasks = {}
    for replication in range(job.study.replications):
        missing = [arm for arm in arms if not folder.has_part(part_key(arm, replication))]
        if missing:
            tasks[replication] = (plan, replication, missing, folder.parts)
    ensure_compiled(plan.scenario, say)
    total = sum(len(arguments[2]) for arguments in tasks.values())
    with progress_bar(total, "simulating", show=progress) as advance:
        workers = workers_for(job.engine.workers, len(tasks) or 1)
        for _, done in run_tasks(tasks, fill_parts, workers, then_load):
            advance(done)
    return plan


def collected(folder: RunFolder, plan: Plan) -> Tables:
    """Return the tables of all parts of a folder, in the order of arm and replication, and what the plan drew."""
    names = sorted({path.stem for path in (folder.path / "parts").glob("*/*.arrow")})
    return {name: folder.read_parts(name) for name in names} | _parameters(plan)


def _parameters(plan: Plan) -> Tables:
    return {PARAMETERS: parameter_table(plan.draws)} if plan.draws else {}


def _own(folder: RunFolder, job: Job) -> OwnCustomers | None:
    """Return the firm's customers; their churn level is a part of the run like any other, solved once."""
    solved = folder.read_parts(CALIBRATION) if folder.has_part(CALIBRATION) else None
    own = own_customers(job, solved)
    if solved is None and own is not None and own.calibration is not None:
        folder.write_part(CALIBRATION, {CALIBRATION: own.calibration})
    return own


def _collect(plan: Plan, replication: int, arms: Sequence[str]) -> dict[str, Tables]:
    return dict(replicate(plan, replication, arms))
