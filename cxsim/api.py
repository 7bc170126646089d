"""What a notebook uses: scenarios, and runs and comparisons that can draw their figures."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property, wraps
from typing import TYPE_CHECKING

from cxsim.cli.compose import load
from cxsim.results import run as results
from cxsim.study import compare as comparing
from cxsim.study import simulate as simulating

if TYPE_CHECKING:
    from cxsim.report.plots import ComparisonPlots, RunPlots

__all__ = ["Comparison", "Run", "compare", "load", "simulate"]


@dataclass(frozen=True)
class Run(results.Run):
    """The tables of a finished run, and its figures: ``run.plot.retention()``."""

    @cached_property
    def plot(self) -> RunPlots:
        """Return the figures, each a matplotlib Figure that is not shown."""
        from cxsim.report.evidence import of_run
        from cxsim.report.plots import RunPlots

        return RunPlots(of_run(self))


@dataclass
class Comparison(comparing.Comparison):
    """The outcome of a comparison, and its figures: ``comparison.plot.effects()``."""

    @cached_property
    def plot(self) -> ComparisonPlots:
        """Return the figures, each a matplotlib Figure that is not shown."""
        from cxsim.report.evidence import of_comparison
        from cxsim.report.plots import ComparisonPlots

        return ComparisonPlots(of_comparison(self))


def _then[**P, Made, Dressed](make: Callable[P, Made], dress: Callable[[Made], Dressed]) -> Callable[P, Dressed]:
    """Return `make` with its signature and documentation, its outcome dressed."""

    @wraps(make)
    def made(*args: P.args, **kwargs: P.kwargs) -> Dressed:
        return dress(make(*args, **kwargs))

    return made


def _run(run: results.Run) -> Run:
    return Run(run.scenario, run.tables, run.seed, run.replications)


def _comparison(comparison: comparing.Comparison) -> Comparison:
    return Comparison(_run(comparison.run), comparison.effects)


simulate = _then(simulating.simulate, _run)
compare = _then(comparing.compare, _comparison)
