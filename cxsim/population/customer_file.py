"""A firm's own customers read from its CRM extract, CSV or Parquet: a clean base, or every fault with its row.

Rows are counted as a spreadsheet shows them: in CSV the header is row 1. No value is guessed; how the file was read
(separator, decimal comma, byte order mark) is noted in `CustomerFile.notes`.
"""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import zip_longest
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from cxsim.arrays import Bools, Floats, Ints
from cxsim.errors import Fault, InputError, nearest
from cxsim.spec.job import Data, Job
from cxsim.spec.population import Population
from cxsim.units import WEEKS_PER_MONTH, WEEKS_PER_YEAR

MOST_FAULTS = 20
"""Faults of a file that are told one by one; of the rest, how many of each kind."""

_WEEKS = {"week": 1.0, "month": WEEKS_PER_MONTH, "year": WEEKS_PER_YEAR}
_MAX_TENURE_WEEKS = 5200.0
_SEPARATORS = {",": "comma", ";": "semicolon", "\t": "tab", "|": "bar"}
_LARGEST = 1e12
_LONGEST_VALUE = 40
_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1f\x7f]")
"""What no header of a table has in it, and a file of another kind mostly has."""
_POINT = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?")
_COMMA = re.compile(r"[+-]?(\d{1,3}(\.\d{3})+|\d+)(,\d+)?")


@dataclass(frozen=True)
class CustomerFile:
    """The customers of a file, one entry a row in the order of the file.

    Attributes
    ----------
    ids : the firm's names, as text.
    segment : index among the segments of the population, ``None`` where the file has none.
    contract : index among the contracts of the population.
    churned : whether the customer was lost within the window, ``None`` where that was not observed.
    notes : how the file was read, where it is not plain CSV.
    """

    ids: tuple[str, ...]
    segment: Ints | None
    contract: Ints
    tenure_weeks: Floats
    monthly_revenue: Floats
    churned: Bools | None
    notes: tuple[str, ...]


class _Finding(NamedTuple):
    row: int
    column: str
    rule: str
    value: str | None = None
    nearest: str = ""


@dataclass
class _Table:
    """The columns of a file as text, the number of each row, and what was found wrong so far."""

    file: str
    header: list[str]
    columns: dict[str, list[str]]
    rows: list[int]
    notes: list[str]
    findings: list[_Finding]
    decimal_comma: bool = False
    faults: list[Fault] = field(default_factory=list)


type Judge = Callable[[_Table, str, list[str]], Any]
"""Takes the text of a column to its values, and adds what is wrong to the table."""


def read_customers(path: Path, data: Data, population: Population) -> CustomerFile:
    """Return the customers of a file, its columns named and its values translated by `data`.

    Raises
    ------
    InputError : every fault of the mapping and the file; of a great many, some of each kind and how many more.
    """
    named = {field: name for field, name in data.columns.model_dump().items() if name is not None}
    table = _read(path, list(named.values()))
    faults = _targets("contracts", data.contracts, population.contracts)
    if "segment" in named:
        faults += _targets("segments", data.segments, population.segments)
    faults += [
        Fault(f"data.columns.{field}", f"no such column in {table.file}", name, nearest(name, table.header))
        for field, name in named.items()
        if name not in table.columns
    ]
    judges: dict[str, Judge] = {
        "id": _ids,
        "segment": _names("segment", data.segments, population.segments),
        "contract": _names("contract", data.contracts, population.contracts),
        "tenure": _weeks(_WEEKS[data.tenure_unit]),
        "revenue": _amounts,
        "churned": _flags(data.churned_value),
    }
    here = {field: name for field, name in named.items() if name in table.columns}
    judged = {field: judges[field](table, name, table.columns[name]) for field, name in here.items()}
    if not table.rows and not table.findings:
        faults.append(Fault(table.file, "must have at least one customer"))
    faults += [*table.faults, *_told(table)]
    if faults:
        raise InputError(faults)
    return CustomerFile(
        tuple(judged["id"]),
        judged.get("segment"),
        judged["contract"],
        judged["tenure"],
        judged["revenue"],
        judged.get("churned"),
        tuple(table.notes),
    )


def faults_of(job: Job) -> list[Fault]:
    """Return every fault of the file of a job, if it has one."""
    if job.data.customers is None:
        return []
    try:
        read_customers(job.data.customers, job.data, job.scenario.population)
    except InputError as error:
        return list(error.faults)
    return []


def sized(job: Job) -> Job:
    """Return the job with a population as large as its file, if it has one; it represents its rows unless said otherwise.

    Raises
    ------
    InputError : the file has faults.
    """
    if job.data.customers is None:
        return job
    population = job.scenario.population
    rows = len(read_customers(job.data.customers, job.data, population).ids)
    size = {"population.size": rows, "population.represents": population.represents or rows}
    return job.model_copy(update={"scenario": job.scenario.with_changes(size)})


