r"""The simulated effect as a function of the parameters it was simulated with, free of the luck of replications.

Each pair of arms that ran with the same luck gives an effect for every step. Where the pairs differ in parameters, a
quadratic least-squares fit in them, step by step, keeps how the effect depends on the parameters and averages the luck
out; where they do not, the fit is their mean. What luck is left is the error of the fit, drawn from its residuals r,

.. math:: e = \sqrt{n / (n - k)} \sum_i w_i z_i r_i, \qquad w = x^T (X^T X)^{-1} X^T, \qquad z_i \sim N(0, 1)

(the wild bootstrap of Wu 1986), all steps of a pair together, so that neighbouring steps err together.

Luck also spreads the fitted effects, by (k - 1) / n times the variance of the residuals in expectation. They are drawn
together by so much, so that what the parameters leave open does not hold a part of the luck a second time.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations

import numpy as np

from cxsim.errors import Fault, InputError
from cxsim.forecast.quantiles import Array

PAIRS_PER_TERM = 3


@dataclass(frozen=True)
class EmulatedEffect:
    """The fitted effect at the parameters of every pair.

    Attributes
    ----------
    fitted : (pairs, horizon) the effect at each pair's parameters, without luck; equal rows where all have the same.
    weights : (pairs, pairs) row i says how each pair enters the fit at the parameters of pair i.
    residuals : (pairs, horizon) scaled to their unbiased size.
    varied : whether the pairs differ in parameters; if not, nothing is known of what the parameters leave open.
    """

    fitted: Array
    weights: Array
    residuals: Array
    varied: bool

    @property
    def mean(self) -> Array:
        """Return the effect of every step averaged over parameters, of shape (horizon,)."""
        return self.fitted.mean(axis=0)

    @property
    def parameter_variance(self) -> Array:
        """Return how much the effect varies with the parameters, of shape (horizon,); NaN where they did not vary."""
        return self.fitted.var(axis=0) if self.varied else np.full(self.fitted.shape[1], np.nan)

    @property
    def monte_carlo_variance(self) -> Array:
        """Return the variance left by the luck of the replications, of shape (horizon,)."""
        return np.asarray((self.weights**2 @ self.residuals**2).mean(axis=0), dtype=np.float64)

    def draws(self, count: int, rng: np.random.Generator) -> Array:
        """Return draws of the effect over parameters and left-over luck, of shape (count, horizon)."""
        pairs = self.fitted.shape[0]
        rows = rng.integers(pairs, size=count)
        luck = (self.weights[rows] * rng.standard_normal((count, pairs))) @ self.residuals
        return np.asarray(self.fitted[rows] + luck, dtype=np.float64)


def emulate(effects: Array, parameters: Array | None = None) -> EmulatedEffect:
    """Return the emulated effect.

    Parameters
    ----------
    effects : (pairs, horizon) simulated effect of each pair on the scale of the link.
    parameters : (pairs, names) what each pair was simulated with; ``None`` where all had the same.

    Raises
    ------
    InputError
        Effects that are not finite, or too few pairs.
    """
    if effects.ndim != 2 or not np.isfinite(effects).all():
        raise InputError(
            [Fault("effects", "must be finite, one row for each pair of arms and one column for each step")]
        )
    pairs = effects.shape[0]
    if parameters is not None and parameters.shape[0] != pairs:
        raise InputError([Fault("parameters", f"must have one row for each of the {pairs} pairs", parameters.shape[0])])
    design = _design(pairs, parameters)
    least = 2 if parameters is None else PAIRS_PER_TERM * design.shape[1]
    if pairs < least:
        raise InputError([Fault("effects", f"must come from at least {least} pairs of arms", pairs)])
    weights = design @ np.linalg.pinv(design)
    fitted = weights @ effects
    terms = design.shape[1]
    residuals = np.sqrt(pairs / (pairs - terms)) * (effects - fitted)
    luck = (terms - 1) / pairs * np.mean(residuals**2, axis=0)
    return EmulatedEffect(_drawn_together(fitted, luck), weights, residuals, varied=terms > 1)


def _drawn_together(fitted: Array, luck: Array) -> Array:
    """Return fitted effects with the same mean whose variance is less by `luck`, of shape (horizon,), but not below 0."""
    mean, variance = fitted.mean(axis=0), fitted.var(axis=0)
    kept = np.clip(1.0 - np.divide(luck, variance, out=np.zeros_like(luck), where=variance > 0.0), 0.0, 1.0)
    return np.asarray(mean + np.sqrt(kept) * (fitted - mean), dtype=np.float64)


def _design(pairs: int, parameters: Array | None) -> Array:
    """Return the columns of the fit: constant, and linear and quadratic terms where there are pairs enough for them."""
    columns = [np.ones(pairs)]
    if parameters is None:
        return np.column_stack(columns)
    spread = parameters.std(axis=0)
    scaled = ((parameters - parameters.mean(axis=0)) / np.where(spread > 0.0, spread, 1.0))[:, spread > 0.0]
    columns += list(scaled.T)
    quadratic = [one**2 for one in scaled.T] + [one * other for one, other in combinations(scaled.T, 2)]
    if pairs >= PAIRS_PER_TERM * (len(columns) + len(quadratic)):
        columns += quadratic
    return np.column_stack(columns)
