r"""The churn level of a firm's own customers: hazards are shifted until the simulated window loses as many as it did.

Customers are put into cells by contract and tenure class. Everybody in the file, lost or not, is the base at the
beginning of the window in which the churn flag was observed, with the tenure that the file gives. In cell i, the share
p_i of the customers is to be lost within the window; their hazards are multiplied by exp(d_i), and d_i solves

    f(P_i(d)) = f(p_i),   f(p) = log(-log(1 - p)),

P_i being the share lost in pilot simulations of the baseline. On this scale (complementary log-log) a constant hazard
answers one to one, so the first step is d_i = f(p_i) - f(P_i(0)); later steps are secants, since frailty makes the
answer weaker. Every pilot has the same luck, so shares rise with d and the iteration is deterministic by the seed.

A cell in which nobody or everybody was lost has no finite solution, and one of few customers tells little: cells of
less than `FEW` customers, and those with none or all lost, aim at (lost + `WEIGHT` m) / (customers + `WEIGHT`), m being
the mean of their contract, itself drawn to the overall mean in the same way. All others aim at what was observed.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from cxsim.arrays import Bools, Floats, Ints, Rows
from cxsim.journey.tables import LifeCode
from cxsim.spec.scenario import Scenario

if TYPE_CHECKING:
    import pandas as pd

FEW = 30
"""Customers below which a cell is drawn to its contract's mean, [A]."""
WEIGHT = 10.0
"""Customers that the contract's mean counts for in a cell that is drawn to it, [A]."""
PILOT, CHECK = 1_000_000, 2_000_000
"""Numbers of the replications that pilots live in, and of those that the solution is shown on: no study's own luck."""

_STEEPEST, _FLATTEST, _LONGEST_STEP = 2.0, 0.2, 3.0
_SMALLEST_MOVE = 1e-3


