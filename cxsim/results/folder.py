"""The run folder: where a run leaves its parts while it works, and its tables and manifest when it is done."""

from __future__ import annotations

import json
import os
import re
import shutil
import time
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from cxsim.errors import Fault, InputError
from cxsim.results.files import (
    read_arrows,
    unfinished,
    write_arrow,
    write_csv,
    write_folder,
    write_json,
    write_parquet,
    write_text,
)
from cxsim.results.identity import run_id, versions
from cxsim.results.lock import Lock
from cxsim.spec.job import History, Job
from cxsim.spec.transactions import ASKED_OF_TRANSACTIONS, Transactions

if TYPE_CHECKING:
    import pandas as pd

AS_TEXT = frozenset(
    {"effects", "draws", "history", "forecast", "total", "components", "diagnostics", "backtest", "scores"}
) | {
    "fits", "tracking", "frequencies", "holdout", "accuracy", "customer_values", "notes",
}  # fmt: skip
"""Tables that people open in a spreadsheet: written as CSV."""


@dataclass(frozen=True)
class RunFolder:
    """One run's folder; a context manager that holds the folder's lock until it ends.

    Attributes
    ----------
    path : the folder.
    run_id : the hash that names it.
    finished : whether the run was found complete, so that there is nothing to do.
    """

    path: Path
    run_id: str
    finished: bool
    facts: Mapping[str, Any]
    _lock: Lock
    _began: float = field(default_factory=time.monotonic)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._lock.release()

    @property
    def parts(self) -> Parts:
        """Return the parts alone, which other processes may write too."""
        return Parts(self.path / "parts")

    def part(self, key: str) -> Path:
        """Return the folder of a part."""
        return self.parts.part(key)

    def has_part(self, key: str) -> bool:
        """Return whether a part is complete."""
        return self.parts.has(key)

    def write_part(self, key: str, tables: Mapping[str, pd.DataFrame]) -> None:
        """Write the tables of a part; killed at any moment, the part is complete or absent."""
        self.parts.write(key, tables)

    def read_parts(self, table: str) -> pd.DataFrame:
        """Return one table of all parts, in the order of their keys."""
        return self.parts.read(table)

    @contextmanager
    def writing(self, tables: Mapping[str, pd.DataFrame]) -> Iterator[None]:
        """Write tables in threads while something else is done; they are there when that ends."""
        with ThreadPoolExecutor(2) as threads:
            written = [threads.submit(self._write, name, table) for name, table in tables.items()]
            yield
        for table in written:
            table.result()

    def finish(self, tables: Mapping[str, pd.DataFrame], manifest: Mapping[str, Any] | None = None) -> Path:
        """Write the tables, then the manifest that says complete; drop the parts and the lock; return the folder."""
        with self.writing(tables):
            pass
        self.write_manifest("complete", manifest)
        shutil.rmtree(self.path / "parts", ignore_errors=True)
        self._lock.release()
        return self.path

    def _write(self, name: str, table: pd.DataFrame) -> None:
        if name in AS_TEXT:
            write_csv(table, self.path / f"{name}.csv")
        else:
            write_parquet(table, self.path / f"{name}.parquet")

    def write_manifest(self, status: str, more: Mapping[str, Any] | None = None) -> None:
        """Write who made the run, from what and how far it is."""
        wall = round(time.monotonic() - self._began, 3)
        write_json({**self.facts, "wall_seconds": wall, "status": status, **(more or {})}, self.path / "manifest.json")


@dataclass(frozen=True)
class Parts:
    """The parts of a run that is not finished, one folder a key."""

    path: Path

    def part(self, key: str) -> Path:
        """Return the folder of a part."""
        return self.path / key

    def has(self, key: str) -> bool:
        """Return whether a part is complete."""
        return self.part(key).is_dir()

    def write(self, key: str, tables: Mapping[str, pd.DataFrame]) -> None:
        """Write the tables of a part; killed at any moment, the part is complete or absent."""

        def fill(folder: Path) -> None:
            for name, table in tables.items():
                write_arrow(table, folder / f"{name}.arrow")

        write_folder(self.part(key), fill)

    def keys(self) -> list[str]:
        """Return the keys of the complete parts, numbers in them in the order of numbers."""
        names = (
            [path.name for path in self.path.iterdir() if not path.name.startswith(".")] if self.path.exists() else []
        )
        return sorted(names, key=lambda name: [int(bit) if bit.isdigit() else bit for bit in re.split(r"(\d+)", name)])

    def read(self, table: str) -> pd.DataFrame:
        """Return one table of all parts, in the order of their keys."""
        files = [self.part(key) / f"{table}.arrow" for key in self.keys()]
        return read_arrows([file for file in files if file.exists()])


