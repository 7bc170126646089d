"""The commands: what each does, how it is typed, and which function does it."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cxsim.spec.job import Job

type Body = Callable[[Job, bool], int]

SIMULATING = ("numba", "cxsim.engine.model")
DRAWING = ("cxsim.report.evidence", "cxsim.report.style")
"""What takes a process a second to load before it can simulate, and before it can draw."""


@dataclass(frozen=True)
class Command:
    """A command that takes a configuration.

    Attributes
    ----------
    summary : what it does, in one line.
    text : more about it, for its page.
    examples : what to type.
    body : does it, given the job and whether to show progress; returns the exit status.
    writes : whether it leaves a run folder.
    judge : raises `InputError` for a job that the command cannot do, before anything is written.
    own : keys of the command's own group that may be typed without the group.
    """

    name: str
    summary: str
    text: str
    examples: tuple[str, ...]
    body: Body
    writes: bool = True
    judge: Callable[[Job], object] | None = None
    own: frozenset[str] = frozenset()


def _run(job: Job, progress: bool) -> int:
    workers = _begin(job, "run")
    from cxsim.report.terminal import summary
    from cxsim.study.simulate import run_job

    folder = run_job(job, "run", progress, DRAWING)
    summary(folder)
    _finish(folder, job, workers)
    return 0


def _compare(job: Job, progress: bool) -> int:
    workers = _begin(job, "compare")
    from cxsim.report.terminal import effects
    from cxsim.study.compare import run_job

    folder = run_job(job, progress, DRAWING)
    effects(folder)
    _finish(folder, job, workers)
    return 0


def _judge_comparison(job: Job) -> None:
    from cxsim.checks import require_comparison

    require_comparison(job)


def _calibrate(job: Job, _: bool) -> int:
    from cxsim.results.files import read_parquet
    from cxsim.study.calibrate import run_job

    _tell_found(job, "calibrate")
    folder = run_job(job)
    print(read_parquet(folder / "calibration.parquet").to_string(index=False, float_format="{:.4f}".format))
    print(f"results:  {folder}")
    print(f"scenario: {folder / 'scenario.yaml'}")
    if job.uncertainty.stated:
        print(f"draws:    {folder / 'draws.csv'}")
    return 0


def _forecast(job: Job, _: bool) -> int:
    from cxsim.study import forecast, transactions

    _tell_found(job, "forecast")
    _finish((forecast if job.data.transactions is None else transactions).run_job(job), job)
    return 0


def _judge_forecast(job: Job) -> object:
    from cxsim.study import forecast, transactions

    return (forecast if job.data.transactions is None else transactions).read(job)


def _journey(job: Job, _: bool) -> int:
    from cxsim.report.journey_page import run

    return run(job)


def _tell_found(job: Job, command: str) -> bool:
    """Return whether the run is finished already, and say so."""
    from cxsim.results.folder import folder_of, is_finished

    folder = folder_of(job, command)
    found = is_finished(folder)
    if found:
        print(f"{folder}: found finished, nothing is computed again", file=sys.stderr)
    return found


def _begin(job: Job, command: str) -> int:
    """Return how many processes will work; they load the engine while this one does the same with what it needs itself."""
    from cxsim.study.pool import load_ahead, workers_for

    if _tell_found(job, command):
        return 1
    workers = workers_for(job.engine.workers, job.study.replications)
    load_ahead(workers, SIMULATING)
    return workers


def _finish(folder: Path, job: Job, workers: int = 1) -> None:
    report = folder / "report.html"
    if not report.exists() or (job.output.figures and not (folder / "figures").exists()):
        from cxsim.report.document import build

        report = build(folder, figures=job.output.figures, workers=workers)
    print(f"results: {folder}")
    print(f"report:  {report}")


_LISTED = (
    Command(
        "run",
        "simulate one scenario",
        "Simulates one scenario, study.replications times with different luck, and writes its tables and report.",
        (
            "cxsim run",
            "cxsim run population.size=5000 time.horizon_weeks=52 study.replications=3",
            "cxsim run -m market.price_gap=-0.1,0,0.1",
        ),
        _run,
    ),
    Command(
        "compare",
        "the main job: interventions against the baseline, same customers, same luck",
        "Simulates the baseline and every arm of study.arms on the same customers with the same luck, and writes the\n"
        "paired effects of each with their intervals. With uncertainty=assumed every replication draws its own parameters.",
        (
            "cxsim compare",
            "cxsim compare 'study.arms=[faster_reply,faster_reply+agent_training]' study.replications=20",
            "cxsim compare --config-dir mine 'study.arms=[vip_line]'   # mine/intervention/vip_line.yaml",
        ),
        _compare,
        judge=_judge_comparison,
    ),
    Command(
        "calibrate",
        "fit a scenario to your data, or its churn to a target",
        "Shifts the churn hazards until the simulated churn is the observed one by contract and tenure class\n"
        "(data.customers), or until the drawn customers lose calibration.target_churn_year in their first year.\n"
        "Writes the table of observed and simulated churn and the calibrated scenario; with uncertainty.priors also a file of\n"
        "study.replications draws of them, each with its own level, which uncertainty.draws of another command takes.",
        (
            "cxsim calibrate data=telco_churn data.customers=Telco-Customer-Churn.csv",
            "cxsim calibrate calibration.target_churn_year=0.15",
            "cxsim calibrate calibration.target_churn_year=0.15 uncertainty=assumed study.replications=40",
        ),
        _calibrate,
    ),
    Command(
        "forecast",
        "forecast a finished run or your own history, also under an intervention",
        "Forecasts data.target from a finished run (forecast.run) or from your own history (data.history), with intervals\n"
        "and, with backtest=true, what earlier forecasts were worth. With forecast.arm your history is forecast under\n"
        "that arm of the comparison in forecast.run. A log of transactions (data.transactions) is analysed customer by\n"
        "customer: who is still there, what they will buy and what they are worth.",
        (
            "cxsim forecast run=outputs/run/telecom-0123456789ab horizon=13",
            "cxsim forecast data.history=churn.csv data.time=month data.exposure=customers horizon=12 backtest=true",
            "cxsim forecast data.history=churn.csv data.time=month run=outputs/compare/telecom-0123456789ab arm=faster_reply",
            "cxsim forecast data.transactions=log.csv data.customer=id data.time=date data.amount=price horizon=52",
        ),
        _forecast,
        judge=_judge_forecast,
        own=frozenset({"run", "arm", "metric", "horizon", "levels", "models", "speed", "backtest", "origins"}),
    ),
    Command(
        "journey",
        "check a journey and draw its map",
        "Checks the journey of the scenario and draws its map.",
        ("cxsim journey", "cxsim journey journey=telecom", "cxsim journey --config-dir mine journey=mine"),
        _journey,
        writes=False,
    ),
)
CONFIGURED: Mapping[str, Command] = {command.name: command for command in _LISTED}
SUMMARIES: Mapping[str, str] = {
    **{command.name: command.summary for command in _LISTED},
    "report": "(re)build the report of a finished run: cxsim report RUN_DIR",
}
