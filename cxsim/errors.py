"""The error tree: what went wrong, where, and what to do about it.

Exit statuses of the command line follow the class: `InputError` is 2 (the user's input is wrong, nothing was written),
every other `CxsimError` is 1 (the run failed).
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Self


class CxsimError(Exception):
    """Root of every error that cxsim raises on purpose."""


class RunError(CxsimError):
    """A run could not be finished although its input was right."""


@dataclass(frozen=True)
class Fault:
    """One thing wrong with the user's input.

    Attributes
    ----------
    path : where it stands, e.g. ``touchpoints.bill.moment`` or ``customers.csv row 17 column tenure``.
    rule : what must hold there.
    value : what was found; ``None`` where nothing was found.
    nearest : the nearest valid name, empty where there is none.
    """

    path: str
    rule: str
    value: object = None
    nearest: str = ""

    def __str__(self) -> str:
        text = f"{self.path}: {self.rule}"
        if self.value is not None:
            text += f", got {self.value!r}"
        if self.nearest:
            text += f"; did you mean {self.nearest!r}?"
        return text


class InputError(CxsimError):
    """The user's input is wrong: every fault at once."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        self.faults = tuple(faults)
        super().__init__("\n".join(str(fault) for fault in self.faults))

    def __reduce__(self) -> tuple[type[Self], tuple[tuple[Fault, ...]]]:
        # What an exception takes along to another process is its text alone, unless it says so.
        return type(self), (self.faults,)


def nearest(name: str, valid: Iterable[str]) -> str:
    """Return the valid name closest to `name`, or an empty string when none is close."""
    found = difflib.get_close_matches(name, list(valid), n=1, cutoff=0.6)
    return found[0] if found else ""
