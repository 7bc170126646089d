"""Whether the forecast under an intervention is honest: what came lies in its intervals as often as they claim.

Hundreds of small worlds, each with its own truth. A world draws the parameters of its effect from the same distribution
as the simulated pairs, lives through 48 months, then the intervention starts. The forecast sees the history and the pairs.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np
import pytest
from scipy.special import expit

from cxsim.forecast.quantiles import Array
from cxsim.forecast.scenario import scenario_forecast

pytestmark = pytest.mark.slow

MONTHS, HORIZON, CUSTOMERS, PAIRS = 48, 12, 4000, 60
WORLDS = 300
DRAWS = 1000


@dataclass(frozen=True)
class Kind:
    """What the truth does that the simulator does not.

    Attributes
    ----------
    phi, sd : the firm's own slow movement, an AR(1) of the logit with this standard deviation of its level.
    trend : standard deviation of a steady drift of the logit over a year.
    realised : (low, high) of the share of the effect that is realised; ``None`` draws it from the prior.
    """

    phi: float
    sd: float
    trend: float
    realised: tuple[float, float] | None


RIGHT = Kind(phi=0.7, sd=0.08, trend=0.0, realised=(1.0, 1.0))
REALISED_AS_THE_PRIOR_SAYS = Kind(phi=0.7, sd=0.08, trend=0.0, realised=None)
DISCREPANT = Kind(phi=0.95, sd=0.3, trend=0.1, realised=(0.3, 1.2))


def effect_of(parameters: Array) -> Array:
    """Return the effect on the logit, of shape (worlds, horizon): it builds up at a pace and to a size of its own."""
    size, pace = -0.5 + 0.15 * parameters[:, :1], 4.0 * np.exp(0.4 * parameters[:, 1:])
    return np.asarray(size * (1.0 - np.exp(-np.arange(1, HORIZON + 1) / pace)), dtype=np.float64)


@cache
def inside(kind: Kind) -> dict[str, Array]:
    """Return for every model and level the share of months inside, and whether the mean of all is: (worlds, 2)."""
    found: dict[str, list[tuple[float, float]]] = {}
    for world in range(WORLDS):
        rng = np.random.default_rng([7, world])
        swing = np.empty(MONTHS + HORIZON)
        swing[0] = kind.sd * rng.standard_normal()
        for month in range(1, swing.size):
            step = np.sqrt(1.0 - kind.phi**2) * kind.sd * rng.standard_normal()
            swing[month] = kind.phi * swing[month - 1] + step
        swing += kind.trend * rng.standard_normal() * np.arange(swing.size) / 12.0
        share = rng.normal(0.8, 0.25) if kind.realised is None else rng.uniform(*kind.realised)
        truth = -3.2 + 0.3 * rng.standard_normal() + swing
        truth[MONTHS:] += share * effect_of(rng.standard_normal((1, 2)))[0]
        rates = rng.binomial(CUSTOMERS, expit(truth)) / CUSTOMERS
        parameters = rng.standard_normal((PAIRS, 2))
        pairs = effect_of(parameters) + 0.1 * rng.standard_normal((PAIRS, HORIZON))
        history, came = rates[:MONTHS], rates[MONTHS:]
        forecast = scenario_forecast(
            history, np.full(MONTHS, float(CUSTOMERS)), pairs, parameters=parameters, draws=DRAWS, seed=world
        )
        paths = dict(forecast.paths)
        # The same forecast as it would be without care: the mean effect, and only the coin flips of the last year.
        level = float(np.mean(history[-12:]))
        logit = np.log(level / (1.0 - level)) + pairs.mean(axis=0)
        paths["careless"] = rng.binomial(CUSTOMERS, expit(logit), size=(DRAWS, HORIZON)) / CUSTOMERS
        for model, drawn in paths.items():
            for level_ in (80, 95):
                tails = [0.5 - level_ / 200, 0.5 + level_ / 200]
                low, high = np.quantile(drawn, tails, axis=0)
                bottom, top = np.quantile(drawn.mean(axis=1), tails)
                months = float(np.mean((came >= low) & (came <= high)))
                found.setdefault(f"{model} {level_}", []).append((months, float(bottom <= came.mean() <= top)))
    return {name: np.array(rows) for name, rows in found.items()}


def coverage(kind: Kind, model: str, level: int, *, total: bool = False) -> tuple[float, float]:
    """Return the share inside over worlds and its standard error; months of a world are not independent."""
    each = inside(kind)[f"{model} {level}"][:, int(total)]
    return float(each.mean()), float(each.std(ddof=1) / np.sqrt(WORLDS))


def is_honest(kind: Kind, model: str, level: int, *, total: bool = False) -> bool:
    covered, error = coverage(kind, model, level, total=total)
    return abs(covered - level / 100) <= max(0.04, 3 * error)


@pytest.mark.parametrize("level", [80, 95])
@pytest.mark.parametrize("total", [False, True])
@pytest.mark.parametrize(
    ("kind", "model"), [(RIGHT, "scenario_as_simulated"), (REALISED_AS_THE_PRIOR_SAYS, "scenario")]
)
def test_intervals_cover_as_they_claim_where_the_simulator_is_right(
    kind: Kind, model: str, level: int, total: bool
) -> None:
    assert is_honest(kind, model, level, total=total), coverage(kind, model, level, total=total)


@pytest.mark.parametrize(("level", "floor"), [(80, 0.72), (95, 0.90)])
def test_intervals_hold_a_floor_where_the_simulator_is_wrong(level: int, floor: float) -> None:
    covered, _ = coverage(DISCREPANT, "scenario", level)
    assert covered >= floor


@pytest.mark.parametrize("level", [80, 95])
@pytest.mark.parametrize("model", ["nothing_done", "careless"])
def test_the_check_finds_a_forecast_that_is_too_sure(model: str, level: int) -> None:
    assert not is_honest(RIGHT, model, level)


@pytest.mark.parametrize(("level", "floor"), [(80, 0.72), (95, 0.90)])
def test_the_floor_finds_a_forecast_that_is_too_sure(level: int, floor: float) -> None:
    assert coverage(DISCREPANT, "careless", level)[0] < floor
