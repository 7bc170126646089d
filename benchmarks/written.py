"""Where measured tables stand in the documentation of forecasts: between two comments of their name."""

from __future__ import annotations

from pathlib import Path

DOCUMENT = Path(__file__).resolve().parents[1] / "docs" / "forecasting.md"


def between(name: str, text: str) -> None:
    """Write a text between the comments that start and end the part of that name."""
    start, end = (f"<!-- {name}: {word} -->" for word in ("start", "end"))
    before, _, rest = DOCUMENT.read_text("utf-8").partition(start)
    DOCUMENT.write_text(f"{before}{start}\n\n{text}\n\n{end}{rest.partition(end)[2]}", "utf-8")
