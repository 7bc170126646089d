"""The only source of chance: counter-based draws addressed by seed, replication, customer, tick, purpose and ordinal.

Philox4x32-10 (Salmon, Moraes, Dror & Shaw, "Parallel random numbers: as easy as 1, 2, 3", SC 2011) maps a 128-bit counter
and a 64-bit key to four 32-bit words. The counter here is (customer, tick, block + 256 ordinal, replication), the key is
the seed, so every address has its own words and no draw depends on how many were taken before: scenarios that share a
seed share their luck, whatever else differs. A *block* is a family of up to four purposes that a rule needs together;
a purpose is one word of one block. The *ordinal* is the position of a repeated event within the customer's tick.
"""

from __future__ import annotations

import math
from enum import IntEnum
from typing import Any, NamedTuple

import numpy as np

from cxsim.outlined import outlined

_LOW = np.uint64(0xFFFFFFFF)
_HALF = np.uint64(32)
_MULTIPLIER_0 = np.uint64(0xD2511F53)
_MULTIPLIER_1 = np.uint64(0xCD9E8D57)
_WEYL_0 = np.uint64(0x9E3779B9)
_WEYL_1 = np.uint64(0xBB67AE85)
_ORDINAL = np.uint64(256)


class Block(IntEnum):
    """Families of draws; the comment names the purposes of the words a, b, c, d."""

    ENCOUNTER = 0  # functional noise, emotional noise, failure, channel
    JOURNEY = 1  # later transition, dwell, task success, handoff failure
    FATE = 2  # churn, score noise, notice, first transition
    PROBLEM = 3  # severity, unavoidable, complaint, channel of the complaint
    CONTACT = 4  # intraday bin, abandonment, resolution, persistence
    RETRY = 5  # repeat contact this tick, handoff within service, waiting time, -
    RELATIONAL = 6  # asked, answers, -, -
    TRANSACTIONAL = 7  # asked, answers, answer noise, -
    REACH = 8  # weekly coverage of an intervention (ordinal: the intervention), cap order, -, -
    ASSIGN = 9  # coverage, hold-out of an intervention (ordinal), -, -
    BIRTH = 16  # segment, contract, tenure, calendar
    TASTE = 17  # taste functional, taste emotional, style, voice
    TEMPER = 18  # loss aversion, survey openness, patience, congruence
    EXPECT = 19  # initial expectation functional, emotional, revenue, survey calendar
    FRAILTY_A = 20  # gamma draws, ordinal: the attempt
    FRAILTY_B = 21
    WEIGHT_A = 22
    WEIGHT_B = 23
    SWITCH_A = 24
    SWITCH_B = 25


class Luck(NamedTuple):
    """The seed (two 32-bit halves) and the replication, as unsigned words."""

    key_low: Any
    key_high: Any
    replication: Any


class Words(NamedTuple):
    """Four independent 32-bit words."""

    a: Any
    b: Any
    c: Any
    d: Any


def luck(seed: int, replication: int) -> Luck:
    """Return the address space of one replication; `seed` in [0, 2^63), `replication` in [0, 2^32)."""
    return Luck(np.uint64(seed & 0xFFFFFFFF), np.uint64(seed >> 32), np.uint64(replication))


def words(chance: Luck, customer: int, tick: int, block: int, ordinal: int) -> Words:
    """Return the four words at an address; `tick` and `ordinal` count from zero."""
    c0 = np.uint64(customer) & _LOW
    c1 = np.uint64(tick)
    c2 = np.uint64(block) + _ORDINAL * np.uint64(ordinal)
    c3 = chance.replication
    k0 = chance.key_low
    k1 = chance.key_high
    for _ in range(10):
        low = _MULTIPLIER_0 * c0
        high = _MULTIPLIER_1 * c2
        c0 = (high >> _HALF) ^ c1 ^ k0
        c2 = (low >> _HALF) ^ c3 ^ k1
        c1 = high & _LOW
        c3 = low & _LOW
        k0 = (k0 + _WEYL_0) & _LOW
        k1 = (k1 + _WEYL_1) & _LOW
    return Words(c0, c1, c2, c3)


