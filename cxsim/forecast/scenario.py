r"""The forecast of a firm's own history under an intervention: it says the level, the simulator only the effect.

.. math:: g(y_t) = g(y^{history}_t) + \kappa\, \delta_t(\theta)

:math:`y^{history}` are draws of the history carried on (`cxsim.forecast.carry_on`), g the scale of its kind (logit of a
rate, logarithm of a positive number, the number itself), :math:`\delta` the simulated effect on that scale between arms
that share their luck, emulated over the parameters (`cxsim.forecast.emulate`), kappa the share of it that is realised
(`cxsim.forecast.realisation`). A rate of known exposure is then counted anew, :math:`k_t \sim \text{Binomial}(N, y_t)`.

Errors of the simulated level cancel in the paired difference; the noise of the firm's world is counted once, from its
history, and the noise of replications hardly at all.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd

from cxsim.errors import Fault, InputError
from cxsim.forecast.api import interval_columns, require_models
from cxsim.forecast.calendar import Calendar
from cxsim.forecast.candidates.rate import counted
from cxsim.forecast.carry_on import PATHS, CarriedOn, carry_on
from cxsim.forecast.emulate import EmulatedEffect, emulate
from cxsim.forecast.links import Kind, scale_of
from cxsim.forecast.quantiles import Array, from_paths, probability_grid
from cxsim.forecast.realisation import AS_SIMULATED, KAPPA, Estimate
from cxsim.forecast.select import Speed, Task, default_model
from cxsim.forecast.series import FEWEST_POINTS, History

NOTHING_DONE, SCENARIO, FULL = "nothing_done", "scenario", "scenario_as_simulated"
EFFECT, FULL_EFFECT = "effect", "effect_as_simulated"

OverSteps = Literal["mean", "sum"]
"""What the total of a target is: revenue adds up, a rate or a number of customers does not."""


@dataclass(frozen=True)
class ScenarioForecast:
    """A forecast under an intervention.

    Attributes
    ----------
    table : ``step, model, mean`` and ``lower_L, upper_L`` for every level L. The models: ``nothing_done``; ``scenario``,
        realised as kappa says; ``scenario_as_simulated``, with kappa 1; ``effect`` and ``effect_as_simulated``, these less
        nothing done, without the noise of counting.
    total : the same for the mean or the sum over all steps, which ``over_steps`` says, without ``step``.
    components : ``step, source, variance, share, sd`` of the forecast ``scenario``: variances on the scale of the kind,
        which add up to first order, and standard deviations in the unit of the target. The sources: ``history``;
        ``counting`` for a rate of known exposure; and of the effect ``monte_carlo`` (shrinks with replications),
        ``parameter`` (does not; missing where all pairs had the same parameters) and ``realisation`` (does not).
    paths : draws of shape (draws, horizon) of every model: what will be observed, or differences.
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
    kind: Kind = "rate",
    parameters: Array | None = None,
    kappa: Estimate = KAPPA,
    period: int = 1,
    model: str | None = None,
    over_steps: OverSteps = "mean",
    levels: Sequence[float] = (80, 95),
    draws: int = PATHS,
    seed: int = 0,
    speed: Speed = "full",
) -> ScenarioForecast:
    """Return the forecast of a history under an intervention that begins after it.

    Parameters
    ----------
    history : (points,) what was observed, NaN where missing.
    exposure : (points,) customers that each rate is of, ``None`` where not known: then no counts are drawn.
    effects : (pairs, horizon) treated less baseline on the scale of the kind, of arms that share their luck; step 1 is the
        first after the history.
    kind : ``rate``, ``positive`` or ``real``.
    parameters : (pairs, names) what each pair was simulated with, ``None`` where all had the same.
    kappa : the share of the simulated effect that is realised.
    period : steps in a season, 1 for none.
    model, speed : what carries the history on, see `cxsim.forecast.api.forecast`; ``None`` takes the kind's default.
    over_steps : whether the total is the mean or the sum over the steps.

    Raises
    ------
    InputError
        Fewer than three observed points, an exposure without a rate, a model that is not known or not for this kind, too few
        pairs, effects that are not finite, or a kappa without sense.
    """
    observed = int(np.isfinite(history).sum())
    if observed < FEWEST_POINTS:
        raise InputError([Fault("history", f"must have at least {FEWEST_POINTS} observed points", observed)])
    if exposure is not None and kind != "rate":
        raise InputError([Fault("exposure", f"must only be given for kind='rate', this is {kind}")])
    past = History(
        "history", kind, kind, Calendar("step", period, "1"), np.arange(history.size), 0, history, exposure, ()
    )
    require_models(None if model is None else [model], [past])
    task = Task(past, effects.shape[-1], probability_grid(levels), seed, speed)
    return under_effect(task, model, emulate(effects, parameters), kappa, over_steps, levels, draws)[0]


