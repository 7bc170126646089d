"""Customers under contract who pay in every period until they leave for good: the shifted beta-geometric on a log.

A customer has left when the log shows no payment in the last period of the fit, which it shows wholly. A payment that
was skipped counts as paid: leaving is for good.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cxsim.forecast.closed_forms import sbg
from cxsim.forecast.closed_forms.clock import Clock
from cxsim.forecast.closed_forms.likelihood import FloatArray
from cxsim.forecast.closed_forms.transactions import TransactionLog
from cxsim.forecast.purchases.by_period import ByPeriod, by_period
from cxsim.forecast.purchases.law import OfModel, parameter_table


@dataclass(frozen=True)
class Contract(OfModel):
    """A fitted sBG; see `cxsim.forecast.purchases.law.Fitted`. A purchase is a period for which the contract held."""

    model: sbg.SBG
    grid: ByPeriod

    @property
    def parameters(self) -> pd.DataFrame:
        """Return ``parameter, value, se``."""
        return parameter_table(self.model, ("alpha", "beta"))

    @property
    def stays(self) -> NDArray[np.bool_]:
        """Return who paid in the last period of the fit."""
        return (self.grid.customers["recency"] == self.grid.customers["age"]).to_numpy()

    @property
    def tenure(self) -> NDArray[np.int64]:
        """Return how many renewals each customer has made by the end of the fit."""
        return self.grid.customers["recency"].to_numpy(dtype=np.int64)

    @property
    def customers(self) -> pd.DataFrame:
        """Return the histories; who is still a customer is known."""
        return self.grid.customers.assign(frequency=self.tenure, p_alive=self.stays.astype(np.float64))

    def tracking(self, periods: int) -> tuple[FloatArray, FloatArray]:
        """Return actual and expected renewals of each period."""
        first, last = self.grid.first, self.grid.last
        at = np.arange(1, periods + 1)
        actual = ((first < at[:, None]) & (at[:, None] <= last)).sum(axis=1)
        starts, customers = np.unique(first, return_counts=True)
        since = np.maximum(at[:, None] - starts, 0)
        expected = np.where(since > 0, sbg.survival(self.model.alpha, self.model.beta, since), 0.0) @ customers
        return actual.astype(np.float64), np.asarray(expected, dtype=np.float64)

    def bought(self, periods: int) -> FloatArray:
        """Return for how many periods after the fit each contract held."""
        return np.clip(self.grid.last - self.grid.fitted, 0, periods).astype(np.float64)

    def ahead(self, periods: int) -> FloatArray:
        """Return the probability that each contract holds in each coming period."""
        later = np.arange(1, periods + 1)
        held = sbg.conditional_survival(self.model.alpha, self.model.beta, self.tenure[:, None], later)
        return np.asarray(held * self.stays[:, None], dtype=np.float64)

    def paths(self, periods: int, draws: int, rng: np.random.Generator) -> FloatArray | None:
        """Return simulated renewals: the churn probability of each customer drawn given the tenure."""
        tenure = self.tenure[self.stays]
        fixed = np.tile([self.model.alpha, self.model.beta], (draws, 1))
        drawn = fixed if self.at_boundary else sbg.draw_parameters(self.model, draws, rng)
        paths = np.empty((draws, periods))
        for row, (alpha, beta) in enumerate(drawn):
            # Close to 0 nobody leaves, and a geometric law needs a probability above it.
            leaving = np.maximum(rng.beta(alpha, beta + tenure), 1e-12)
            renewals = np.minimum(rng.geometric(leaving) - 1, periods)
            paths[row] = np.bincount(renewals, minlength=periods + 1)[::-1].cumsum()[::-1][1:]
        return paths

    def repeated(self, most: int, draws: int, rng: np.random.Generator) -> FloatArray | None:
        """Return nothing: how long contracts hold is what the tracking shows."""
        return None

    def forever(self, discount: float) -> FloatArray | None:
        """Return the discounted periods that contracts will still hold."""
        periods = sbg.discounted_residual_lifetime(self.model.alpha, self.model.beta, self.tenure, discount)
        return np.asarray(periods * self.stays)


def fit_contract(log: TransactionLog, clock: Clock, periods: int) -> Contract:
    """Return the sBG fitted to the first `periods`; `InputError` and `RunError` as the closed form's."""
    grid = by_period(log, clock, periods)
    counts = sbg.count_tenure(
        np.zeros(len(grid.customers)),
        grid.customers["recency"] + (grid.customers["recency"] < grid.customers["age"]),
        grid.customers["recency"] < grid.customers["age"],
    )
    return Contract(sbg.fit_sbg_counts(counts.at_risk, counts.churned), grid)
