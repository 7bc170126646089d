r"""The forecast of a firm's own rate under an intervention: its history says the level, the simulator only the effect.

.. math:: \eta_t = \eta^{history}_t + \kappa\, \delta_t(\theta), \qquad k_t \sim \text{Binomial}(N, \text{logit}^{-1} \eta_t)

:math:`\eta^{history}` are draws of the rate's state space on the logit scale, :math:`\delta` the simulated effect between
arms that share their luck, emulated over the parameters (`cxsim.forecast.emulate`), kappa the share of it that is
realised (`cxsim.forecast.realisation`). Errors of the simulated level cancel in the paired difference; the noise of the
firm's world is counted once, from its history, and the noise of replications hardly at all.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.special import expit

from cxsim.errors import Fault, InputError
from cxsim.forecast.api import interval_columns
from cxsim.forecast.candidates.rate import PATHS, fit_rate
from cxsim.forecast.emulate import EmulatedEffect, emulate
from cxsim.forecast.quantiles import Array, from_paths, probability_grid
from cxsim.forecast.realisation import AS_SIMULATED, KAPPA, Estimate

NOTHING_DONE, SCENARIO, FULL, EFFECT = "nothing_done", "scenario", "scenario_as_simulated", "effect"


@dataclass(frozen=True)
class ScenarioForecast:
    """A forecast under an intervention.

    Attributes
    ----------
    table : ``step, model, mean`` and ``lower_L, upper_L`` for every level L. The models: ``nothing_done``; ``scenario``,
        realised as kappa says; ``scenario_as_simulated``, with kappa 1; ``effect``, scenario less nothing done, without
        the noise of counting.
    total : the same for the mean rate over all steps, without ``step``.
    components : ``step, source, variance, share, sd`` of the forecast ``scenario``: variances on the logit scale, which
        add up, and standard deviations in the unit of the rate. The sources: ``history``, ``counting``, and of the
        effect ``monte_carlo`` (shrinks with replications), ``parameter`` and ``realisation`` (do not).
    paths : draws of the rate that will be counted, of shape (draws, horizon), under ``nothing_done``, ``scenario`` and
        ``scenario_as_simulated``; ``effect`` holds differences.
    """

    table: pd.DataFrame
    total: pd.DataFrame
    components: pd.DataFrame
    paths: Mapping[str, Array]


def scenario_forecast(
    history: Array,
    exposure: Array | None,
    effects: Array,
    *,
    parameters: Array | None = None,
    kappa: Estimate = KAPPA,
    period: int = 1,
    levels: Sequence[float] = (80, 95),
    draws: int = PATHS,
    seed: int = 0,
) -> ScenarioForecast:
    """Return the forecast of a rate under an intervention that begins after the history.

    Parameters
    ----------
    history : (points,) observed rates in [0, 1], NaN where missing.
    exposure : (points,) customers that each rate is of, ``None`` where not known: then no counts are drawn.
    effects : (pairs, horizon) treated less baseline on the logit scale, of arms that share their luck; step 1 is the
        first after the history.
    parameters : (pairs, names) what each pair was simulated with, ``None`` where all had the same.
    kappa : the share of the simulated effect that is realised.
    period : steps in a season, 1 for none.

    Raises
    ------
    InputError
        Fewer than three observed points, too few pairs, effects that are not finite, or a kappa without sense.
    """
    observed = int(np.isfinite(history).sum())
    if observed < 3:
        raise InputError([Fault("history", "must have at least 3 observed points", observed)])
    if kappa.sd < 0.0:
        raise InputError([Fault("kappa.sd", "must not be negative", kappa.sd)])
    emulated = emulate(effects, parameters)
    rng = np.random.default_rng([seed, 0])
    fitted = fit_rate(history, exposure, period)
    level = fitted.logit_paths(effects.shape[1], draws, rng)
    effect = emulated.draws(draws, rng)
    realised = rng.normal(kappa.mean, kappa.sd, size=(draws, 1)) * effect
    shifts = {NOTHING_DONE: np.zeros_like(effect), SCENARIO: realised, FULL: AS_SIMULATED.mean * effect}
    # The same generator for each: where nothing is changed, the counts are the same to the last customer.
    paths = {
        name: _counted(expit(level + shift), fitted.exposure, np.random.default_rng([seed, 1]))
        for name, shift in shifts.items()
    }
    paths[EFFECT] = expit(level + realised) - expit(level)
    table = pd.concat([_rows(name, drawn, levels) for name, drawn in paths.items()], ignore_index=True)
    means = {name: drawn.mean(axis=1, keepdims=True) for name, drawn in paths.items()}
    total = pd.concat([_rows(name, drawn, levels) for name, drawn in means.items()], ignore_index=True)
    components = _components(level, emulated, kappa, expit(level + realised), fitted.exposure)
    return ScenarioForecast(table, total.drop(columns="step"), components, paths)


def _counted(rates: Array, exposure: float | None, rng: np.random.Generator) -> Array:
    """Return the rates with the noise of counting customers, where their number is known."""
    if exposure is None:
        return rates
    customers = max(round(exposure), 1)
    return np.asarray(rng.binomial(customers, rates) / customers, dtype=np.float64)


def _rows(model: str, paths: Array, levels: Sequence[float]) -> pd.DataFrame:
    probabilities = probability_grid(levels)
    quantiles = from_paths(paths, probabilities)
    frame = {"step": np.arange(1, paths.shape[1] + 1), "model": model, "mean": quantiles.centre}
    return pd.DataFrame({**frame, **interval_columns(quantiles.values, levels, probabilities)})


def _components(
    level: Array, emulated: EmulatedEffect, kappa: Estimate, rates: Array, exposure: float | None
) -> pd.DataFrame:
    """Return the variances of `ScenarioForecast.components`; kappa and the effect are independent."""
    rate = rates.mean(axis=0)
    slope = rate * (1.0 - rate)
    squared = kappa.mean**2 + kappa.sd**2
    sources = {
        "history": level.var(axis=0),
        "counting": 1.0 / (exposure * slope) if exposure is not None else np.zeros(rate.size),
        "monte_carlo": squared * emulated.monte_carlo_variance,
        "parameter": squared * emulated.parameter_variance,
        "realisation": kappa.sd**2 * emulated.mean**2,
    }
    whole = np.sum(list(sources.values()), axis=0)
    steps = np.arange(1, rate.size + 1)
    parts = [
        pd.DataFrame({
            "step": steps, "source": name, "variance": variance, "share": variance / whole,
            "sd": np.sqrt(variance) * slope,
        })
        for name, variance in sources.items()
    ]  # fmt: skip
    return pd.concat(parts, ignore_index=True).sort_values("step", kind="stable", ignore_index=True)
