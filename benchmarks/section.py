"""What a benchmark gives back: a table with a title and a text, and the targets it was held against."""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Target:
    """One number that was promised: what it is, what came out, what was wanted."""

    name: str
    measured: str
    wanted: str
    met: bool


@dataclass(frozen=True)
class Section:
    """One table of the report."""

    title: str
    text: str
    header: Sequence[str]
    rows: Sequence[Sequence[str]]
    targets: Sequence[Target] = field(default_factory=tuple)
    closing: str = ""

    def markdown(self) -> str:
        """Return the section as Markdown."""
        parts = [f"## {self.title}", self.text, markdown_table(self.header, self.rows), self.closing]
        return "\n\n".join(part for part in parts if part)


def markdown_table(header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Return a Markdown table; columns after the first are aligned to the right."""
    lines = [header, ["---", *["--:"] * (len(header) - 1)], *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def spread(values: Sequence[float], digits: int, unit: str = "") -> str:
    """Return the median of repeated measurements with the lowest and the highest."""
    middle = f"{statistics.median(values):,.{digits}f}{unit}"
    return middle if len(values) < 2 else f"{middle} ({min(values):,.{digits}f} to {max(values):,.{digits}f})"
