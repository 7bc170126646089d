"""The command `forecast`: of a finished run, of the firm's own history, or of the history under an arm of a comparison."""

from __future__ import annotations

import re
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pandas as pd

from cxsim.errors import Fault, InputError
from cxsim.forecast.api import Prediction, forecast_histories
from cxsim.forecast.backtest import backtest_histories, short_histories
from cxsim.forecast.emulate import EmulatedEffect
from cxsim.forecast.links import kind_of
from cxsim.forecast.realisation import Estimate
from cxsim.forecast.select import model_faults
from cxsim.forecast.series import Columns, History, histories
from cxsim.forecast.subject import prepared
from cxsim.results.files import read_parquet, read_yaml
from cxsim.results.folder import folder_of, is_finished, prepare
from cxsim.results.run import Run
from cxsim.spec.job import Job
from cxsim.spec.load import build
from cxsim.study.arm_effect import arm_faults
from cxsim.study.arm_forecast import ArmForecast, Terms, arm_effects_on, forecast_under
from cxsim.study.forecast_facts import facts_of
from cxsim.study.uncertain import PARAMETERS

KEYS = {
    "target": "data.target",
    "series": "data.series",
    "exposure": "data.exposure",
    "date_format": "data.date_format",
    "arm": "forecast.arm",
    "metric": "forecast.metric",
    "models": "forecast.models",
    "horizon": "forecast.horizon",
    "effects": "forecast.run",
}
"""Arguments of the functions, and what the user calls them here."""
TIMED = ("time", "origin")


@dataclass(frozen=True)
class Asked:
    """What a job asks for, read and found right.

    Attributes
    ----------
    histories : the series to forecast.
    effects : the effect of the arm on each, none where no arm is asked for.
    facts : what the manifest says about them.
    """

    histories: Sequence[History]
    effects: Sequence[EmulatedEffect]
    facts: Mapping[str, Any]


def read(job: Job) -> Asked:
    """Return what the job asks for; nothing is written.

    Raises
    ------
    InputError : every fault, by the key of the configuration where it has one.
    """
    _check_sources(job)
    try:
        return _read(job)
    except InputError as error:
        raise InputError([_by_key(fault, job) for fault in error.faults]) from None


def run_job(job: Job) -> Path:
    """Return the folder of the finished forecast.

    Raises
    ------
    InputError : as `read`; nothing was written.
    """
    asked = read(job)
    path = folder_of(job, "forecast")
    if is_finished(path):
        return path
    began = time.monotonic()
    tables = {name: _dated(table) for name, table in _tables(job, asked).items()}
    with prepare(job, "forecast") as folder:
        if folder.finished:
            return folder.path
        return folder.finish(tables, {"wall_seconds": round(time.monotonic() - began, 3), "about": asked.facts})


def _check_sources(job: Job) -> None:
    history, run, arm = job.data.history, job.forecast.run, job.forecast.arm
    faults = []
    if history is None and run is None:
        faults.append(Fault("data.history", "must be the file of a history, or forecast.run the folder of a run"))
    if arm is None and history is not None and run is not None:
        faults.append(Fault("forecast.arm", "must name the arm whose effect is added to data.history"))
    if arm is not None and (history is None or run is None):
        faults.append(
            Fault("forecast.arm", "needs both data.history and forecast.run, the folder of a comparison", arm)
        )
    if run is not None and not (is_finished(run) and (run / "weekly.parquet").exists()):
        faults.append(Fault("forecast.run", "must be the folder of a finished run", str(run)))
    if faults:
        raise InputError(faults)


