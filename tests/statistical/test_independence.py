"""Independence of draws across everything that addresses them, on millions of draws; each check has a twin that fails.

The twin is a bug that is easy to make and hard to see: a key that folds the tick into the customer, so that customer u
lives again what customer u + 4096 lived a tick before. Every draw by itself stays perfectly uniform.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy import stats

from cxsim.rng import Block, Words, luck, words

type Floats = NDArray[np.float64]
type Source = Callable[..., Words]

N = 1 << 16
MANY = 1 << 22
FALSE_ALARM = 1e-6
"""Chance that a check fails although draws are independent, over all its comparisons."""


def honest(
    customer: Any, tick: Any = 0, block: Any = 0, ordinal: Any = 0, replication: int = 0, seed: int = 0
) -> Words:
    return words(luck(seed, replication), customer, tick, block, ordinal)


def folded(
    customer: Any, tick: Any = 0, block: Any = 0, ordinal: Any = 0, replication: int = 0, seed: int = 0
) -> Words:
    """Planted bug: customer u at tick t + 1 has the draws of customer u + 4096 at tick t."""
    return words(luck(seed, replication), np.asarray(customer) + 4_096 * np.asarray(tick), 0, block, ordinal)


def uniforms(word: NDArray[np.uint64]) -> Floats:
    return (word.astype(np.float64) + 0.5) / 2.0**32


def z_limit(comparisons: int) -> float:
    return float(stats.norm.isf(FALSE_ALARM / 2.0 / comparisons))


def z_of(one: NDArray[np.uint64], other: NDArray[np.uint64]) -> float:
    """z of the correlation of two columns of words, about standard normal if they are independent."""
    return float(np.corrcoef(uniforms(one), uniforms(other))[0, 1] * np.sqrt(one.size))


def neighbours(source: Source) -> dict[str, tuple[Words, Words]]:
    """Pairs of addresses that differ in one part or in two."""
    who = np.arange(N, dtype=np.uint64)
    here = source(who, 100, int(Block.ENCOUNTER), 1, 3, 7)
    found = {f"customer + {k}": source(who + k, 100, 0, 1, 3, 7) for k in (1, 2, 256, 4_096, 65_536, N)}
    found |= {f"tick + {k}": source(who, 100 + k, 0, 1, 3, 7) for k in (1, 2, 4, 7, 13, 52)}
    found |= {f"customer + {k}, tick - 1": source(who + k, 99, 0, 1, 3, 7) for k in (1, 256, 4_096, 65_536)}
    found |= {f"block {k.name}": source(who, 100, int(k), 1, 3, 7) for k in Block if k != Block.ENCOUNTER}
    found |= {f"ordinal + {k}": source(who, 100, 0, 1 + k, 3, 7) for k in (1, 2, 64, 255, 65_536)}
    found |= {f"replication + {k}": source(who, 100, 0, 1, 3 + k, 7) for k in (1, 2, 1_000)}
    found |= {f"seed + {k}": source(who, 100, 0, 1, 3, 7 + k) for k in (1, 2, 2**32)}
    return {name: (here, there) for name, there in found.items()}


def correlated(source: Source) -> list[str]:
    """Pairs of addresses whose draws are correlated, any word with any word."""
    pairs = neighbours(source)
    limit = z_limit(16 * len(pairs))
    return [
        f"{name}: word {'abcd'[i]} with {'abcd'[j]}"
        for name, (here, there) in pairs.items()
        for i in range(4)
        for j in range(4)
        if abs(z_of(here[i], there[j])) > limit
    ]


def echoes(source: Source) -> list[int]:
    """Distances between customers at which the draws of one tick come back a tick later; all distances at once."""
    who = np.arange(N, dtype=np.uint64)
    before, after = (uniforms(source(who, tick).a) - 0.5 for tick in (10, 11))
    product = np.fft.irfft(np.fft.rfft(before) * np.conj(np.fft.rfft(after)), N)
    z = product / (np.linalg.norm(before) * np.linalg.norm(after)) * np.sqrt(N)
    return np.flatnonzero(np.abs(z) > z_limit(N)).tolist()


def repeated(source: Source) -> int:
    """How many of a million addresses have the first two words of another one; 3e-8 are expected by chance."""
    axes = np.arange(8_192), np.arange(8), np.array([0, 2, 9, 25]), np.array([0, 256])
    customer, tick, block, ordinal = (axis.ravel() for axis in np.meshgrid(*axes, indexing="ij"))
    drawn = [source(customer, tick, block, ordinal, replication) for replication in (0, 1)]
    joined = np.concatenate([(w.a << np.uint64(32)) | w.b for w in drawn])
    return int(joined.size - np.unique(joined).size)


def test_draws_at_neighbouring_addresses_are_uncorrelated() -> None:
    assert correlated(honest) == []


def test_the_words_of_one_address_are_uncorrelated() -> None:
    drawn = honest(np.arange(MANY, dtype=np.uint64))
    z = [z_of(drawn[i], drawn[j]) for i in range(4) for j in range(i)]
    assert max(map(abs, z)) < z_limit(len(z))


def test_no_distance_between_customers_brings_a_tick_back() -> None:
    assert echoes(honest) == []


def test_no_address_repeats_another() -> None:
    assert repeated(honest) == 0


@pytest.mark.parametrize("check", [correlated, echoes, repeated])
def test_a_key_that_folds_the_tick_into_the_customer_is_found(check: Callable[[Source], Any]) -> None:
    assert check(folded)


def frequencies(columns: list[NDArray[np.uint64]]) -> dict[str, float]:
    """p values of equal frequency: of all high bytes, of all low bytes, of the high bits of neighbouring customers."""
    high, low, pairs = np.zeros(256, int), np.zeros(256, int), np.zeros(1_024, int)
    for column in columns:
        high += np.bincount((column >> np.uint64(24)).astype(int), minlength=256)
        low += np.bincount((column & np.uint64(255)).astype(int), minlength=256)
        top = (column >> np.uint64(27)).astype(int)
        pairs += np.bincount(32 * top[0::2] + top[1::2], minlength=1_024)
    return {
        name: float(stats.chisquare(counts).pvalue) for name, counts in (("high", high), ("low", low), ("pairs", pairs))
    }


def test_sixteen_million_draws_are_equally_frequent() -> None:
    columns = list(honest(np.arange(MANY, dtype=np.uint64), 5, int(Block.FATE)))
    assert sum(column.size for column in columns) >= 10_000_000
    found = frequencies(columns)
    # Two-sided: too even is as wrong as too uneven.
    assert all(FALSE_ALARM < p < 1.0 - FALSE_ALARM for p in found.values()), found


def test_a_generator_that_favours_a_value_by_one_percent_is_found() -> None:
    columns = list(honest(np.arange(MANY, dtype=np.uint64), 5, int(Block.FATE)))
    biased = [np.where(column >> np.uint64(24) == 7, column & np.uint64(0xFCFFFFFF), column) for column in columns]
    assert frequencies(biased)["high"] < FALSE_ALARM


def test_a_generator_that_is_too_even_is_found() -> None:
    counting = np.arange(MANY, dtype=np.uint64) << np.uint64(10)
    assert frequencies([counting])["high"] > 1.0 - FALSE_ALARM
