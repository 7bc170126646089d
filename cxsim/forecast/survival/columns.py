"""From the columns that a caller names to the numbers that a survival model takes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cxsim.errors import Fault, InputError, nearest
from cxsim.forecast.rows import rows_path

type FloatArray = NDArray[np.float64]


@dataclass(frozen=True)
class Covariate:
    """One column of a model: a number (no `levels`), or a category whose first level is the reference."""

    name: str
    levels: tuple[str, ...] = ()


@dataclass(frozen=True)
class Design:
    """The covariates of a model, as found in the table it was fitted on."""

    covariates: tuple[Covariate, ...]

    @property
    def terms(self) -> tuple[str, ...]:
        """Return the coefficients' names: the column, or ``column=level`` for each level but the reference."""
        return tuple(
            term
            for covariate in self.covariates
            for term in [f"{covariate.name}={level}" for level in covariate.levels[1:]] or [covariate.name]
        )

    def matrix(self, table: pd.DataFrame) -> FloatArray:
        """Return the (rows, terms) numbers of `table`.

        Raises
        ------
        InputError : a column that is absent, a missing value, or a level the model was not fitted on.
        """
        require_columns(table, [covariate.name for covariate in self.covariates])
        faults: list[Fault] = []
        parts = [_numbers(table[covariate.name], covariate, faults) for covariate in self.covariates]
        if faults:
            raise InputError(faults)
        return np.column_stack(parts) if parts else np.empty((len(table), 0))


def read_design(table: pd.DataFrame, covariates: Sequence[str]) -> Design:
    """Return the `Design` of the named columns: numbers as they are, anything else as sorted categories.

    Raises
    ------
    InputError : a column that is absent, or that is the same for every customer.
    """
    require_columns(table, covariates)
    constant = [name for name in covariates if table[name].nunique() < 2]
    if constant:
        raise InputError(
            [Fault(f"column {name}", "is the same in every row, so it explains nothing") for name in constant]
        )
    return Design(tuple(_covariate(table[name], name) for name in covariates))


def read_durations(
    table: pd.DataFrame, time: str, churned: str, entry: str = ""
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Return (entry, time, churned as 0 or 1) of every customer; entry is 0 where no column is named.

    Raises
    ------
    InputError : a column that is absent, times that are missing or not after the entry, churn that is not yes or no.
    """
    require_columns(table, [name for name in (time, churned, entry) if name])
    end = pd.to_numeric(table[time], errors="coerce").to_numpy(dtype=np.float64)
    start = pd.to_numeric(table[entry], errors="coerce").to_numpy(dtype=np.float64) if entry else np.zeros(len(table))
    event = pd.to_numeric(table[churned].astype(object), errors="coerce").to_numpy(dtype=np.float64)
    rules = {
        f"column {time}: time watched must be a number above the time of entry": ~(end > start),
        f"column {churned}: must be true or false (1 or 0)": ~np.isin(event, (0.0, 1.0)),
    }
    faults = [Fault(rows_path(broken), rule) for rule, broken in rules.items() if broken.any()]
    if len(table) == 0:
        faults.append(Fault("customers", "must not be empty"))
    if faults:
        raise InputError(faults)
    return start, end, event


def require_columns(table: pd.DataFrame, names: Sequence[str]) -> None:
    """Raise `InputError` for every name that is not a column of `table`, with the nearest that is."""
    found = [str(name) for name in table.columns]
    absent = [name for name in names if name not in found]
    if absent:
        raise InputError(
            [Fault(f"column {name}", "is not in the table", nearest=nearest(name, found)) for name in absent]
        )


def _covariate(column: pd.Series[float], name: str) -> Covariate:
    if pd.api.types.is_numeric_dtype(column):
        return Covariate(name)
    return Covariate(name, tuple(sorted(str(level) for level in column.dropna().unique())))


def _numbers(column: pd.Series[float], covariate: Covariate, faults: list[Fault]) -> FloatArray:
    """Return the numbers of one covariate, one column a term, and add what is wrong to `faults`."""
    if not covariate.levels:
        values = pd.to_numeric(column, errors="coerce").to_numpy(dtype=np.float64)
        if not np.isfinite(values).all():
            faults.append(Fault(rows_path(~np.isfinite(values)), f"column {covariate.name}: must be a finite number"))
        return values[:, None]
    levels = column.astype(str).to_numpy()
    unknown = column.isna().to_numpy() | ~np.isin(levels, covariate.levels)
    if unknown.any():
        rule = f"column {covariate.name}: must be one of {', '.join(covariate.levels)}"
        faults.append(Fault(rows_path(unknown), rule, levels[unknown][0]))
    return np.asarray(levels[:, None] == np.asarray(covariate.levels[1:]), dtype=np.float64)