def _read(job: Job) -> Asked:
    data, wanted = job.data, job.forecast
    run = None if wanted.run is None else _run(wanted.run)
    mapped = (data.target, data.time, data.series, data.exposure, data.kind, data.season, data.frequency)
    columns = Columns(*mapped, data.date_format)
    faults = model_faults(wanted.models or ())
    if run is not None and wanted.arm is not None:
        metric = _terms(job).metric
        columns = replace(columns, kind=data.kind or kind_of(metric, None))
        faults += arm_faults(run, wanted.arm, metric, data.kind)
        if len(wanted.models or ()) > 1:
            rule = "must be one model under an arm; a+b is the median of some"
            faults.append(Fault("models", rule, list(wanted.models or ())))
    of = run if data.history is None else data.history
    assert of is not None  # noqa: S101  # _check_sources saw to it
    table, columns = prepared(of, columns)
    found = histories(table, columns, faults)
    faults = model_faults(wanted.models or (), found) + (
        short_histories(found, wanted.horizon) if wanted.backtest else []
    )
    if faults:
        raise InputError(faults)
    effects = [] if run is None or wanted.arm is None else arm_effects_on(run, wanted.arm, found, _terms(job))
    return Asked(found, effects, facts_of(job, run, found))


def _terms(job: Job) -> Terms:
    """Return what a forecast under an arm is asked to be."""
    wanted = job.forecast
    return Terms(
        horizon=wanted.horizon,
        levels=wanted.levels,
        metric=wanted.metric or job.data.target,
        kappa=Estimate(wanted.realisation.mean, wanted.realisation.sd),
        model=None if wanted.models is None else wanted.models[0],
        seed=job.study.seed,
        speed=wanted.speed,
    )


def _tables(job: Job, asked: Asked) -> dict[str, pd.DataFrame]:
    """Return the tables of the folder by name."""
    wanted, settings = job.forecast, (job.forecast.models, job.study.seed, job.forecast.speed)
    tables = {"history": _history_table(asked.histories)}
    made: ArmForecast | Prediction
    if asked.effects:
        made = forecast_under(asked.histories, asked.effects, _terms(job))
        tables |= {"total": made.total, "components": made.components}
    else:
        made = forecast_histories(asked.histories, wanted.horizon, wanted.levels, *settings)
    # Seconds differ from one time to the next; what a folder holds does not.
    tables |= {"forecast": made.table, "diagnostics": made.diagnostics.drop(columns="seconds")}
    if wanted.backtest:
        past = backtest_histories(
            asked.histories, wanted.horizon, wanted.origins, wanted.horizon, wanted.levels, *settings
        )
        tables |= {"backtest": past.table, "scores": past.scores}
    return tables


def _history_table(found: Sequence[History]) -> pd.DataFrame:
    return pd.concat([
        pd.DataFrame({"series": one.series, "time": one.times, "target": one.target, "value": one.values})
        for one in found
    ])  # fmt: skip


def _dated(table: pd.DataFrame) -> pd.DataFrame:
    """Return a table whose dates are written without the hour."""
    dates = [name for name in TIMED if name in table.columns and table[name].dtype.kind == "M"]
    return table.assign(**{name: table[name].dt.strftime("%Y-%m-%d") for name in dates})


def _run(folder: Path) -> Run:
    """Return a finished run with the tables that a forecast reads."""
    scenario = build(read_yaml(folder / "scenario.yaml"))
    tables = {"weekly": read_parquet(folder / "weekly.parquet")}
    if (drawn := folder / f"{PARAMETERS}.parquet").exists():
        tables[PARAMETERS] = read_parquet(drawn)
    return Run(scenario, tables, seed=0, replications=int(tables["weekly"]["replication"].max()) + 1)


def _by_key(fault: Fault, job: Job) -> Fault:
    """Return a fault under the key of the configuration that is to blame."""
    if job.data.history is not None and fault.path == str(job.data.history):
        return Fault("data.history", fault.rule, str(job.data.history))
    if fault.path.startswith("column "):
        name = fault.path.removeprefix("column ")
        mapped: Mapping[str, object] = job.data.model_dump(include={"time", "target", "series", "exposure"})
        key = next((key for key, value in mapped.items() if value == name), None)
        if key is not None and fault.value is None and fault.rule == "must be in the data":
            return Fault(f"data.{key}", "must be a column of the file", name, fault.nearest)
    rule = re.sub(r"\b(date_format|frequency)=", r"data.\1=", fault.rule)
    return replace(fault, path=KEYS.get(fault.path, fault.path), rule=rule)
