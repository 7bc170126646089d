"""Read the user's history from a CSV or Parquet file, naming every fault of the file at once."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa

from cxsim.errors import Fault, InputError
from cxsim.forecast.series import Columns, histories
from cxsim.forecast.times import ISO

_DELIMITERS = (",", ";", "\t")
_FIRST_ROW = {".csv": 2, ".parquet": 1}
"""What the first row of data is called in a fault: the header of a CSV is row 1."""


def read_history(
    path: str | Path,
    time: str,
    target: str,
    series: str | None = None,
    exposure: str | None = None,
    kind: str | None = None,
    season: int | None = None,
    frequency: str | None = None,
    date_format: str = ISO,
) -> pd.DataFrame:
    """Return the mapped columns of a file, in its order, ready for `forecast` and `backtest`.

    Parameters
    ----------
    path : a ``.csv`` file (comma, semicolon or tab between columns) or a ``.parquet`` file.
    time, target, series, exposure : the names of its columns; the names are kept.
    kind, season, frequency, date_format : as for `forecast`, so that the same rules are checked here.

    Raises
    ------
    InputError
        Naming every fault: no such file, unreadable, columns that are absent or repeated, cells that break a rule.
    """
    # A number would lose the zero of 01022019.
    written = [series, None if date_format == ISO else time]
    table = read_file(Path(path), [name for name in written if name is not None])
    mapped = [name for name in (series, time, target, exposure) if name is not None]
    histories(table, Columns(target, time, series, exposure, kind, season, frequency, date_format))
    return table[list(dict.fromkeys(mapped))]


def read_file(path: Path, names: Iterable[str] = ()) -> pd.DataFrame:
    """Return the whole file, its rows numbered as the user counts them.

    Parameters
    ----------
    names : columns of a CSV whose cells are text as it stands: 007 is not 7 and NA is a name; only an empty cell is
        missing.

    Raises
    ------
    InputError
        No such file, one that is not CSV or Parquet, or a CSV whose header repeats a name.
    """
    suffix = path.suffix.lower()
    if suffix not in _FIRST_ROW:
        raise InputError([Fault(str(path), "must be a .csv or a .parquet file", path.suffix)])
    if not path.is_file():
        raise InputError([Fault(str(path), "must be an existing file")])
    try:
        table = pd.read_parquet(path) if suffix == ".parquet" else _read_csv(path, names)
    except (pa.ArrowInvalid, pd.errors.ParserError, pd.errors.EmptyDataError, UnicodeDecodeError) as fault:
        reason = str(fault).strip().split("\n")[0]
        raise InputError([Fault(str(path), f"must be a readable {suffix[1:]} file: {reason}")]) from fault
    table.index = pd.RangeIndex(_FIRST_ROW[suffix], _FIRST_ROW[suffix] + len(table))
    return table


def _read_csv(path: Path, names: Iterable[str]) -> pd.DataFrame:
    with path.open(encoding="utf-8-sig") as lines:
        header = lines.readline()
    delimiter = max(_DELIMITERS, key=header.count)
    heads = next(csv.reader([header], delimiter=delimiter, skipinitialspace=True), [])
    repeated = [head for head, times in Counter(heads).items() if head and times > 1]
    if repeated:
        raise InputError([Fault(f"column {head}", "must be in the header once") for head in repeated])
    usual: dict[str, Any] = {"sep": delimiter, "skipinitialspace": True, "encoding": "utf-8-sig"}
    table: pd.DataFrame = pd.read_csv(path, **usual)
    as_text = [name for name in names if name in table.columns]
    if as_text:
        # Which cells are missing can be said of a whole file only, so it is read a second time.
        text: pd.DataFrame = pd.read_csv(
            path, usecols=as_text, dtype=str, keep_default_na=False, na_values=[""], **usual
        )
        table[as_text] = text[as_text]
    return table