def folder_of(job: Job, command: str) -> Path:
    """Return where the run of `job` is or will be."""
    return job.output.root / command / f"{_name(job, command)}-{run_id(job, command)}"


def is_finished(path: Path) -> bool:
    """Return whether a folder holds a complete run."""
    try:
        manifest = json.loads((path / "manifest.json").read_text("utf-8"))
    except (OSError, ValueError):
        return False
    return isinstance(manifest, dict) and manifest.get("status") == "complete"


def writable(root: Path) -> Fault | None:
    """Return the fault of a folder in which nothing can be written; nothing is created."""
    nearest = next(path for path in (root.absolute(), *root.absolute().parents) if path.exists())
    if nearest.is_dir() and os.access(nearest, os.W_OK | os.X_OK):
        return None
    return Fault("output.root", "must be a folder that can be written", str(root))


def prepare(job: Job, command: str) -> RunFolder:
    """Return the run's folder, made if need be, held against other processes unless the run is finished.

    Raises
    ------
    InputError : nothing can be written where the results should go.
    """
    path = folder_of(job, command)
    lock = Lock(path / ".lock")
    facts = _facts(job, command)
    if is_finished(path):
        return RunFolder(path, facts["run_id"], finished=True, facts=facts, _lock=lock)
    try:
        path.mkdir(parents=True, exist_ok=True)
        lock.acquire()
    except OSError:
        raise InputError([Fault("output.root", "must be a folder that can be written", str(job.output.root))]) from None
    if is_finished(path):
        lock.release()
        return RunFolder(path, facts["run_id"], finished=True, facts=facts, _lock=lock)
    for left in (*unfinished(path), *unfinished(path / "parts")):
        shutil.rmtree(left) if left.is_dir() else left.unlink()
    folder = RunFolder(path, facts["run_id"], finished=False, facts=facts, _lock=lock)
    if command == "forecast":
        write_text(_as_yaml(_asked(job)), path / "forecast.yaml")
    else:
        write_text(scenario_text(job), path / "scenario.yaml")
    folder.write_manifest("running")
    return folder


def scenario_text(job: Job) -> str:
    """Return the scenario as YAML that `cxsim.load` reads back."""
    return _as_yaml(job.scenario.model_dump(mode="json"))


def _as_yaml(content: Mapping[str, Any]) -> str:
    from omegaconf import OmegaConf

    return OmegaConf.to_yaml(OmegaConf.create(dict(content)))


def _name(job: Job, command: str) -> str:
    """Return what a folder is called before its id: the scenario, or what a forecast is of."""
    if command != "forecast":
        return job.scenario.name
    of = job.data.transactions or job.data.history or job.forecast.run
    return re.sub(r"\W+", "_", of.stem) if of is not None else command


def _asked(job: Job) -> dict[str, Any]:
    """Return what a forecast was asked for, its data and its settings."""
    if job.data.transactions is not None:
        columns = job.data.model_dump(mode="json", include={"time", *Transactions.model_fields})
        return {"data": columns, "forecast": job.forecast.model_dump(mode="json", include=ASKED_OF_TRANSACTIONS)}
    columns = job.data.model_dump(mode="json", include=set(History.model_fields))
    return {"data": columns, "forecast": job.forecast.model_dump(mode="json", exclude={"purchases"})}


def _simulated(job: Job) -> dict[str, Any]:
    """Return what was simulated."""
    return {
        "scenario": job.scenario.name,
        "study": job.study.model_dump(mode="json") | {"horizons_weeks": job.horizons},
        "replications": job.study.replications,
        "represents": job.scenario.population.represents,
        **({"uncertainty": job.uncertainty.model_dump(mode="json")} if job.uncertainty.stated else {}),
    }


def _facts(job: Job, command: str) -> dict[str, Any]:
    return {
        "run_id": run_id(job, command),
        "command": command,
        **(_asked(job) if command == "forecast" else _simulated(job)),
        "seed": job.study.seed,
        "versions": versions(),
        "started": datetime.now(UTC).isoformat(timespec="seconds"),
    }