# -- columns -----------------------------------------------------------------------------------------------------------


def _ids(table: _Table, name: str, values: list[str]) -> list[str]:
    first: dict[str, int] = {}
    for row, value in zip(table.rows, values, strict=True):
        if not value:
            table.findings.append(_Finding(row, name, "must not be blank"))
        elif value in first:
            table.findings.append(_Finding(row, name, f"must be unique, row {first[value]} has it too", value))
        else:
            first[value] = row
    return values


def _amounts(table: _Table, name: str, values: list[str]) -> Floats:
    """Return the numbers of a column, 0 where there is a fault."""
    comma = table.decimal_comma and any("," in value and _COMMA.fullmatch(value) for value in values)
    form, rule = (_COMMA, "must be a number with a decimal comma") if comma else (_POINT, "must be a number")
    if comma:
        table.notes.append(f"column {name} has decimal commas")
    numbers = np.zeros(len(values))
    for i, (row, value) in enumerate(zip(table.rows, values, strict=True)):
        if not value:
            table.findings.append(_Finding(row, name, "must not be blank"))
        elif not form.fullmatch(value):
            table.findings.append(_Finding(row, name, rule, value))
        else:
            numbers[i] = float(value.replace(".", "").replace(",", ".") if comma else value)
            if numbers[i] < 0.0:
                table.findings.append(_Finding(row, name, "must be at least 0", value))
            elif numbers[i] > _LARGEST:
                table.findings.append(_Finding(row, name, f"must be at most {_LARGEST:g}", value))
    return numbers


def _weeks(unit: float) -> Judge:
    """Return how a column of tenures, counted in units of so many weeks, becomes weeks."""

    def judge(table: _Table, name: str, values: list[str]) -> Floats:
        weeks = _amounts(table, name, values) * unit
        rule = "must be at most 100 years; data.tenure_unit says what it is counted in"
        for i in np.flatnonzero(weeks > _MAX_TENURE_WEEKS):
            table.findings.append(_Finding(table.rows[i], name, rule, values[i]))
        return weeks

    return judge


def _names(kind: str, mapping: Mapping[str, str], names: Iterable[str]) -> Judge:
    """Return how a column of names of the scenario, or of values mapped to them, becomes indices."""
    index = {name: i for i, name in enumerate(names)}
    known = {**index, **{value: index.get(name, 0) for value, name in mapping.items()}}
    rule = f"must be a {kind} of the scenario or a value that data.{kind}s maps to one"

    def judge(table: _Table, name: str, values: list[str]) -> Ints:
        for row, value in zip(table.rows, values, strict=True):
            if not value:
                table.findings.append(_Finding(row, name, "must not be blank"))
            elif value not in known:
                table.findings.append(_Finding(row, name, rule, value, nearest(value, known)))
        return np.array([known.get(value, 0) for value in values], np.int64)

    return judge


def _flags(churned: str) -> Judge:
    """Return how a column of flags is judged: two values, of which `churned` says that the customer was lost."""

    def judge(table: _Table, name: str, values: list[str]) -> Bools:
        for row, value in zip(table.rows, values, strict=True):
            if not value:
                table.findings.append(_Finding(row, name, "must not be blank"))
        found = list(dict.fromkeys(value for value in values if value))
        held = ", ".join(found)[:_LONGEST_VALUE]
        if found and churned not in found:
            rule = (
                f"must be a value of column {name}, which holds {held}; data.columns.churned=null where none was lost"
            )
            table.faults.append(Fault("data.churned_value", rule, churned, nearest(churned, found)))
        elif len(found) > 2:
            rule = f"must hold {churned!r} for who was lost and one other value for who was not"
            table.faults.append(Fault(f"{table.file} column {name}", rule, held))
        return np.array([value == churned for value in values], np.bool_)

    return judge


def _targets(kind: str, mapping: Mapping[str, str], names: Iterable[str]) -> list[Fault]:
    names = list(names)
    rule = f"must name one of the scenario's {kind}"
    return [
        Fault(f"data.{kind}.{value}", rule, name, nearest(name, names))
        for value, name in mapping.items()
        if name not in names
    ]


# -- faults ------------------------------------------------------------------------------------------------------------


def _told(table: _Table) -> list[Fault]:
    """Return the faults to tell, in the order of rows: all, or some of every kind and how many more there are."""
    kinds: dict[tuple[str, str], list[_Finding]] = defaultdict(list)
    for finding in table.findings:
        kinds[finding.column, re.sub(r"\d+", "", finding.rule)].append(finding)
    in_turn = [finding for turn in zip_longest(*kinds.values()) for finding in turn if finding is not None]
    place = {name: i for i, name in enumerate(table.header)}
    shown = sorted(in_turn[:MOST_FAULTS], key=lambda finding: (finding.row, place.get(finding.column, -1)))
    faults = [_fault(table.file, finding) for finding in shown]
    rest = Counter(finding.column for finding in in_turn[MOST_FAULTS:])
    if rest:
        columns = ", ".join(f"{count} in column {name}" if name else f"{count} rows" for name, count in rest.items())
        faults.append(Fault(table.file, f"and {rest.total()} more: {columns}"))
    return faults


