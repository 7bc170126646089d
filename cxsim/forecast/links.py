"""The scale on which a kind of series is forecast: logit for a rate, logarithm for a positive series, else its own.

The kind is declared, by the metric or by the user, and never guessed from the numbers.

======== ======================= ==================
kind     values                  link
======== ======================= ==================
rate     0 <= y <= 1             log(y / (1 - y))
positive y >= 0                  log(y + offset)
real     any                     y
======== ======================= ==================
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, cast

import numpy as np
from scipy.special import expit, logit

from cxsim.forecast.quantiles import Array

Kind = Literal["rate", "positive", "real"]
KINDS: tuple[Kind, ...] = ("rate", "positive", "real")

KIND_OF_METRIC: dict[str, Kind] = {
    "churn_rate": "rate",
    "retention": "rate",
    "fcr": "rate",
    "response_rate": "rate",
    "frustrated_share": "rate",
    "satisfied_share": "rate",
    "enchanted_share": "rate",
    "share_of_voice": "rate",
    "abandoned_share": "rate",
    "active": "positive",
    "prospects": "positive",
    "lost": "positive",
    "acquired": "positive",
    "churned": "positive",
    "won_back": "positive",
    "revenue": "positive",
    "contact_cost": "positive",
    "recovery_cost": "positive",
    "programme_cost": "positive",
    "acquisition_cost": "positive",
    "contacts": "positive",
    "complaints": "positive",
    "abandoned": "positive",
    "failures": "positive",
    "settled": "positive",
    "closed_unresolved": "positive",
    "open_problems": "positive",
    "asked": "positive",
    "answered": "positive",
    "csat_answers": "positive",
    "ces_answers": "positive",
    "reached": "positive",
    "mean_wait_min": "positive",
    "referrals": "positive",
    "traffic": "positive",
}
"""The declared kind of the metrics of a run; every other target is `real` unless the caller says otherwise."""


def kind_of(target: str, declared: str | None) -> Kind:
    """Return the kind of a target: what the caller declared, else what the metric is known to be, else ``real``."""
    if declared is None:
        return KIND_OF_METRIC.get(target, "real")
    return cast(Kind, declared)


@dataclass(frozen=True)
class Logit:
    """The logit of a rate."""

    def forward(self, values: Array) -> Array:
        """Return the logits of rates, 0 and 1 drawn in, see `logit_of_share`."""
        return logit_of_share(values)

    def back(self, values: Array) -> Array:
        """Return the rates of logits."""
        return np.asarray(expit(values), dtype=np.float64)

    def moved(self, values: Array, by: Array) -> Array:
        """Return rates moved by so many logits; 0 and 1 stay where they are."""
        return np.asarray(expit(logit(values) + by), dtype=np.float64)

    def slope(self, values: Array) -> Array:
        """Return how far a rate moves for a small step of one logit, by rate."""
        return values * (1.0 - values)


@dataclass(frozen=True)
class Log:
    """The logarithm, shifted by `offset` where the history holds zeros."""

    offset: float

    def forward(self, values: Array) -> Array:
        """Return the values on the log scale."""
        return np.log(values + self.offset)

    def back(self, values: Array) -> Array:
        """Return log-scale values in the unit of the target, never below zero."""
        return np.maximum(np.exp(np.minimum(values, 700.0)) - self.offset, 0.0)

    def moved(self, values: Array, by: Array) -> Array:
        """Return values moved by so many units of the logarithm; without an offset zeros stay zeros."""
        return np.maximum((values + self.offset) * np.exp(by) - self.offset, 0.0)

    def slope(self, values: Array) -> Array:
        """Return how far a value moves for a small step of one unit of the logarithm, by value."""
        return values + self.offset


@dataclass(frozen=True)
class Identity:
    """The scale of the data themselves."""

    def forward(self, values: Array) -> Array:
        """Return the values."""
        return values

    def back(self, values: Array) -> Array:
        """Return the values."""
        return values

    def moved(self, values: Array, by: Array) -> Array:
        """Return values plus `by`."""
        return values + by

    def slope(self, values: Array) -> Array:
        """Return 1 for every value."""
        return np.ones_like(values)


Link = Logit | Log | Identity


def link_of(kind: Kind, values: Array) -> Link:
    """Return the link of a kind; zeros in a positive history shift its logarithm by half its smallest value above zero.

    What is always 0, or a rate that is always 1, has neither logarithm nor logit and stays as it is.
    """
    observed = values[np.isfinite(values)]
    if kind == "rate":
        return Identity() if (observed == 0.0).all() or (observed == 1.0).all() else Logit()
    if kind == "real":
        return Identity()
    if (observed > 0.0).all():
        return Log(0.0)
    above = observed[observed > 0.0]
    return Log(0.5 * float(above.min())) if above.size else Identity()


def scale_of(kind: Kind) -> Link:
    """Return the scale on which effects on a kind are measured and added: odds ratios, ratios or differences."""
    scales: dict[Kind, Link] = {"rate": Logit(), "positive": Log(0.0), "real": Identity()}
    return scales[kind]


def logit_of_share(share: Array) -> Array:
    """Return the logit of shares in [0, 1], with 0 and 1 drawn in so that they stay finite.

    A 0 counts as half the smallest share above it, a 1 likewise, and never as more than half an event among as many as there are
    observed points. All other shares stay what they are: to draw them all in, as Smithson and Verkuilen (2006) do, would
    more than double a rate of 0.2 % in a history of 150 points.
    """
    observed = share[np.isfinite(share)]
    most = 0.5 / max(observed.size, 2)
    low, high = (0.5 * float(np.min(side[side > 0.0], initial=2.0 * most)) for side in (observed, 1.0 - observed))
    inside = np.clip(share, min(low, most), 1.0 - min(high, most))
    return np.log(inside / (1.0 - inside))
