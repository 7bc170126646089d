"""What a law of buying is asked, whichever it is."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol

import numpy as np
import pandas as pd

from cxsim.forecast.closed_forms.clock import Clock
from cxsim.forecast.closed_forms.likelihood import FloatArray
from cxsim.forecast.closed_forms.transactions import TransactionLog


class Fitted(Protocol):
    """A law fitted to the customers of a log who were acquired in its first periods, by what they bought in these.

    What counts as a purchase is the law's: a day on which the customer bought, or a period.
    """

    @property
    def parameters(self) -> pd.DataFrame:
        """Return ``parameter, value, se``."""

    @property
    def loglik(self) -> float:
        """Return the log-likelihood."""

    @property
    def at_boundary(self) -> bool:
        """Return whether the likelihood rises towards a bound: parameters then have no errors and are not drawn."""

    @property
    def customers(self) -> pd.DataFrame:
        """Return one row per customer: ``customer, first_date, frequency, recency, age, mean_spend, p_alive``.

        Frequency counts repeat purchases, recency and age are in periods since the first one, the mean spend is that of
        the repeat purchases, 0 without one.
        """

    def tracking(self, periods: int) -> tuple[FloatArray, FloatArray]:
        """Return the repeat purchases of all customers in each period, actual and expected of new customers."""

    def bought(self, periods: int) -> FloatArray:
        """Return what each customer bought in the `periods` after the fit, as far as the log goes."""

    def ahead(self, periods: int) -> FloatArray:
        """Return what each customer is expected to buy given the history, of shape (customers, periods)."""

    def paths(self, periods: int, draws: int, rng: np.random.Generator) -> FloatArray | None:
        """Return simulated purchases of all customers after the fit, (draws, periods), parameters drawn too.

        ``None`` where the law has no simulation here.
        """

    def repeated(self, most: int, draws: int, rng: np.random.Generator) -> FloatArray | None:
        """Return how many customers are expected to have bought 0, 1, ... and `most` or more times; ``None`` as above."""

    def forever(self, discount: float) -> FloatArray | None:
        """Return each customer's expected purchases in all time to come, discounted at an effective rate a period.

        ``None`` where there is no closed form.
        """


class OfModel:
    """What a fitted law says of its closed form, `model`."""

    model: Any

    @property
    def loglik(self) -> float:
        """Return the log-likelihood."""
        return float(self.model.loglik)

    @property
    def at_boundary(self) -> bool:
        """Return whether the likelihood rises towards a bound."""
        return bool(self.model.at_boundary)


type Fit = Callable[[TransactionLog, Clock, int], Fitted]
"""Takes a log, its clock and how many periods to fit to.

Raises
------
InputError, RunError : the log says too little about the law.
"""


def parameter_table(model: object, names: tuple[str, ...]) -> pd.DataFrame:
    """Return ``parameter, value, se`` of a closed form."""
    rows = [(name, getattr(model, name), getattr(model, f"se_{name}")) for name in names]
    return pd.DataFrame(rows, columns=["parameter", "value", "se"])
