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
from cxsim.spec.job import Data, Job
from cxsim.spec.version import MODEL_VERSION

NUMERIC_LIBRARIES = ("mesa", "numba", "numpy", "pandas", "scipy", "statsmodels")
_LABELS = {"name", "churn_window_note", "customers"}


def run_id(job: Job) -> str:
    """Return 12 hexadecimal digits; engine, paths and labels do not move them.

    Raises
    ------
    InputError : the customer file cannot be read.
    """
    study = job.study.model_dump(mode="json", exclude={*_LABELS, "horizons_weeks"})
    content = {
        "model": MODEL_VERSION,
        "scenario": job.scenario.digest(),
        "study": study | {"horizons_weeks": job.horizons},
        "data": _data(job.data),
        "calibration": job.calibration.model_dump(mode="json"),
    }
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()[:12]


def versions() -> dict[str, str]:
    """Return the versions of cxsim, of Python and of every library that moves numbers."""
    libraries = {name: version(name) for name in NUMERIC_LIBRARIES}
    return {"cxsim": __version__, "model": MODEL_VERSION, "python": platform.python_version(), **libraries}


def _data(data: Data) -> dict[str, Any] | None:
    if data.customers is None:
        return None
    return data.model_dump(mode="json", exclude=_LABELS) | {"content": _hash(data.customers)}


def _hash(path: Path) -> str:
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise InputError([Fault("data.customers", f"cannot be read ({error.strerror})", str(path))]) from None
