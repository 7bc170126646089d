"""What an event of the past did to a history: a level that wanders, a season, and a step or ramp from its start.

Unobserved components with the event as regressor, on the logit of a rate or the logarithm of a positive number
(Harvey 1989). A slow change of the history that falls together with the event cannot be told from it.
"""

from __future__ import annotations

import warnings
from typing import Literal

import numpy as np
from statsmodels.tools.sm_exceptions import ConvergenceWarning
from statsmodels.tsa.statespace.structural import UnobservedComponents

from cxsim.errors import Fault, InputError, RunError, nearest
from cxsim.forecast.candidates.candidate import unbiased
from cxsim.forecast.candidates.unobserved import MIN_POINTS, MOST_HARMONICS
from cxsim.forecast.links import KINDS, Kind, link_of
from cxsim.forecast.quantiles import Array
from cxsim.forecast.realisation import Estimate
from cxsim.forecast.standard import standard_of

Shape = Literal["step", "ramp"]
SHAPES: tuple[Shape, ...] = ("step", "ramp")
FEWEST_AFTER = 3
SEARCH = {"pgtol": 1e-4, "factr": 1e9, "maxiter": 500}
"""Where the optimiser may stop: asked for more digits than the likelihood has, it says that it failed."""


def past_event_effect(
    history: Array, start: int, shape: Shape = "step", ramp: int = 6, kind: Kind = "rate", period: int = 1
) -> Estimate:
    """Return the full effect of a past event on the scale of the link, with its standard deviation.

    Parameters
    ----------
    history : (points,) the target, NaN where missing.
    start : the first point that feels the event, counted from 0.
    shape : ``step``, or ``ramp`` for an effect that grows evenly to its full size over `ramp` points.
    kind : ``rate``, ``positive`` or ``real``.
    period : points in a season, 1 for none.

    Raises
    ------
    InputError
        An unknown shape or kind, a history that is too short or never moves, or fewer than three points before or after
        the start.
    RunError
        The search for the model did not converge: there is no estimate that could be trusted.
    """
    faults = [
        Fault(path, f"must be one of {', '.join(names)}", value, nearest(value, names))
        for path, value, names in (("shape", shape, SHAPES), ("kind", kind, KINDS))
        if value not in names
    ]
    observed = np.isfinite(history)
    if observed.sum() < MIN_POINTS:
        faults.append(Fault("history", f"must have {MIN_POINTS} observed points", int(observed.sum())))
    if min(observed[: max(start, 0)].sum(), observed[max(start, 0) :].sum()) < FEWEST_AFTER:
        faults.append(Fault("start", f"must leave {FEWEST_AFTER} observed points before and after it", start))
    if observed.any() and np.ptp(history[observed]) == 0.0:
        faults.append(Fault("history", "must not be constant: nothing in it says how far it moves without an event"))
    if ramp < 1:
        faults.append(Fault("ramp", "must be at least 1 point", ramp))
    if faults:
        raise InputError(faults)
    scaled = link_of(kind, history).forward(history)
    since = np.arange(history.size) - start + 1.0
    event = np.clip(since / (ramp if shape == "ramp" else 1), 0.0, 1.0)
    has_seasons = period > 1 and history.size >= 2 * period
    seasons = [{"period": period, "harmonics": min(MOST_HARMONICS, period // 2)}] if has_seasons else None
    standard = standard_of(scaled)
    # The effect as a state: one that shows at a single point of a wandering level has no usable gradient.
    model = UnobservedComponents(
        standard.forward(scaled), "llevel", exog=event[:, None], freq_seasonal=seasons, mle_regression=False
    )
    with warnings.catch_warnings():
        # What it warns of is raised below.
        warnings.simplefilter("ignore", ConvergenceWarning)
        fitted = model.fit(disp=False, **SEARCH)
    effect = fitted.regression_coefficients
    mean, variance = float(effect.filtered[0, -1]), float(effect.filtered_cov[0, 0, -1])
    if not (fitted.mle_retvals["converged"] and np.isfinite(mean) and variance > 0.0):
        raise RunError("the effect of the past event cannot be estimated: the search for its model did not converge")
    # The variances are estimated too; with few points that makes the plain standard error too small.
    inflation = unbiased(int(observed.sum()), len(fitted.params) + 1)
    return Estimate(standard.unit * mean, standard.unit * inflation * float(np.sqrt(variance)))
