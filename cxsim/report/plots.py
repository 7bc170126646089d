"""Figures of a run or a comparison as methods; each returns a matplotlib Figure and shows nothing."""

from __future__ import annotations

from dataclasses import dataclass

from matplotlib.figure import Figure

from cxsim.report.evidence import BASELINE, Evidence
from cxsim.report.figures import (
    account,
    cash,
    desks,
    effects,
    expectation,
    heat_map,
    journey_curve,
    journey_graph,
    ledger,
    retention,
    value_bridge,
)


@dataclass(frozen=True)
class RunPlots:
    """The figures of a run; in a comparison, those that are drawn for one arm take its name."""

    evidence: Evidence

    def journey_map(self) -> Figure:
        """Return the emotional curve over the journey; in a comparison with the best arm over the baseline."""
        return journey_curve.draw(self.evidence)

    def journey_graph(self) -> Figure:
        """Return the journey as configured."""
        return journey_graph.draw(self.evidence.scenario)

    def heat_map(self, arm: str = BASELINE) -> Figure:
        """Return satisfaction by touchpoint and channel."""
        return heat_map.draw(self.evidence, arm)

    def retention(self) -> Figure:
        """Return the retention of the initial base and of new customers with the fitted law, and churn by tenure."""
        return retention.draw(self.evidence)

    def account(self) -> Figure:
        """Return who is frustrated or enchanted over time, and the mean balance."""
        return account.draw(self.evidence)

    def ledger(self, arm: str = BASELINE) -> Figure:
        """Return credits and debits by touchpoint and by cause."""
        return ledger.draw(self.evidence, arm)

    def desks(self, arm: str = BASELINE) -> Figure:
        """Return load, losses, waits and occupancy of the contact centre."""
        return desks.draw(self.evidence, arm)

    def expectation(self, arm: str = BASELINE) -> Figure:
        """Return expectation against promise, trust and habituation."""
        return expectation.draw(self.evidence, arm)


@dataclass(frozen=True)
class ComparisonPlots(RunPlots):
    """The figures of a comparison."""

    def effects(self) -> Figure:
        """Return the effects of every intervention with their intervals."""
        return effects.draw(self.evidence)

    def value_bridge(self) -> Figure:
        """Return where the net present value of every intervention comes from."""
        return value_bridge.draw(self.evidence)

    def cash(self) -> Figure:
        """Return the discounted profit of every intervention against the baseline, added up over time."""
        return cash.draw(self.evidence)