@dataclass(frozen=True)
class Cells:
    """The customers by contract and tenure class; only cells with customers.

    Attributes
    ----------
    of : cell of each customer.
    contract, tenure_class : name of the contract and the weeks of the class, one entry a cell.
    customers, churned : how many there are, and how many of them were lost.
    """

    of: Ints
    contract: tuple[str, ...]
    tenure_class: tuple[str, ...]
    customers: Ints
    churned: Ints

    def per_cell(self, flags: Bools) -> Floats:
        """Return the share of each cell's customers that is flagged; `flags` may hold all customers several times."""
        repeated = np.tile(self.of, flags.size // self.of.size)
        return np.bincount(repeated, flags, self.customers.size) / np.bincount(repeated, minlength=self.customers.size)


class Solution(NamedTuple):
    """What the iteration found in each cell: offset, share lost in the pilots, and whether that is the target."""

    offset: Floats
    share: Floats
    reached: Bools


def cells_of(contracts: list[str], contract: Ints, tenure_weeks: Floats, churned: Bools, edges: Floats) -> Cells:
    """Return the cells of customers; tenure classes begin at `edges` (weeks, rising from 0) and the last has no end."""
    wide = np.searchsorted(edges, tenure_weeks, side="right") - 1
    found, of = np.unique(contract * edges.size + wide, return_inverse=True)
    names = [f"{low:g}-{high:g}" for low, high in pairwise(edges)] + [f"{edges[-1]:g}+"]
    return Cells(
        of,
        tuple(contracts[cell // edges.size] for cell in found),
        tuple(names[cell % edges.size] for cell in found),
        np.bincount(of),
        np.bincount(of, churned).astype(np.int64),
    )


def targets(cells: Cells) -> Floats:
    """Return the share that each cell is to lose: as observed, drawn to the contract's mean where that says little."""
    _, group = np.unique(cells.contract, return_inverse=True)
    lost, whole = np.bincount(group, cells.churned), np.bincount(group, cells.customers)
    overall = (lost.sum() + 0.5) / (whole.sum() + 1.0)
    mean = (lost + WEIGHT * overall) / (whole + WEIGHT)
    drawn = (cells.churned + WEIGHT * mean[group]) / (cells.customers + WEIGHT)
    bare = (cells.customers < FEW) | (cells.churned == 0) | (cells.churned == cells.customers)
    return np.where(bare, drawn, cells.churned / cells.customers)


def solve(target: Floats, trials: Ints, lost: Callable[[Floats], Floats], rounds: int, tolerance: float) -> Solution:
    """Return the offsets whose shares come closest to `target` within so many rounds of pilots.

    Parameters
    ----------
    trials : customers that the pilots simulate in each cell; a share cannot come closer than half a customer.
    lost : share of each cell that pilots lose, given the offsets.
    """
    within = np.maximum(tolerance, 0.5 / trials)
    goal = _loglog(target)
    offset, best, shown = np.zeros(target.size), np.zeros(target.size), np.full(target.size, np.inf)
    before = answer_before = offset
    for turn in range(rounds):
        share = lost(offset)
        closer = np.abs(share - target) < np.abs(shown - target)
        best, shown = np.where(closer, offset, best), np.where(closer, share, shown)
        if np.all(np.abs(shown - target) <= within):
            break
        answer = _loglog(np.clip(share, 0.5 / trials, 1.0 - 0.5 / trials))
        moved = offset - before
        known = (np.abs(moved) > _SMALLEST_MOVE) & (turn > 0)
        slope = np.divide(answer - answer_before, moved, out=np.ones_like(moved), where=known)
        step = (goal - answer) / np.clip(slope, _FLATTEST, _STEEPEST)
        before, answer_before = offset, answer
        done = np.abs(share - target) <= within
        offset = offset + np.where(done, 0.0, np.clip(step, -_LONGEST_STEP, _LONGEST_STEP))
    return Solution(best, shown, np.abs(shown - target) <= within)


class Pilot:
    """A simulation of the baseline over the window, which can be lived again and again with other hazards.

    Nobody leaves during the warm-up, so it is lived once, and every repetition goes on from its end.
    """

    def __init__(
        self, scenario: Scenario, base: Rows | None, window_weeks: float, seed: int, replication: int, threads: int
    ) -> None:
        from cxsim.engine.model import CXModel

        threads = threads or os.cpu_count() or 1
        window = max(1, round(window_weeks * scenario.time.ticks_per_week))
        weeks = -(-window // scenario.time.ticks_per_week)
        self.size = scenario.population.size
        self._window = window
        self._warm = CXModel(
            scenario.with_changes({"time.horizon_weeks": weeks}),
            seed,
            replication,
            threads=threads,
            block_rows=max(1024, -(-self.size // threads)),
            base=base,
        )
        for _ in range(self._warm.warmup_ticks):
            self._warm.step()

    def lost(self, offset: Floats) -> Bools:
        """Return who of the initial base is lost within the window, each hazard multiplied by exp(`offset`)."""
        model = self._warm.branch(())
        model.rows["frailty"][: self.size] *= np.exp(offset)
        for _ in range(self._window):
            model.step()
        return np.asarray(model.rows["life"][: self.size] == int(LifeCode.LOST))


def calibration_table(cells: Cells, solution: Solution, target: Floats, simulated: Floats) -> pd.DataFrame:
    """Return one row per cell: what was observed, with its binomial (Wilson) interval at 95 %, aimed at and simulated.

    `simulated` is the share lost with luck that the offsets were not solved on; `reached` says whether the pilots that
    they were solved on came to the target within the tolerance.
    """
    import pandas as pd
    from statsmodels.stats.proportion import proportion_confint

    low, high = proportion_confint(cells.churned, cells.customers, alpha=0.05, method="wilson")
    return pd.DataFrame(
        {
            "contract": cells.contract,
            "tenure_class": cells.tenure_class,
            "customers": cells.customers,
            "churned": cells.churned,
            "observed": cells.churned / cells.customers,
            "observed_low": low,
            "observed_high": high,
            "target": target,
            "simulated": simulated,
            "offset": solution.offset,
            "reached": solution.reached,
        }
    )


def _loglog(share: Floats) -> Floats:
    return np.asarray(np.log(-np.log1p(-share)))