def under_effect(
    task: Task,
    model: str | None,
    effect: EmulatedEffect,
    kappa: Estimate,
    over_steps: OverSteps,
    levels: Sequence[float],
    draws: int = PATHS,
) -> tuple[ScenarioForecast, CarriedOn]:
    """Return the forecast of a task's history under an emulated effect, and the history carried on without it.

    Arguments as for `scenario_forecast`.

    Raises
    ------
    InputError
        A standard deviation of kappa below 0.
    """
    if kappa.sd < 0.0:
        raise InputError([Fault("kappa.sd", "must not be negative", kappa.sd)])
    rng = np.random.default_rng([task.seed, 0])
    history = carry_on(task, model or default_model(task.history), draws, rng)
    scale = scale_of(history.kind)
    simulated = effect.draws(draws, rng)
    realised = rng.normal(kappa.mean, kappa.sd, size=(draws, 1)) * simulated
    shifts = {NOTHING_DONE: np.zeros_like(simulated), SCENARIO: realised, FULL: AS_SIMULATED.mean * simulated}
    moved = {name: scale.moved(history.paths, shift) for name, shift in shifts.items()}
    # The same generator for each: where nothing is changed, the counts are the same to the last customer.
    paths = {
        name: drawn
        if history.exposure is None
        else counted(drawn, history.exposure, np.random.default_rng([task.seed, 1]))
        for name, drawn in moved.items()
    }
    paths |= {name: moved[of] - moved[NOTHING_DONE] for name, of in ((EFFECT, SCENARIO), (FULL_EFFECT, FULL))}
    table = pd.concat([_rows(name, drawn, levels) for name, drawn in paths.items()], ignore_index=True)
    totals = {name: getattr(drawn, over_steps)(axis=1, keepdims=True) for name, drawn in paths.items()}
    total = pd.concat([_rows(name, drawn, levels) for name, drawn in totals.items()], ignore_index=True)
    total = total.drop(columns="step")
    total.insert(1, "over_steps", over_steps)
    components = _components(history, effect, kappa, moved[SCENARIO].mean(axis=0))
    return ScenarioForecast(table, total, components, paths), history


def _rows(model: str, paths: Array, levels: Sequence[float]) -> pd.DataFrame:
    probabilities = probability_grid(levels)
    quantiles = from_paths(paths, probabilities)
    frame = {"step": np.arange(1, paths.shape[1] + 1), "model": model, "mean": quantiles.centre}
    return pd.DataFrame({**frame, **interval_columns(quantiles.values, levels, probabilities)})


def _components(history: CarriedOn, effect: EmulatedEffect, kappa: Estimate, centre: Array) -> pd.DataFrame:
    """Return the variances of `ScenarioForecast.components`; kappa and the effect are independent."""
    scale = scale_of(history.kind)
    slope, slope_before = scale.slope(centre), scale.slope(history.paths.mean(axis=0))
    squared = kappa.mean**2 + kappa.sd**2
    sources = {"history": _over(history.paths.var(axis=0), slope_before**2)}
    if history.exposure is not None:
        sources["counting"] = _over(np.ones_like(slope), history.exposure * slope)
    sources |= {
        "monte_carlo": squared * effect.monte_carlo_variance,
        "parameter": squared * effect.parameter_variance,
        "realisation": kappa.sd**2 * effect.mean**2,
    }
    whole = np.nansum(list(sources.values()), axis=0)
    steps = np.arange(1, centre.size + 1)
    parts = [
        pd.DataFrame({
            "step": steps, "source": name, "variance": variance, "share": _over(variance, whole),
            "sd": np.sqrt(variance) * slope,
        })
        for name, variance in sources.items()
    ]  # fmt: skip
    return pd.concat(parts, ignore_index=True).sort_values("step", kind="stable", ignore_index=True)


def _over(part: Array, whole: Array) -> Array:
    """Return part / whole, 0 where the whole is 0: a target that is 0 for certain."""
    return np.divide(part, whole, out=np.zeros_like(part), where=whole > 0.0)
