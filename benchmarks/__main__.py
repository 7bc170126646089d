"""Measure speed and memory: `python -m benchmarks`; `--quick` tries everything at small sizes."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from rich.console import Console
from rich.table import Table

from benchmarks import against_mesa, commands, limits, machine, memory, scaling, throughput
from benchmarks.fresh import ROOT
from benchmarks.section import Section, Target, markdown_table

BENCHMARKS: Mapping[str, Callable[[bool], Section]] = {
    "speed": throughput.measure,
    "memory": memory.measure,
    "mesa": against_mesa.measure,
    "scaling": scaling.measure,
    "limits": limits.measure,
    "commands": commands.measure,
}
DOCUMENT = ROOT / "docs" / "benchmarks.md"
_TARGETS = ("promise", "measured", "wanted", "")


def verdicts(targets: Sequence[Target]) -> list[tuple[str, str, str, str]]:
    """Return the rows of the table of targets."""
    return [(t.name, t.measured, t.wanted, "met" if t.met else "missed") for t in targets]


def document(sections: Sequence[Section], about: Sequence[tuple[str, str]], command: str) -> str:
    """Return the page of the documentation."""
    targets = [target for section in sections for target in section.targets]
    parts = [
        "# Benchmarks",
        f"Written by `{command}`; run it again to check every number on your own machine.",
        markdown_table(_TARGETS, verdicts(targets)),
        "## Machine",
        markdown_table(("", ""), about),
        *(section.markdown() for section in sections),
    ]
    return "\n\n".join(parts) + "\n"


def show(console: Console, title: str, header: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Print a table."""
    table = Table(*header, title=title, title_justify="left")
    for column in table.columns[1:]:
        column.justify = "right"
    for row in rows:
        table.add_row(*row)
    console.print(table)


def main() -> None:
    """Measure, print, and write the page of the documentation."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description="Measure speed and memory.")
    parser.add_argument("only", nargs="*", metavar="NAME", help=f"some of: {', '.join(BENCHMARKS)}; all if left out")
    parser.add_argument("--quick", action="store_true", help="small sizes: everything runs, no number means anything")
    parser.add_argument("--output", type=Path, help="page to write; docs/benchmarks.md for a full run, else none")
    asked = parser.parse_args()
    unknown = set(asked.only) - set(BENCHMARKS)
    if unknown:
        parser.error(f"no such benchmark: {', '.join(sorted(unknown))}; there are {', '.join(BENCHMARKS)}")
    console = Console()
    before = machine.load()
    about = machine.description(before)
    show(console, "machine", ("", ""), about)
    if before > machine.QUIET_LOAD:
        print(f"other work is running (load {before:.2f}): these numbers are not to be quoted", file=sys.stderr)
    sections = []
    for name in asked.only or BENCHMARKS:
        print(f"measuring: {name}", file=sys.stderr, flush=True)
        section = BENCHMARKS[name](asked.quick)
        show(console, section.title, section.header, section.rows)
        if section.closing:
            console.print(section.closing, markup=False)
        sections.append(section)
    show(console, "promises", _TARGETS, verdicts([target for section in sections for target in section.targets]))
    output = asked.output or (None if asked.quick or asked.only else DOCUMENT)
    if output is not None:
        command = "python -m benchmarks --quick" if asked.quick else "make bench"
        output.write_text(document(sections, about, command), "utf-8")
        print(f"written: {output}", file=sys.stderr)


if __name__ == "__main__":
    main()
