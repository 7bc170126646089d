"""Parameters that are not known for certain: what every replication draws of them.

The draw of a parameter in a replication follows from the seed, the number of the replication and the parameter's name, so
that more replications or another uncertain parameter leave the draws that were there alone.
"""

from __future__ import annotations

import zlib
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from cxsim.errors import Fault, InputError, nearest
from cxsim.interventions.parameters import Parameter, parameters
from cxsim.spec.scenario import Scenario
from cxsim.spec.uncertainty import Prior, Uncertainty

if TYPE_CHECKING:
    import pandas as pd

ROOTS = ("behaviour.", "journey.", "market.")
"""Where uncertain parameters lie: how customers, encounters and the market work, not what is counted as money."""

type Draws = Mapping[str, tuple[float, ...]]
"""Name of a parameter -> its value in every replication."""


def draw(uncertainty: Uncertainty, scenario: Scenario, seed: int, replications: int) -> Draws:
    """Return the draws of every uncertain parameter, none where nothing is uncertain.

    Raises
    ------
    InputError : the file of draws cannot be read.
    """
    if uncertainty.draws is not None:
        table = _table(uncertainty.draws)
        return {str(name): tuple(table[name].astype(float)[:replications].tolist()) for name in table.columns}
    known = _uncertain(scenario)
    return {
        name: tuple(
            _drawn(prior, known[name].value, [seed, one, zlib.crc32(name.encode())]) for one in range(replications)
        )
        for name, prior in uncertainty.priors.items()
    }


def faults_of(uncertainty: Uncertainty, scenario: Scenario, replications: int) -> list[Fault]:
    """Return every fault: parameters that do not exist, values out of their bounds, a file that does not fit."""
    if uncertainty.draws is not None:
        return _faults_of_file(uncertainty.draws, scenario, replications)
    known, found = _uncertain(scenario), []
    for name, prior in uncertainty.priors.items():
        path = f"uncertainty.priors.{name}"
        if name not in known:
            found.append(_unknown(path, name, known))
            continue
        times = known[name].value if prior.relative else 1.0
        if prior.relative and known[name].value == 0.0:
            found.append(Fault(f"{path}.relative", "has no multiples: the scenario's value is 0"))
        found += [
            fault
            for key, value in (("low", prior.low * times), ("high", prior.high * times))
            for fault in _broken(f"{path}.{key}", scenario, name, value)
        ]
    return found


def _faults_of_file(path: Path, scenario: Scenario, replications: int) -> list[Fault]:
    try:
        table = _table(path)
    except InputError as error:
        return list(error.faults)
    known, found = _uncertain(scenario), []
    if len(table) < replications:
        rule = f"must have a row for each of the {replications} replications (study.replications)"
        found.append(Fault("uncertainty.draws", rule, len(table)))
    for name in map(str, table.columns):
        where = f"{path.name} column {name}"
        if name not in known:
            found.append(_unknown(where, name, known))
        elif table[name].dtype.kind not in "if" or not np.isfinite(table[name]).all():
            found.append(Fault(where, "must hold finite numbers"))
        else:
            ends = dict.fromkeys((float(table[name].min()), float(table[name].max())))
            found += [fault for value in ends for fault in _broken(where, scenario, name, value)]
    return found


def _table(path: Path) -> pd.DataFrame:
    """Return the table of a file of draws."""
    import pandas as pd
    import pyarrow as pa

    try:
        return pd.read_parquet(path) if path.suffix.lower() == ".parquet" else pd.read_csv(path)
    except (OSError, UnicodeDecodeError, pa.ArrowInvalid, pd.errors.ParserError, pd.errors.EmptyDataError) as error:
        reason = str(getattr(error, "strerror", None) or error).strip().split("\n")[0].lower()
        raise InputError([Fault("uncertainty.draws", f"cannot be read ({reason})", str(path))]) from None


def _drawn(prior: Prior, value: float, address: list[int]) -> float:
    place = float(np.random.default_rng(address).random())
    if prior.relative:
        return float(value * prior.low * (prior.high / prior.low) ** place)
    return prior.low + (prior.high - prior.low) * place


def _uncertain(scenario: Scenario) -> Mapping[str, Parameter]:
    return {name: one for name, one in parameters(scenario).items() if name.startswith(ROOTS)}


def _unknown(where: str, name: str, known: Mapping[str, Parameter]) -> Fault:
    return Fault(where, "must name a number of the scenario's behaviour, journey or market", None, nearest(name, known))


def _broken(where: str, scenario: Scenario, name: str, value: float) -> list[Fault]:
    """Return the rules of the scenario that a value breaks, said of where it was given."""
    try:
        scenario.with_changes({name: value})
    except InputError as error:
        return [replace(fault, path=where) for fault in error.faults]
    return []
