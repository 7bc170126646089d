"""The history carried on: draws of whole paths, so that sums over steps and effects on them have intervals too.

The state space of a rate draws its own paths. Any other model says only what each step may be; how the steps go together
is lent by simulated paths of a level that wanders under noise (ensemble copula coupling, Schefzik, Thorarinsdottir and
Gneiting 2013): at every step, the draw that is the r-th smallest of n among them becomes the quantile (r - 1/2) / n of the
forecast. So each step keeps exactly the calibrated interval of the plain forecast. Where the history is noise, steps err
apart and a sum is sure; where it wanders, they err together.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import expit, ndtri

from cxsim.forecast.candidates import unobserved
from cxsim.forecast.diagnostics import watch
from cxsim.forecast.links import Kind, link_of
from cxsim.forecast.members import standardised
from cxsim.forecast.quantiles import Array, Quantiles, column
from cxsim.forecast.select import ModelForecast, Task, forecast_model, sample_of

PATHS = 4000


@dataclass(frozen=True)
class CarriedOn:
    """A history that nothing is done about.

    Attributes
    ----------
    forecast : of the single steps, with the diagnoses of what was fitted.
    kind : of the target.
    paths : (draws, horizon) in the unit of the target.
    exposure : customers of which each step will be counted, ``None`` where `paths` are of the counted number itself.
    """

    forecast: ModelForecast
    kind: Kind
    paths: Array
    exposure: float | None = None


def carry_on(task: Task, model: str, draws: int, rng: np.random.Generator) -> CarriedOn:
    """Return draws of the forecast of a history by `model`."""
    made = forecast_model(task, model)
    kind = task.history.kind
    if made.state_space is not None:
        levels = made.state_space.logit_paths(task.horizon, draws, rng)
        return CarriedOn(made, kind, np.asarray(expit(levels), dtype=np.float64), made.state_space.exposure)
    template = _template(task, draws, rng)
    paths = coupled(made.quantiles, task.probabilities, template, kind)
    return CarriedOn(made, kind, paths)


def coupled(quantiles: Quantiles, probabilities: Array, template: Array, kind: Kind) -> Array:
    """Return paths whose steps have the given quantiles and go together as those of `template`, in its shape.

    Beyond the outermost quantiles the tails are normal on the scale of the link.

    Parameters
    ----------
    template : (draws, horizon) paths of which only the order at each step counts.
    """
    draws, horizon = template.shape
    ranks = template.argsort(axis=0, kind="stable").argsort(axis=0, kind="stable")
    wanted, known = ndtri((ranks + 0.5) / draws), ndtri(probabilities)
    link = link_of(kind, quantiles.values)
    ends = link.forward(quantiles.values)
    middle = ends[:, column(probabilities, 0.5)]
    paths = np.empty((draws, horizon))
    for step in range(horizon):
        z = wanted[:, step]
        inside = np.interp(z, known, ends[step])
        below, above = ((ends[step, end] - middle[step]) / known[end] for end in (0, -1))
        paths[:, step] = inside + below * np.minimum(z - known[0], 0.0) + above * np.maximum(z - known[-1], 0.0)
    return link.back(paths)


def _template(task: Task, draws: int, rng: np.random.Generator) -> Array:
    """Return paths of a level that wanders under noise or, where it cannot be fitted, of a random walk."""
    # Only the order of the paths counts, which no unit changes.
    sample, _ = standardised(sample_of(task.history))
    fitted = watch(lambda: unobserved.fit_level(sample).paths(sample.values, task.horizon, draws, rng)).result
    if fitted is not None and np.isfinite(fitted).all():
        return fitted
    return np.asarray(rng.standard_normal((draws, task.horizon)).cumsum(axis=1), dtype=np.float64)