def uniform(word: Any) -> float:
    """Return the word as a number strictly between 0 and 1."""
    return (float(word) + 0.5) * 2.3283064365386963e-10


def is_central(q: float) -> bool:
    """Return whether a probability less one half lies in the centre, where the quantile is a ratio of polynomials."""
    return math.fabs(q) <= 0.4925


def central_quantile(q: float) -> float:
    """Return the standard normal quantile of the probability 1/2 + q for a central q, see `quantile`.

    The coefficients were fitted to the exact quantile by iterated weighted least squares; absolute error below 1e-7.
    """
    r = q * q
    numerator = (
        (((-325.535741196 * r + 722.101821383) * r - 571.232810724) * r + 210.595862453) * r - 36.9845310163
    ) * r + 2.50662824333
    denominator = (
        ((((39.7268425181 * r - 293.739178017) * r + 456.71800443) * r - 300.653501796) * r + 98.2606364501) * r
        - 15.801894728
    ) * r + 1.0
    return q * numerator / denominator


def quantile(chance: float) -> float:
    """Return the standard normal quantile of a probability in (0, 1), to about seven digits.

    The centre, 98.5 % of all draws, needs neither logarithm nor root; the tails are those of algorithm AS 241, PPND7 (Wichura,
    Applied Statistics 37, 1988).
    """
    q = chance - 0.5
    if is_central(q):
        return central_quantile(q)
    r = math.sqrt(-math.log(0.5 - math.fabs(q)))
    if r <= 5.0:
        r -= 1.6
        numerator = ((0.17023821103 * r + 1.3067284816) * r + 2.7568153900) * r + 1.4234372777
        value = numerator / ((0.12021132975 * r + 0.73700164250) * r + 1.0)
    else:
        r -= 5.0
        numerator = ((0.017337203997 * r + 0.42868294337) * r + 3.0812263860) * r + 6.6579051150
        value = numerator / ((0.012258202635 * r + 0.24197894225) * r + 1.0)
    return math.copysign(value, q)


def normal_cdf(z: float) -> float:
    """Return the standard normal distribution function."""
    return 0.5 * math.erfc(-z * math.sqrt(0.5))


def normal(word: Any) -> float:
    """Return the word as a standard normal number: the quantile of its uniform.

    One word a number and monotone, so that scenarios that share a word stay paired.
    """
    return quantile(uniform(word))


@outlined
def gamma(chance: Luck, customer: int, tick: int, block: int, shape: float) -> float:
    """Return a Gamma(shape, 1) number at an address; the ordinal counts the attempts.

    Marsaglia & Tsang, "A simple method for generating gamma variables", ACM TOMS 26 (2000); shapes below one by their
    boost. At most 64 attempts (each accepted with probability above 0.95), so the address space is finite.
    """
    boosted = shape if shape >= 1.0 else shape + 1.0
    d = boosted - 1.0 / 3.0
    c = 1.0 / math.sqrt(9.0 * d)
    value = d
    boost = 1.0
    for attempt in range(64):
        draw = words(chance, customer, tick, block, attempt)
        x = normal(draw.a)
        if attempt == 0 and shape < 1.0:
            boost = math.pow(uniform(draw.c), 1.0 / shape)
        v = 1.0 + c * x
        if v > 0.0:
            v = v * v * v
            value = d * v
            u = uniform(draw.b)
            # The paper's squeeze accepts most without a logarithm, and none that the exact test would not.
            if u < 1.0 - 0.0331 * x * x * x * x or math.log(u) < 0.5 * x * x + d - d * v + d * math.log(v):
                break
    return value * boost


def beta(chance: Luck, customer: int, tick: int, block_a: int, block_b: int, a: float, b: float) -> float:
    """Return a Beta(a, b) number at an address, from two gamma numbers."""
    x = gamma(chance, customer, tick, block_a, a)
    y = gamma(chance, customer, tick, block_b, b)
    return x / (x + y)