def _fault(file: str, finding: _Finding) -> Fault:
    value = finding.value
    if value is not None and len(value) > _LONGEST_VALUE:
        value = value[:_LONGEST_VALUE] + "..."
    place = f"{file} row {finding.row}" + (f" column {finding.column}" if finding.column else "")
    return Fault(place, finding.rule, value, finding.nearest)


# -- files -------------------------------------------------------------------------------------------------------------


def _read(path: Path, wanted: Sequence[str]) -> _Table:
    """Return the wanted columns of a file as text.

    Raises
    ------
    InputError : the file cannot be read as CSV or Parquet.
    """
    try:
        content = path.read_bytes()
    except OSError as error:
        reason = (error.strerror or "unreadable").lower()
        raise InputError([Fault("data.customers", f"cannot be read ({reason})", str(path))]) from None
    if not content.strip():
        raise InputError([Fault(path.name, "is empty")])
    if content.startswith(b"PAR1") or path.suffix.lower() == ".parquet":
        return _parquet(path, wanted)
    return _csv(path.name, *_text(path.name, content), wanted)


def _parquet(path: Path, wanted: Sequence[str]) -> _Table:
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        file = pq.ParquetFile(path)
        header = [str(name) for name in file.schema_arrow.names]
        read = file.read(columns=[name for name in dict.fromkeys(wanted) if name in header])
    except (pa.ArrowException, OSError) as error:
        raise InputError([Fault(path.name, f"is not Parquet: {str(error).splitlines()[0]}")]) from None
    columns = {name: [_plain(value) for value in read.column(name).to_pylist()] for name in read.column_names}
    return _Table(path.name, header, columns, list(range(1, read.num_rows + 1)), [], [])


def _plain(value: object) -> str:
    """Return a value of Parquet as CSV would show it: nothing for null, whole numbers without a point."""
    if value is None or (isinstance(value, float) and np.isnan(value)):
        return ""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value).strip()


def _text(file: str, content: bytes) -> tuple[str, list[str]]:
    """Return the text of a file and notes on its encoding.

    Raises
    ------
    InputError : it is neither UTF-8 nor marked as UTF-16.
    """
    marked = content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    try:
        if marked:
            return content.decode("utf-16"), ["encoded as UTF-16"]
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        row = content[: error.start].count(b"\n") + 1
        kind = "not text" if b"\0" in content[:4096] else "not UTF-8"
        rule = f"is {kind} (byte 0x{content[error.start]:02X}); save it as CSV in UTF-8, or as Parquet"
        raise InputError([Fault(f"{file} row {row}", rule)]) from None
    if "\0" in text or _CONTROL.search(text.partition("\n")[0]):
        raise InputError([Fault(file, "is not text; save it as CSV in UTF-8, or as Parquet")])
    return text, ["begins with a byte order mark"] if content.startswith(codecs.BOM_UTF8) else []


def _csv(file: str, text: str, notes: list[str], wanted: Sequence[str]) -> _Table:
    separator = _separator(text, wanted)
    if separator != ",":
        notes = [*notes, f"separated by {_SEPARATORS[separator]}"]
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    header: list[str] = []
    rows: list[int] = []
    kept: list[list[str]] = []
    findings: list[_Finding] = []
    try:
        header = [name.strip() for name in next(reader)]
        twice = [name for name in dict.fromkeys(wanted) if header.count(name) > 1]
        if twice:
            raise InputError([Fault(f"{file} row 1", "two columns have the same name", name) for name in twice])
        places = [header.index(name) for name in dict.fromkeys(wanted) if name in header]
        for row, fields in enumerate(reader, 2):
            if not any(field.strip() for field in fields):
                continue
            if len(fields) != len(header):
                findings.append(_Finding(row, "", f"must have {len(header)} fields like the header, has {len(fields)}"))
                continue
            rows.append(row)
            kept.append([fields[place].strip() for place in places])
    except csv.Error as error:
        raise InputError([Fault(f"{file} line {reader.line_num}", f"is not CSV: {error}")]) from None
    columns = {header[place]: [fields[k] for fields in kept] for k, place in enumerate(places)}
    return _Table(file, header, columns, rows, notes, findings, decimal_comma=separator != ",")


def _separator(text: str, wanted: Sequence[str]) -> str:
    """Return the separator under which the header has most of the wanted columns, then most columns."""
    first = text.lstrip().partition("\n")[0]

    def found(separator: str) -> tuple[int, int]:
        names = [name.strip().strip('"') for name in first.split(separator)]
        return len({*wanted} & {*names}), len(names)

    return max(_SEPARATORS, key=found)
