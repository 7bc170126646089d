"""The command that checks a journey and draws its map."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.console import Console
from rich.table import Table

from cxsim.errors import InputError
from cxsim.journey.check import check, warnings
from cxsim.journey.describe import path_table

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from cxsim.spec.job import Job
    from cxsim.spec.journey import Journey
    from cxsim.spec.scenario import Scenario

_SHOWN = ("node", "stage", "life", "touchpoint", "dwell", "to", "transition")


def run(job: Job) -> int:
    """Check the journey of a job, print its table, write its map, and return exit status 0.

    Raises
    ------
    InputError : the journey has faults; nothing was written.
    """
    faults = check(job.scenario)
    if faults:
        raise InputError(faults)
    console = Console()
    console.print(transition_table(job.scenario.journey))
    for warning in warnings(job.scenario):
        console.print(f"warning: {warning}", markup=False, highlight=False, soft_wrap=True)
    for path in write_map(job.scenario, job.output.root / "journey" / job.scenario.name):
        console.print(f"map: {path}", markup=False, highlight=False, soft_wrap=True)
    return 0


def transition_table(journey: Journey) -> Table:
    """Return the nodes of a journey with their stages, transitions and times, one transition a line."""
    table = Table(title="transitions (» on the golden path)")
    for name in _SHOWN:
        table.add_column(name, overflow="fold")
    for node, rows in path_table(journey).groupby("node", sort=False):
        cells = rows.assign(node=node, to=rows["to"].where(~rows["golden"], "» " + rows["to"]))
        # What belongs to the node stands once, beside its first transition.
        cells.iloc[1:, : cells.columns.get_loc("to")] = ""
        for row in cells[list(_SHOWN)].itertuples(index=False):
            table.add_row(*row)
        table.add_section()
    return table


def write_map(scenario: Scenario, folder: Path) -> Iterator[Path]:
    """Write `journey.svg` and `journey.png` below a folder and yield their paths."""
    from cxsim.report.figures.journey_graph import draw

    figure = draw(scenario)
    folder.mkdir(parents=True, exist_ok=True)
    for name in ("journey.svg", "journey.png"):
        figure.savefig(folder / name, dpi=150)
        yield folder / name
