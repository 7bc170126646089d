"""Many comparisons at once: adjusted tests, simultaneous intervals, practical equivalence, and when to stop.

Procedures for independent groups (Tukey, Dunnett) do not apply to arms that share their luck; these work on the paired
differences and resample whole replications, which keeps the correlation between the arms.

Sources: Holm (1979); Romano & Wolf (2005), max-T; Schuirmann (1987), two one-sided tests; Law (2015) ch. 9, sequential
stopping; Cohen (1988), power of the paired t test.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import stats

from cxsim.errors import Fault, InputError
from cxsim.study.paired import check_confidence, mean_interval

type FloatArray = NDArray[np.float64]
type Verdict = Literal["higher", "lower", "equivalent", "undecided"]


@dataclass(frozen=True)
class SimultaneousIntervals:
    """Intervals that all cover at once with the nominal confidence.

    Attributes
    ----------
    difference, low, high : (K,) mean difference and interval of each comparison.
    critical : the multiple of the standard error used, the same for all comparisons.
    confidence : nominal joint coverage.
    """

    difference: FloatArray
    low: FloatArray
    high: FloatArray
    critical: float
    confidence: float


@dataclass(frozen=True)
class Equivalence:
    """Whether a difference is too small to matter.

    Attributes
    ----------
    ci_low, ci_high : the (2 x confidence - 1) t interval, which two one-sided tests compare with the margin.
    p_value : the larger of the two one-sided p values.
    verdict : ``equivalent`` inside the margin, ``higher`` or ``lower`` beyond it, ``undecided`` across it.
    """

    ci_low: float
    ci_high: float
    p_value: float
    verdict: Verdict


@dataclass(frozen=True)
class StoppingRule:
    """When a mean over replications is known well enough.

    Attributes
    ----------
    relative : half-width of the interval as a share of the mean that is good enough.
    absolute : half-width that is good enough whatever the mean, in the metric's unit; it ends studies of nil effects.
    confidence : of the interval.
    minimum : replications before the rule is looked at; fewer make the interval cover too little.
    maximum : replications never exceeded.
    growth : replications added at a time, as a share of those done.
    """

    relative: float = 0.05
    absolute: float = 0.0
    confidence: float = 0.95
    minimum: int = 30
    maximum: int = 10_000
    growth: float = 0.10


def holm(p_values: ArrayLike) -> FloatArray:
    """Return Holm's adjusted p values, which keep the chance of any false claim at the level they are compared with."""
    from statsmodels.stats.multitest import multipletests

    return np.asarray(multipletests(np.asarray(p_values, dtype=np.float64), method="holm")[1], dtype=np.float64)


def simultaneous_intervals(
    differences: ArrayLike, rng: np.random.Generator, confidence: float = 0.95, draws: int = 5_000
) -> SimultaneousIntervals:
    """Return max-T intervals of several paired differences by bootstrapping replications jointly.

    The critical value is never above Bonferroni's t, to which it falls back when there are too few replications for the
    studentised bootstrap.

    Parameters
    ----------
    differences : (R, K) treated - baseline of replication r in comparison k.
    draws : bootstrap samples.

    Raises
    ------
    InputError : fewer than two replications, or missing values.
    """
    d = np.asarray(differences, dtype=np.float64)
    check_confidence(confidence)
    if d.ndim != 2 or d.shape[0] < 2 or np.isnan(d).any():
        raise InputError([Fault("differences", "needs two or more complete replications by comparison", d.shape)])
    n, k = d.shape
    mean, se = d.mean(axis=0), d.std(axis=0, ddof=1) / np.sqrt(n)
    bonferroni = float(stats.t.ppf(1.0 - (1.0 - confidence) / (2.0 * k), n - 1))
    largest = _max_t(d[:, se > 0] - mean[se > 0], rng, draws)
    critical = min(float(np.quantile(largest, confidence, method="higher")), bonferroni)
    return SimultaneousIntervals(mean, mean - critical * se, mean + critical * se, critical, confidence)


def equivalence(differences: ArrayLike, margin: float, confidence: float = 0.95) -> Equivalence:
    """Return whether the mean paired difference lies within +-`margin`, by two one-sided t tests.

    Raises
    ------
    InputError : a margin that is not positive, or fewer than two replications of which some differ.
    """
    d = np.asarray(differences, dtype=np.float64)
    check_confidence(confidence)
    if not margin > 0:
        raise InputError([Fault("margin", "must be > 0", margin)])
    mean, low, high = mean_interval(d, 2.0 * confidence - 1.0)
    if np.isnan(low):
        raise InputError([Fault("differences", "needs two or more complete replications", d.size)])
    se = float(d.std(ddof=1)) / np.sqrt(d.size) if d.size > 1 else 0.0
    distance = margin - abs(mean)
    p_value = float(stats.t.sf(distance / se, d.size - 1)) if se > 0 else float(distance <= 0)
    return Equivalence(low, high, p_value, _verdict(low, high, margin))


def further_replications(values: ArrayLike, rule: StoppingRule) -> int:
    """Return how many replications to add before looking again, 0 when the mean is known well enough.

    Parameters
    ----------
    values : (R,) the metric, or its paired difference, in the replications done so far.
    """
    x = np.asarray(values, dtype=np.float64)
    if x.size < rule.minimum:
        return min(rule.minimum, rule.maximum) - x.size
    mean, low, high = mean_interval(x, rule.confidence)
    if (high - low) / 2.0 <= max(rule.relative * abs(mean), rule.absolute):
        return 0
    return max(0, min(int(np.ceil(rule.growth * x.size)), rule.maximum - x.size))


def replications_for_power(d_z: float, power: float = 0.9, alpha: float = 0.05) -> int:
    """Return the replications that find a paired effect of `d_z` standard deviations with the wanted power."""
    from statsmodels.stats.power import TTestPower

    if d_z == 0:
        raise InputError([Fault("d_z", "must not be 0: no number of replications finds a nil effect", d_z)])
    return int(np.ceil(TTestPower().solve_power(effect_size=abs(d_z), power=power, alpha=alpha)))


def _max_t(centred: FloatArray, rng: np.random.Generator, draws: int) -> FloatArray:
    """Return the largest absolute t over comparisons in each bootstrap sample of replications, shape (draws,)."""
    n, k = centred.shape
    if k == 0:
        return np.zeros(1)
    times = rng.multinomial(n, np.full(n, 1.0 / n), size=draws).astype(np.float64)
    mean = times @ centred / n
    variance = np.maximum(times @ centred**2 / n - mean**2, 0.0) / (n - 1)
    with np.errstate(divide="ignore", invalid="ignore"):
        t = np.abs(mean) / np.sqrt(variance)
    return np.asarray(np.where(np.isnan(t), 0.0, t).max(axis=1))


def _verdict(low: float, high: float, margin: float) -> Verdict:
    if -margin < low and high < margin:
        return "equivalent"
    if low >= margin:
        return "higher"
    return "lower" if high <= -margin else "undecided"
