"""Customers who may buy on any day and leave without a word: BG/NBD and Pareto/NBD on a log."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd

from cxsim.forecast.closed_forms import bg_nbd, pareto_nbd
from cxsim.forecast.closed_forms.clock import Clock
from cxsim.forecast.closed_forms.likelihood import FloatArray
from cxsim.forecast.closed_forms.tracking import tracking_table
from cxsim.forecast.closed_forms.transactions import TransactionLog, purchase_histories
from cxsim.forecast.purchases.law import OfModel, parameter_table


@dataclass(frozen=True)
class Form:
    """The functions of a closed form, named alike in both modules; `forever` is ``None`` where there is none."""

    module: Any
    fit: Callable[..., Any]
    names: tuple[str, ...]
    forever: Callable[..., FloatArray] | None = None


BG_NBD = Form(bg_nbd, bg_nbd.fit_bg_nbd, ("r", "alpha", "a", "b"))
PARETO_NBD = Form(pareto_nbd, pareto_nbd.fit_pareto_nbd, ("r", "alpha", "s", "beta"), pareto_nbd.discounted_purchases)


@dataclass(frozen=True)
class AnyDay(OfModel):
    """A fitted law; see `cxsim.forecast.purchases.law.Fitted`. A purchase is a day on which the customer bought."""

    form: Form
    model: Any
    log: TransactionLog
    clock: Clock
    fitted: int
    histories: pd.DataFrame

    @property
    def parameters(self) -> pd.DataFrame:
        """Return ``parameter, value, se``."""
        return parameter_table(self.model, self.form.names)

    @cached_property
    def seen(self) -> tuple[FloatArray, FloatArray, FloatArray]:
        """Return frequency, recency and age."""
        x, last, age = (self.histories[name].to_numpy(dtype=np.float64) for name in ("frequency", "recency", "age"))
        return x, last, age

    @property
    def customers(self) -> pd.DataFrame:
        """Return the histories with the probability of still being a customer."""
        return self.histories.assign(p_alive=self.form.module.probability_alive(self.model, *self.seen))

    def tracking(self, periods: int) -> tuple[FloatArray, FloatArray]:
        """Return actual and expected repeat purchases of each period."""
        until = self.clock.last_day(self.fitted)
        expected = lambda time: self.form.module.expected_purchases(self.model, time)  # noqa: E731
        table = tracking_table(self.log, expected, periods, self.clock.unit, until)
        return table["actual"].to_numpy(dtype=np.float64), table["expected"].to_numpy(dtype=np.float64)

    def bought(self, periods: int) -> FloatArray:
        """Return purchases of each customer after the fit."""
        end, until = self.clock.last_day(self.fitted), self.clock.last_day(self.fitted + periods)
        table = purchase_histories(self.log, end, self.clock.unit, until)
        return table["holdout_frequency"].to_numpy(dtype=np.float64)

    def ahead(self, periods: int) -> FloatArray:
        """Return expected purchases given the histories, by customer and period."""
        ends = self.clock.ends(self.fitted, periods)
        given = [self.form.module.conditional_purchases(self.model, *self.seen, end) for end in ends]
        return np.diff(np.column_stack([np.zeros(len(self.histories)), *given]), axis=1)

    def paths(self, periods: int, draws: int, rng: np.random.Generator) -> FloatArray | None:
        """Return simulated purchases after the fit."""
        known = [self.model] * draws
        models = known if self.at_boundary else self.form.module.draw_models(self.model, draws, rng)
        edges = np.append(0.0, self.clock.ends(self.fitted, periods))
        times = [self.form.module.simulate_future(model, *self.seen, float(edges[-1]), rng)[1] for model in models]
        return np.array([np.histogram(time, bins=edges)[0] for time in times], np.float64)

    def repeated(self, most: int, draws: int, rng: np.random.Generator) -> FloatArray | None:
        """Return expected customers by repeat purchases, from simulated new customers of the same ages."""
        _, _, age = self.seen
        total = np.zeros(most + 1)
        for _ in range(draws):
            who = self.form.module.simulate(self.model, age, rng)[0]
            count = np.minimum(np.bincount(who, minlength=age.size), most)
            total += np.bincount(count, minlength=most + 1)
        return total / draws

    def forever(self, discount: float) -> FloatArray | None:
        """Return discounted purchases in all time to come; the closed form compounds continuously."""
        return None if self.form.forever is None else self.form.forever(self.model, *self.seen, np.log1p(discount))


def fit_any_day(form: Form, log: TransactionLog, clock: Clock, periods: int) -> AnyDay:
    """Return the law fitted to the first `periods`; `InputError` and `RunError` as the closed form's."""
    unit = clock.unit
    table = purchase_histories(log, clock.last_day(periods), unit).rename(
        columns={f"recency_{unit}": "recency", f"age_{unit}": "age", "mean_repeat_spend": "mean_spend"}
    )
    model = form.fit(table["frequency"], table["recency"], table["age"])
    return AnyDay(form, model, log, clock, periods, table)
