r"""Which of several systems is best, with as few replications as the question needs.

Kim & Nelson's (2001) fully sequential procedure drops a system as soon as it is clearly beaten. It works on paired
differences, so common luck, which makes them steady, makes it stop earlier:

.. math:: \text{drop } i \text{ when } \bar X_i(r) < \bar X_l(r) - \max\left(0, \frac{\delta}{2 r}
          \left(\frac{2 \eta (n_0 - 1) S_{il}^2}{\delta^2} - r\right)\right) \text{ for some } l, \quad
          \eta = \frac12 \left[\left(\frac{2 \alpha}{k - 1}\right)^{-2/(n_0 - 1)} - 1\right]

The best system is found with probability 1 - alpha or more whenever it is at least delta better than the others.

OCBA (Chen et al. 2000) shares out a fixed budget instead, most to what is close to the best and noisy.

Sources: Kim & Nelson (2001), ACM TOMACS 11(3); Chen, Lin, Yucesan & Chick (2000), Discrete Event Dynamic Systems 10.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from cxsim.errors import Fault, InputError
from cxsim.study.paired import check_confidence

type FloatArray = NDArray[np.float64]
type Sample = Callable[[NDArray[np.int64], int, int], FloatArray]
"""(systems, first replication, count) -> (count, systems) values, larger being better.

The same replication number must mean the same luck in every system.
"""


@dataclass(frozen=True)
class Selection:
    """What a selection found.

    Attributes
    ----------
    best : index of the system selected.
    means : (k,) mean of each system over the replications it was given.
    replications : (k,) replications given to each; a system is dropped after its last.
    decided : whether one system was left before `maximum` replications; otherwise `best` is merely the largest mean.
    """

    best: int
    means: FloatArray
    replications: NDArray[np.int64]
    decided: bool


def select_best(
    sample: Sample,
    systems: int,
    indifference: float,
    *,
    confidence: float = 0.95,
    first_stage: int = 20,
    step: int = 1,
    maximum: int = 10_000,
) -> Selection:
    """Return the `Selection` of Kim & Nelson's procedure.

    Parameters
    ----------
    sample : runs replications.
    systems : how many there are.
    indifference : delta, the smallest difference worth finding, in the metric's unit.
    first_stage : n_0, replications of every system before the first comparison.
    step : replications run at a time afterwards, e.g. as many as there are processors.
    maximum : replications of one system never exceeded.

    Raises
    ------
    InputError : fewer than two systems or first replications, or an indifference that is not positive.
    """
    check_confidence(confidence)
    _check(systems, indifference, first_stage)
    everybody = np.arange(systems)
    values = sample(everybody, 0, first_stage)
    variance = np.var(values[:, :, None] - values[:, None, :], axis=0, ddof=1)
    eta = 0.5 * ((2.0 * (1.0 - confidence) / (systems - 1)) ** (-2.0 / (first_stage - 1)) - 1.0)
    needed = 2.0 * eta * (first_stage - 1) * variance / indifference**2
    sums, n = values.sum(axis=0), np.full(systems, first_stage)
    alive, r = _survivors(everybody, sums / n, needed, first_stage, indifference), first_stage
    while alive.size > 1 and r < maximum:
        more = sample(alive, r, min(step, maximum - r))
        sums[alive] += more.sum(axis=0)
        r += more.shape[0]
        n[alive] = r
        alive = _survivors(alive, sums / n, needed, r, indifference)
    means = sums / n
    return Selection(int(alive[np.argmax(means[alive])]), means, n, bool(alive.size == 1))


def ocba_allocation(means: ArrayLike, standard_deviations: ArrayLike, budget: int) -> NDArray[np.int64]:
    """Return how to share out `budget` replications in all, so that the largest mean is most likely the best system.

    Raises
    ------
    InputError : fewer than two systems, or a standard deviation that is not positive.
    """
    mean, sd = np.asarray(means, dtype=np.float64), np.asarray(standard_deviations, dtype=np.float64)
    if mean.size < 2 or mean.shape != sd.shape or not np.all(sd > 0):
        raise InputError(
            [Fault("standard_deviations", "needs a positive one for each of two or more systems", sd.shape)]
        )
    best = int(np.argmax(mean))
    gap = np.maximum(mean[best] - mean, 1e-9 * sd.max())
    weight = (sd / gap) ** 2
    weight[best] = 0.0
    weight[best] = sd[best] * np.sqrt(np.sum(weight**2 / sd**2))
    return _whole(weight / weight.sum() * budget, budget)


def select_with_budget(sample: Sample, systems: int, budget: int, first_stage: int = 10, batch: int = 20) -> Selection:
    """Return the largest mean after `budget` replications in all, given out by OCBA `batch` at a time.

    Its systems need not be run together: OCBA takes them as independent, and gains nothing from common luck.

    Raises
    ------
    InputError : fewer than two systems or first replications, or a budget below the first stage.
    """
    _check(systems, 1.0, first_stage)
    if budget < systems * first_stage:
        raise InputError([Fault("budget", f"must be at least {systems * first_stage}, the first stage", budget)])
    runs = [sample(np.array([system], dtype=np.int64), 0, first_stage)[:, 0] for system in range(systems)]
    spent = systems * first_stage
    while spent < budget:
        means, sds = np.array([run.mean() for run in runs]), np.array([run.std(ddof=1) for run in runs])
        done = np.array([run.size for run in runs])
        target = ocba_allocation(means, np.maximum(sds, 1e-12), min(spent + batch, budget))
        for system, more in enumerate(_whole_increase(target - done, min(batch, budget - spent))):
            if more:
                runs[system] = np.append(
                    runs[system], sample(np.array([system], dtype=np.int64), done[system], int(more))[:, 0]
                )
        spent = sum(run.size for run in runs)
    means = np.array([run.mean() for run in runs])
    return Selection(int(np.argmax(means)), means, np.array([run.size for run in runs]), decided=True)


def _survivors(
    alive: NDArray[np.int64], means: FloatArray, needed: FloatArray, r: int, indifference: float
) -> NDArray[np.int64]:
    """Return the systems that no other surviving system clearly beats after `r` replications."""
    slack = np.maximum(0.0, indifference / (2.0 * r) * (needed[np.ix_(alive, alive)] - r))
    behind = means[alive][:, None] < means[alive][None, :] - slack
    return alive[~behind.any(axis=1)]


def _whole(shares: FloatArray, total: int) -> NDArray[np.int64]:
    """Return whole numbers that add up to `total`, as close to `shares` as that allows."""
    whole = np.floor(shares).astype(np.int64)
    largest = np.argsort(-(shares - whole), kind="stable")
    whole[largest[: total - int(whole.sum())]] += 1
    return whole


def _whole_increase(wanted: NDArray[np.int64], batch: int) -> NDArray[np.int64]:
    """Return how to share `batch` over the systems that fall short of their target."""
    short = np.maximum(wanted, 0).astype(np.float64)
    return _whole(short / short.sum() * batch, batch)


def _check(systems: int, indifference: float, first_stage: int) -> None:
    faults = []
    if systems < 2:
        faults.append(Fault("systems", "needs two or more to select from", systems))
    if not indifference > 0:
        faults.append(Fault("indifference", "must be > 0", indifference))
    if first_stage < 2:
        faults.append(Fault("first_stage", "needs two or more replications", first_stage))
    if faults:
        raise InputError(faults)
