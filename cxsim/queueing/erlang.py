r"""Queues with impatience: Erlang A (M/M/n + M) and Erlang C, exact.

Birth-death chain with arrivals lambda, n servers of rate mu, and customers who leave the queue at rate theta each:
pi_j ~ prod lambda / (min(i, n) mu + (i - n)+ theta). P(abandon) = theta E[Q] / lambda, E[W] = E[Q] / lambda, with W the wait
of all customers, served or not (Palm 1957; Mandelbaum & Zeltyn 2007). A fractional number of servers works at rate
min(j, n) mu with n real, which interpolates between whole servers.
"""

from __future__ import annotations

import math
from typing import NamedTuple

from cxsim.arrays import Floats

_NEGLIGIBLE = 1e-13
_LONGEST = 100_000


class QueueResult(NamedTuple):
    """Probability of waiting, probability of abandoning, mean wait of all (in the time unit of the rates), mean busy servers."""

    waiting: float
    abandoned: float
    mean_wait: float
    busy: float


def erlang_a(arrivals: float, service_rate: float, servers: float, impatience: float) -> QueueResult:
    """Return the stationary state of M/M/n + M; rates per one common unit of time, `impatience` > 0."""
    if arrivals <= 0.0:
        return QueueResult(0.0, 0.0, 0.0, 0.0)
    weight = 1.0
    total = 1.0
    queue = 0.0
    waiting = 0.0 if servers > 0.0 else 1.0
    busy = 0.0
    peaked = False
    for j in range(1, _LONGEST):
        outflow = min(float(j), servers) * service_rate + max(0.0, j - servers) * impatience
        weight *= arrivals / outflow
        peaked = outflow > arrivals
        total += weight
        queue += weight * max(0.0, j - servers)
        busy += weight * min(float(j), servers)
        if j >= servers:
            waiting += weight
        if peaked and weight < _NEGLIGIBLE * total:
            break
        if weight > 1e250:
            weight *= 1e-250
            total *= 1e-250
            queue *= 1e-250
            waiting *= 1e-250
            busy *= 1e-250
    mean_queue = queue / total
    return QueueResult(waiting / total, impatience * mean_queue / arrivals, mean_queue / arrivals, busy / total)


def erlang_a_day(
    arrivals: float,
    profile: Floats,
    time: Floats,
    service_rate: float,
    servers: float,
    impatience: float,
    abandoned: Floats,
    mean_wait: Floats,
) -> QueueResult:
    """Return `erlang_a` over a day whose parts differ: what an arrival meets on average, and the mean number of busy servers.

    `profile` is the share of the `arrivals` that falls into each part, `time` how long the part lasts. `abandoned` and
    `mean_wait` are filled with those of each part.
    """
    waiting, lost, waited, busy = 0.0, 0.0, 0.0, 0.0
    for part in range(profile.shape[0]):
        rate = arrivals * profile[part] / time[part] if time[part] > 0.0 else 0.0
        result = erlang_a(rate, service_rate, servers, impatience)
        abandoned[part] = result.abandoned
        mean_wait[part] = result.mean_wait
        waiting += result.waiting * profile[part]
        lost += result.abandoned * profile[part]
        waited += result.mean_wait * profile[part]
        busy += result.busy * time[part]
    return QueueResult(waiting, lost, waited, busy / time.sum())


def erlang_c(arrivals: float, service_rate: float, servers: int) -> QueueResult:
    """Return the stationary state of M/M/n with endless patience; needs arrivals < servers x service_rate.

    Raises
    ------
    ValueError : the desk is overloaded.
    """
    load = arrivals / service_rate
    if load >= servers:
        message = f"Erlang C needs a load below the number of servers ({servers}), got {load:g}"
        raise ValueError(message)
    inverse = 1.0
    for j in range(1, servers + 1):
        inverse = 1.0 + inverse * j / load
    blocked = 1.0 / inverse
    waiting = blocked / (1.0 - load / servers * (1.0 - blocked))
    return QueueResult(waiting, 0.0, waiting / (servers * service_rate - arrivals), load)


def answered_within(result: QueueResult, arrivals: float, service_rate: float, servers: int, limit: float) -> float:
    """Return the share of customers of an Erlang C queue answered within `limit`."""
    return 1.0 - result.waiting * math.exp(-(servers * service_rate - arrivals) * limit)
