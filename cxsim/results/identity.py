"""The run id: a hash of everything that can move a number, and of nothing else."""

from __future__ import annotations

import hashlib
import json
import platform
from importlib.metadata import version
from pathlib import Path
from typing import Any

from cxsim import __version__
from cxsim.errors import Fault, InputError
from cxsim.spec.job import Data, History, Job
from cxsim.spec.transactions import ASKED_OF_TRANSACTIONS, Transactions
from cxsim.spec.uncertainty import Uncertainty
from cxsim.spec.version import MODEL_VERSION

NUMERIC_LIBRARIES = ("mesa", "numba", "numpy", "pandas", "scipy", "statsmodels")
_LABELS = {"name", "churn_window_note", "customers"}
_HISTORY = set(History.model_fields)
_TRANSACTIONS = set(Transactions.model_fields)


def run_id(job: Job, command: str = "run") -> str:
    """Return 12 hexadecimal digits; engine, paths and labels do not move them.

    Raises
    ------
    InputError : a file of the user cannot be read.
    """
    content = _of_forecast(job) if command == "forecast" else _of_simulation(job)
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()[:12]


def _of_simulation(job: Job) -> dict[str, Any]:
    study = job.study.model_dump(mode="json", exclude={*_LABELS, "horizons_weeks"})
    return {
        "model": MODEL_VERSION,
        "scenario": job.scenario.digest(),
        "study": study | {"horizons_weeks": job.horizons},
        "data": _data(job.data),
        "calibration": job.calibration.model_dump(mode="json"),
        **_uncertain(job.uncertainty),
    }


def _of_forecast(job: Job) -> dict[str, Any]:
    """Return what a forecast follows from: the history or the run's weekly table, and what is asked of it."""
    if job.data.transactions is not None:
        return _of_transactions(job, job.data.transactions)
    data, run = job.data, job.forecast.run
    return {
        "model": MODEL_VERSION,
        "forecast": job.forecast.model_dump(mode="json", exclude={"run", "purchases"}),
        "columns": data.model_dump(mode="json", include=_HISTORY - {"history"}),
        "history": None if data.history is None else _hash(data.history, "data.history"),
        "run": None if run is None else [_hash(file, "forecast.run") for file in _tables_read(run)],
        "seed": job.study.seed,
    }


def _tables_read(run: Path) -> list[Path]:
    """Return the tables of a run that a forecast reads."""
    return [file for file in (run / "weekly.parquet", run / "parameters.parquet") if file.exists()]


def _of_transactions(job: Job, log: Path) -> dict[str, Any]:
    """Return what the analysis of a log of transactions follows from."""
    return {
        "model": MODEL_VERSION,
        "forecast": job.forecast.model_dump(mode="json", include=ASKED_OF_TRANSACTIONS),
        "columns": job.data.model_dump(mode="json", include=_TRANSACTIONS - {"transactions"} | {"time"}),
        "transactions": _hash(log, "data.transactions"),
        "seed": job.study.seed,
    }


def versions() -> dict[str, str]:
    """Return the versions of cxsim, of Python and of every library that moves numbers."""
    libraries = {name: version(name) for name in NUMERIC_LIBRARIES}
    return {"cxsim": __version__, "model": MODEL_VERSION, "python": platform.python_version(), **libraries}


def _data(data: Data) -> dict[str, Any] | None:
    if data.customers is None:
        return None
    return data.model_dump(mode="json", exclude=_LABELS | _HISTORY | _TRANSACTIONS) | {
        "content": _hash(data.customers, "data.customers")
    }


def _uncertain(uncertainty: Uncertainty) -> dict[str, Any]:
    """Return what is uncertain, nothing where nothing is: the id of such a run is that of one without the question."""
    if not uncertainty.stated:
        return {}
    file = uncertainty.draws
    priors = uncertainty.model_dump(mode="json", include={"priors"})
    return {"uncertainty": priors if file is None else {"draws": _hash(file, "uncertainty.draws")}}


def _hash(path: Path, key: str) -> str:
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise InputError([Fault(key, f"cannot be read ({error.strerror})", str(path))]) from None
