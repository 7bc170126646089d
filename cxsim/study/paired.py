r"""The paired effect of a treated arm on a baseline that ran with the same luck.

Replication r of both arms shares its random numbers, so the arms differ by the treatment only and their difference is
far steadier than either arm. With d = treated - baseline over R replications:

.. math:: \bar d \pm t_{R-1} s_d / \sqrt R, \qquad d_z = \bar d / s_d, \qquad
          \text{variance reduction} = (s_a^2 + s_b^2) / s_d^2

The variance reduction is how many times more replications two independent arms would need for the same interval; 1
means that pairing bought nothing, below 1 that it hurt.

Source: Law (2015), Simulation Modeling and Analysis, ch. 11; d_z, Cohen (1988).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import stdtr, stdtrit

from cxsim.errors import Fault, InputError


@dataclass(frozen=True)
class PairedEffect:
    """What a treatment changed, over replications.

    Attributes
    ----------
    baseline, treated : means of the two arms.
    difference : mean of treated - baseline, in the unit of the metric.
    ci_low, ci_high : t interval of `difference`; NaN from a single replication that differs.
    confidence : nominal coverage of the interval.
    replications : pairs used; pairs with a missing value in either arm are left out.
    variance_reduction : var(independent difference) / var(paired difference); infinite where the paired difference does
        not vary although the arms do, NaN where nothing varies or there are fewer than two pairs.
    d_z : difference / sd of the differences; 0 where nothing differs, signed infinity where every pair differs equally.
    p_better : share of replications in which the treated arm is the better one, ties counting half.
    p_value : two-sided paired t test of no difference.
    """

    baseline: float
    treated: float
    difference: float
    ci_low: float
    ci_high: float
    confidence: float
    replications: int
    variance_reduction: float
    d_z: float
    p_better: float
    p_value: float


def paired_effect(
    baseline: ArrayLike, treated: ArrayLike, confidence: float = 0.95, *, higher_is_better: bool = True
) -> PairedEffect:
    """Return the `PairedEffect` of two arms, element r of both being the same replication.

    Differences that are all 0 give exactly 0 and the interval [0, 0], however many replications there are.

    Parameters
    ----------
    baseline, treated : (R,) one value of the metric per replication.
    higher_is_better : which direction `p_better` counts; churn, say, is better when lower.

    Raises
    ------
    InputError : the arms differ in length or are empty, or the confidence is not between 0 and 1.
    """
    a, b = np.asarray(baseline, dtype=np.float64), np.asarray(treated, dtype=np.float64)
    if a.shape != b.shape or a.ndim != 1 or a.size == 0:
        raise InputError([Fault("treated", "must have one value per baseline replication", (a.shape, b.shape))])
    check_confidence(confidence)
    complete = ~(np.isnan(a) | np.isnan(b))
    a, b = a[complete], b[complete]
    d = b - a
    mean, low, high = mean_interval(d, confidence)
    better = np.sign(d) if higher_is_better else -np.sign(d)
    return PairedEffect(
        baseline=_mean(a),
        treated=_mean(b),
        difference=mean,
        ci_low=low,
        ci_high=high,
        confidence=confidence,
        replications=d.size,
        variance_reduction=_variance_reduction(a, b, d),
        d_z=_standardised(d),
        p_better=float((better.mean() + 1.0) / 2.0) if d.size else np.nan,
        p_value=_p_value(d),
    )


def mean_interval(values: ArrayLike, confidence: float = 0.95) -> tuple[float, float, float]:
    """Return (mean, low, high): the t interval of a mean over replications.

    Values that are all equal have no width; a single value that is not 0 has no interval (NaN), for nothing is known of
    its spread; no value at all gives three NaN.
    """
    x = np.asarray(values, dtype=np.float64)
    if x.size == 0:
        return np.nan, np.nan, np.nan
    if not np.any(x):
        return 0.0, 0.0, 0.0
    if x.size == 1:
        return float(x[0]), np.nan, np.nan
    mean = float(x.mean())
    half = float(stdtrit(x.size - 1, (1.0 + confidence) / 2.0) * x.std(ddof=1) / np.sqrt(x.size))
    return mean, mean - half, mean + half


def check_confidence(confidence: float) -> None:
    """Raise `InputError` unless `confidence` lies strictly between 0 and 1."""
    if not 0.0 < confidence < 1.0:
        raise InputError([Fault("confidence", "must lie between 0 and 1", confidence)])


def _mean(x: NDArray[np.float64]) -> float:
    return float(x.mean()) if x.size else np.nan


def _variance_reduction(a: NDArray[np.float64], b: NDArray[np.float64], d: NDArray[np.float64]) -> float:
    """Return (var a + var b) / var d, see `PairedEffect`."""
    if d.size < 2:
        return np.nan
    independent, paired = float(a.var(ddof=1) + b.var(ddof=1)), float(d.var(ddof=1))
    if paired == 0.0:
        return np.inf if independent > 0.0 else np.nan
    return independent / paired


def _standardised(d: NDArray[np.float64]) -> float:
    """Return the mean difference in standard deviations of the differences, see `PairedEffect`."""
    if d.size and not np.any(d):
        return 0.0
    if d.size < 2:
        return np.nan
    mean, sd = float(d.mean()), float(d.std(ddof=1))
    return mean / sd if sd > 0.0 else float(np.copysign(np.inf, mean))


def _p_value(d: NDArray[np.float64]) -> float:
    """Return the two-sided p of the paired t test; 1 where nothing differs."""
    d_z = _standardised(d)
    if d_z == 0.0:
        return 1.0
    return float(2.0 * stdtr(d.size - 1, -abs(d_z) * np.sqrt(d.size))) if d.size > 1 else np.nan
