"""Files that are complete or absent: written beside their place, flushed to the disk, then renamed."""

from __future__ import annotations

import json
import os
import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cxsim.errors import Fault, InputError

if TYPE_CHECKING:
    import pandas as pd

TEMPORARY = ".unfinished-"


def write_parquet(table: pd.DataFrame, path: Path) -> None:
    """Write a table; equal tables give equal bytes."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    # What pandas notes about itself in the file would change with its version, not with the table.
    arrow = pa.Table.from_pandas(table, preserve_index=False).replace_schema_metadata(None)
    with _whole(path) as file:
        pq.write_table(arrow, file, compression="zstd", version="2.6", row_group_size=1 << 20)


@contextmanager
def reading(path: Path) -> Iterator[None]:
    """Say of a file of a finished run that cannot be read which it is and why, as an `InputError`."""
    from yaml import YAMLError

    try:
        yield
    except FileNotFoundError:
        raise InputError([Fault(str(path), "no such file")]) from None
    # What pandas and PyArrow raise for damaged content are ValueErrors.
    except (OSError, ValueError, YAMLError) as error:
        reason = str(getattr(error, "strerror", None) or error).strip().split("\n")[0]
        raise InputError([Fault(str(path), f"cannot be read ({reason[:1].lower()}{reason[1:]})")]) from None


def read_parquet(path: Path) -> pd.DataFrame:
    """Return the table of a file.

    Raises
    ------
    InputError : the file cannot be read.
    """
    import pandas as pd

    with reading(path):
        return pd.read_parquet(path)


def read_csv(path: Path, types: Mapping[str, type] | None = None) -> pd.DataFrame:
    """Return the table of a text file, columns of given types as these.

    Raises
    ------
    InputError : the file cannot be read.
    """
    import pandas as pd

    with reading(path):
        # Only an empty cell is missing: NA may be a customer's name.
        return pd.read_csv(path, dtype=dict(types or {}), keep_default_na=False, na_values=[""])


def read_yaml(path: Path) -> Any:
    """Return the plain data of a YAML file.

    Raises
    ------
    InputError : the file cannot be read.
    """
    with reading(path):
        return parse_yaml(path.read_text("utf-8"))


def sum_parquet(path: Path, by: Sequence[str], of: Sequence[str]) -> pd.DataFrame:
    """Return the sums of columns `of` for every combination of the texts in columns `by`; the file is not read as a whole.

    Raises
    ------
    InputError : the file cannot be read.
    """
    import pyarrow.parquet as pq

    with reading(path):
        table = pq.read_table(path, columns=[*by, *of], read_dictionary=list(by))
    # By one thread, so that equal files give equal sums to the last digit.
    sums = table.group_by(list(by), use_threads=False).aggregate([(name, "sum") for name in of])
    plain: pd.DataFrame = sums.rename_columns({f"{name}_sum": name for name in of}).to_pandas()
    return plain.astype(dict.fromkeys(by, "str"))


def write_arrow(table: pd.DataFrame, path: Path) -> None:
    """Write a table that is soon read again: fast, and inside a folder that is complete or absent as a whole."""
    import pyarrow as pa
    from pyarrow import feather

    arrow = pa.Table.from_pandas(table, preserve_index=False).replace_schema_metadata(None)
    feather.write_feather(arrow, path, compression="uncompressed")


def read_arrows(paths: Sequence[Path]) -> pd.DataFrame:
    """Return the tables of several files, one below the other."""
    import pyarrow as pa
    from pyarrow import feather

    whole = pa.concat_tables([feather.read_table(path) for path in paths], promote_options="permissive")
    table: pd.DataFrame = whole.to_pandas()
    return table


def write_csv(table: pd.DataFrame, path: Path) -> None:
    """Write a table as text, every number with all its digits."""
    write_text(table.to_csv(index=False, lineterminator="\n"), path)


def write_json(content: Mapping[str, Any], path: Path) -> None:
    """Write plain data."""
    write_text(json.dumps(content, indent=2) + "\n", path)


def parse_yaml(text: str) -> Any:
    """Return the plain data of a YAML text, by the quicker parser in C where PyYAML has it."""
    import yaml

    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    return yaml.load(text, Loader=loader)  # noqa: S506 - both are safe loaders


def write_text(text: str, path: Path) -> None:
    """Write text."""
    with _whole(path) as file:
        file.write_bytes(text.encode())


def write_folder(path: Path, fill: Callable[[Path], None]) -> None:
    """Let `fill` write into a new folder that appears at `path` only when it is complete.

    Where somebody else was faster, theirs stays: equal keys have equal content.
    """
    import shutil

    if path.exists():
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = _beside(path)
    unfinished.mkdir()
    try:
        fill(unfinished)
        try:
            unfinished.replace(path)
        except OSError:
            if not path.is_dir():
                raise
    finally:
        shutil.rmtree(unfinished, ignore_errors=True)


def unfinished(folder: Path) -> list[Path]:
    """Return what writers that were killed left in a folder."""
    return sorted(folder.glob(f"{TEMPORARY}*"))


@contextmanager
def _whole(path: Path) -> Iterator[Path]:
    temporary = _beside(path)
    try:
        yield temporary
        _flush(temporary)
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)
    _flush(path.parent)


def _beside(path: Path) -> Path:
    return path.with_name(f"{TEMPORARY}{uuid.uuid4().hex}-{path.name}")


def _flush(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
