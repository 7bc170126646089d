"""Small worlds with a known truth, in which a firm does something: what the forecast under an intervention is held against.

A world draws the parameters of its effect from the same distribution as the simulated pairs, lives through 48 months, then
the intervention starts. Whoever forecasts sees the history and the pairs, and for a rate also a simulator of the level.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from cxsim.forecast.links import Kind, scale_of
from cxsim.forecast.quantiles import Array

MONTHS, HORIZON, CUSTOMERS, PAIRS = 48, 12, 4000, 60
LUCK, INDEPENDENT_LUCK = 0.1, 0.3
"""Standard deviation of a simulated effect on the logit: of arms that share their luck, and of arms that do not."""
CENTRE: dict[Kind, float] = {"rate": -3.2, "positive": 13.0, "real": 20.0}
SPREAD = 0.3
"""Standard deviation between firms of the level on the logit; the simulator knows it."""
SIZE: dict[Kind, float] = {"rate": -0.5, "positive": 0.06, "real": 4.0}
"""Full effect on the scale of the kind: odds, a ratio, points."""


@dataclass(frozen=True)
class Firm:
    """What the truth does that the simulator does not.

    Attributes
    ----------
    name : in the tables.
    kind : of the target.
    phi, sd : the firm's own slow movement, an AR(1) with this standard deviation of its level; `sd`, `trend` and `noise` are in
        units of the scale of the kind.
    trend : standard deviation of a steady drift over a year.
    noise : standard deviation of what is seen around the level; a rate is counted instead.
    realised : (low, high) of the share of the effect that is realised; ``None`` draws it from the prior.
    """

    name: str
    kind: Kind
    phi: float
    sd: float
    trend: float = 0.0
    noise: float = 0.0
    realised: tuple[float, float] | None = (1.0, 1.0)


RIGHT = Firm("simulator right, all of the effect realised", "rate", phi=0.7, sd=0.08)
AS_PRIOR = Firm("simulator right, kappa as the prior says", "rate", phi=0.7, sd=0.08, realised=None)
DISCREPANT = Firm(
    "slow movements and trends unknown to the simulator, kappa between 0.3 and 1.2", "rate",
    phi=0.95, sd=0.3, trend=0.1, realised=(0.3, 1.2),
)  # fmt: skip
REVENUE = Firm("revenue that wanders, all realised", "positive", phi=0.98, sd=0.15, noise=0.01)
REVENUE_DISCREPANT = Firm(
    "revenue with trends, kappa between 0.3 and 1.2",
    "positive",
    phi=0.95,
    sd=0.1,
    trend=0.05,
    noise=0.01,
    realised=(0.3, 1.2),
)
REVENUE_STEADY = Firm("revenue that returns to its mean, all realised", "positive", phi=0.7, sd=0.03, noise=0.01)
NPS = Firm("NPS that wanders, all realised", "real", phi=0.95, sd=6.0, noise=2.0)


@dataclass(frozen=True)
class World:
    """One firm's past and what came, and what was simulated of its intervention.

    Attributes
    ----------
    history, came : (48,) and (12,) what was observed before and after the start.
    parameters, effects : (pairs, 2) and (pairs, 12), what was simulated with shared luck.
    rng : for whoever forecasts.
    """

    history: Array
    came: Array
    parameters: Array
    effects: Array
    rng: np.random.Generator


def effect_of(parameters: Array, kind: Kind = "rate") -> Array:
    """Return the effect, of shape (worlds, horizon): it builds up at a pace and to a size of its own."""
    size, pace = SIZE[kind] * (1.0 - 0.3 * parameters[:, :1]), 4.0 * np.exp(0.4 * parameters[:, 1:])
    return np.asarray(size * (1.0 - np.exp(-np.arange(1, HORIZON + 1) / pace)), dtype=np.float64)


def world(firm: Firm, number: int) -> World:
    """Return a world by its number."""
    rng = np.random.default_rng([7, number])
    months = np.arange(MONTHS + HORIZON)
    swing = np.empty(months.size)
    swing[0] = firm.sd * rng.standard_normal()
    for month in months[1:]:
        step = np.sqrt(1.0 - firm.phi**2) * firm.sd * rng.standard_normal()
        swing[month] = firm.phi * swing[month - 1] + step
    swing += firm.trend * rng.standard_normal() * months / 12.0
    share = rng.normal(0.8, 0.25) if firm.realised is None else rng.uniform(*firm.realised)
    truth = CENTRE[firm.kind] + SPREAD * rng.standard_normal() + swing
    truth[MONTHS:] += share * effect_of(rng.standard_normal((1, 2)), firm.kind)[0]
    seen = scale_of(firm.kind).back(truth + firm.noise * rng.standard_normal(truth.size))
    if firm.kind == "rate":
        seen = rng.binomial(CUSTOMERS, seen) / CUSTOMERS
    parameters = rng.standard_normal((PAIRS, 2))
    luck = LUCK * abs(SIZE[firm.kind] / SIZE["rate"]) * rng.standard_normal((PAIRS, HORIZON))
    return World(seen[:MONTHS], seen[MONTHS:], parameters, effect_of(parameters, firm.kind) + luck, rng)
