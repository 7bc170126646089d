"""Other ways to forecast a churn rate under an intervention, each of which leaves something out.

======================= =============================================================================================
``simulation_only``     the simulator, at those 100 of 1,500 draws of its parameters whose past is nearest to the history
``simulation_at_level`` the same, brought to the level of the history by a ratio
``plug_in``             an AR(1) of the history's logits, its estimates taken for true, plus the mean effect
``ar_draws``            the same with draws of the estimates, plus the emulated effect
``luck_twice``          the same, plus effects of arms that do not share their luck
``ar_state_space``      the state space of the counts, around a mean alone, plus the emulated effect
``careless``            the mean of the last year plus the mean effect, and the chance of counting
======================= =============================================================================================
"""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from dataclasses import replace

import numpy as np
from scipy.special import expit, logit
from statsmodels.tsa.statespace.sarimax import SARIMAX

from benchmarks.scenario_worlds import (
    CENTRE,
    CUSTOMERS,
    HORIZON,
    INDEPENDENT_LUCK,
    LUCK,
    MONTHS,
    SPREAD,
    World,
    effect_of,
)
from cxsim.forecast.candidates.rate import RateStateSpace, fit_rate
from cxsim.forecast.emulate import emulate
from cxsim.forecast.quantiles import Array

BANK, NEAREST = 1500, 100


def rivals(world: World, draws: int) -> Mapping[str, Array]:
    """Return the draws of every rival in one world, each of shape (draws, 12)."""
    rng = world.rng
    fitted = fit_rate(world.history, np.full(MONTHS, float(CUSTOMERS)), 1)
    mean, effect = world.effects.mean(axis=0), emulate(world.effects, world.parameters).draws(draws, rng)
    apart = np.sqrt(INDEPENDENT_LUCK**2 - LUCK**2) * rng.standard_normal((draws, HORIZON))
    plugged, drawn = _autoregressions(world.history, draws, rng)
    last_year = logit(np.mean(world.history[-12:])) + np.broadcast_to(mean, (draws, HORIZON))
    simulated, ratio = _simulated(world, draws)
    return {
        "simulation_only": simulated,
        "simulation_at_level": np.minimum(ratio * simulated, 1.0),
        "plug_in": expit(plugged + mean),
        "ar_draws": expit(drawn + effect),
        "luck_twice": expit(drawn + world.effects[rng.integers(len(world.effects), size=draws)] + apart),
        "ar_state_space": _counted(_around_a_mean(fitted).logit_paths(HORIZON, draws, rng) + effect, rng),
        "careless": _counted(last_year, rng),
    }


def _simulated(world: World, draws: int) -> tuple[Array, Array]:
    """Return simulated rates at the parameters whose past is nearest to the history, and the ratio to its last year."""
    rng = world.rng
    parameters = rng.standard_normal((BANK, 3))
    level = CENTRE["rate"] + SPREAD * parameters[:, 0]
    past = _counted(np.repeat(level[:, None], MONTHS, axis=1), rng)
    nearest = np.argsort(np.abs(logit(past.mean(axis=1)) - logit(world.history.mean())))[:NEAREST]
    rows = nearest[np.arange(draws) % NEAREST]
    treated = level[rows, None] + effect_of(parameters[rows, 1:])
    return _counted(treated, rng), world.history[-12:].mean() / past[rows, -12:].mean(axis=1, keepdims=True)


def _autoregressions(history: Array, draws: int, rng: np.random.Generator) -> tuple[Array, Array]:
    """Return paths of an AR(1) of the empirical logits: at its estimates, and at draws of them."""
    churned = history * CUSTOMERS
    logits = np.log((churned + 0.5) / (CUSTOMERS - churned + 0.5))
    model = SARIMAX(logits, exog=np.ones((MONTHS, 1)), order=(1, 0, 0))
    # What does not converge is forecast from all the same; the warnings of hundreds of fits are nobody's.
    with warnings.catch_warnings(record=True):
        warnings.simplefilter("always")
        result = model.fit(disp=False)
    estimates = np.asarray(result.params)
    others = rng.multivariate_normal(estimates, np.asarray(result.cov_params()), size=draws)
    return tuple(_paths(logits[-1], each, rng) for each in (np.tile(estimates, (draws, 1)), others))  # type: ignore[return-value]


def _paths(last: float, parameters: Array, rng: np.random.Generator) -> Array:
    """Return paths after `last`, one for each row of mean, coefficient and variance."""
    mean, phi = parameters[:, 0], np.clip(parameters[:, 1], -0.99, 0.99)
    sd = np.sqrt(np.maximum(parameters[:, 2], 1e-8))
    paths, away = np.empty((len(parameters), HORIZON)), last - mean
    for month in range(HORIZON):
        away = phi * away + sd * rng.standard_normal(mean.size)
        paths[:, month] = mean + away
    return paths


def _around_a_mean(fitted: RateStateSpace) -> RateStateSpace:
    """Return the state space without its wandering level."""
    kept = [node for node in fitted.nodes if node.phi < 1.0] or list(fitted.nodes)
    whole = sum(node.weight for node in kept)
    return replace(fitted, nodes=tuple(replace(node, weight=node.weight / whole) for node in kept))


def _counted(logits: Array, rng: np.random.Generator) -> Array:
    return np.asarray(rng.binomial(CUSTOMERS, expit(logits)) / CUSTOMERS, dtype=np.float64)
