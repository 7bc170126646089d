"""The command `forecast` on the firm's log of transactions."""

from __future__ import annotations

import time
from dataclasses import replace
from pathlib import Path

import pandas as pd

from cxsim.errors import Fault, InputError
from cxsim.forecast.closed_forms.transactions import TransactionColumns, TransactionLog, read_transactions
from cxsim.forecast.purchases.customer_base import Terms, check_span, customer_base
from cxsim.forecast.read import read_file
from cxsim.results.folder import folder_of, is_finished, prepare
from cxsim.spec.job import Job

ABSENT = "is not in the transaction log"
KEYS = {"transactions": "data.transactions", "calibration": "forecast.purchases.calibration"}
DATED = ("last_day", "first_date")


def read(job: Job) -> TransactionLog:
    """Return the log that the job asks about, cleaned; nothing is written.

    Raises
    ------
    InputError : every fault, by the key of the configuration where it has one.
    """
    data = job.data
    faults = [
        Fault(key, "cannot be given together with data.transactions", str(value))
        for key, value in (
            ("data.history", data.history),
            ("forecast.run", job.forecast.run),
            ("forecast.arm", job.forecast.arm),
        )
        if value is not None
    ]
    if faults:
        raise InputError(faults)
    assert data.transactions is not None  # noqa: S101  # who asks has seen to it
    try:
        table = read_file(data.transactions, [data.customer, data.time])
        log = read_transactions(
            table,
            TransactionColumns(data.customer, data.time, data.amount or "", data.date_format),
            returns=data.returns,
            duplicates=data.duplicates,
            first_date=None if data.first_date is None else pd.Timestamp(data.first_date),
            first_row=int(table.index[0]) if len(table) else 0,
        )
        check_span(log, terms_of(job))
    except InputError as error:
        raise InputError([_by_key(fault, job) for fault in error.faults]) from None
    return log


def run_job(job: Job) -> Path:
    """Return the folder of the finished analysis.

    Raises
    ------
    InputError : as `read`; nothing was written.
    RunError : no law could be fitted to the log.
    """
    log = read(job)
    path = folder_of(job, "forecast")
    if is_finished(path):
        return path
    began = time.monotonic()
    tables = {name: _dated(table) for name, table in customer_base(log, terms_of(job)).tables().items()}
    with prepare(job, "forecast") as folder:
        if folder.finished:
            return folder.path
        return folder.finish(tables, {"wall_seconds": round(time.monotonic() - began, 3)})


def terms_of(job: Job) -> Terms:
    """Return what a job asks of its log."""
    asked = job.forecast.purchases
    return Terms(
        laws=asked.laws,
        unit=asked.unit,
        calibration=asked.calibration,
        horizon=job.forecast.horizon,
        levels=job.forecast.levels,
        margin=asked.margin,
        discount_year=asked.discount_year,
        draws=asked.draws,
        seed=job.study.seed,
    )


def _dated(table: pd.DataFrame) -> pd.DataFrame:
    """Return a table whose dates are written without the hour."""
    dates = {name: table[name].dt.strftime("%Y-%m-%d") for name in DATED if name in table.columns}
    return table.assign(**dates)


def _by_key(fault: Fault, job: Job) -> Fault:
    """Return a fault under the key of the configuration that is to blame."""
    if fault.path == str(job.data.transactions):
        return Fault("data.transactions", fault.rule, str(job.data.transactions))
    for key in ("customer", "time", "amount"):
        name = getattr(job.data, key)
        if fault.path == f"column {name}" and fault.rule == ABSENT:
            return Fault(f"data.{key}", "must be a column of the file", name, fault.nearest)
    if fault.path.startswith("row"):
        return replace(fault, path=f"data.transactions {fault.path}")
    return replace(fault, path=KEYS.get(fault.path, fault.path))
