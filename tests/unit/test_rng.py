"""The source of chance: published known answers, addresses that never meet, and the distributions made of words."""

from __future__ import annotations

import math
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import special, stats

from cxsim.engine.compiled import compiled
from cxsim.engine.kernels import draw_rows
from cxsim.rng import Block, Luck, beta, gamma, luck, normal, normal_cdf, quantile, uniform, words

ONES = 0xFFFFFFFF


def raw(counter: tuple[int, int, int, int], key: tuple[int, int]) -> list[int]:
    """Words of a raw counter and key, through the addresses that the simulator uses."""
    chance = Luck(np.uint64(key[0]), np.uint64(key[1]), np.uint64(counter[3]))
    return [int(word) for word in words(chance, counter[0], counter[1], counter[2] & 255, counter[2] >> 8)]


@pytest.mark.parametrize(
    ("counter", "key", "answer"),
    [
        ((0, 0, 0, 0), (0, 0), [0x6627E8D5, 0xE169C58D, 0xBC57AC4C, 0x9B00DBD8]),
        ((ONES, ONES, ONES, ONES), (ONES, ONES), [0x408F276D, 0x41C83B0E, 0xA20BC7C6, 0x6D5451FD]),
        (
            (0x243F6A88, 0x85A308D3, 0x13198A2E, 0x03707344),
            (0xA4093822, 0x299F31D0),
            [0xD16CFE09, 0x94FDCCEB, 0x5001E420, 0x24126EA1],
        ),
    ],
)
def test_words_are_the_published_known_answers_of_philox(
    counter: tuple[int, int, int, int], key: tuple[int, int], answer: list[int]
) -> None:
    # The lines "philox4x32 10" of tests/kat_vectors in the authors' own Random123.
    assert raw(counter, key) == answer


def test_the_seed_fills_both_halves_of_the_key_and_zero_is_a_seed() -> None:
    assert [int(part) for part in luck(0, 0)] == [0, 0, 0]
    assert [int(part) for part in luck((5 << 32) + 7, 9)] == [7, 5, 9]
    firsts = {int(words(luck(seed, 0), 0, 0, 0, 0).a) for seed in (0, 1, 1 << 32, (1 << 63) - 1)}
    assert len(firsts) == 4


addresses = st.tuples(
    st.integers(0, 2**32 - 1),  # customer
    st.integers(0, 2**31 - 1),  # tick
    st.integers(0, 255),  # block
    st.integers(0, 2**24 - 1),  # ordinal
    st.integers(0, 2**32 - 1),  # replication
)


@given(addresses, addresses)
def test_different_addresses_have_different_words(one: tuple[int, ...], other: tuple[int, ...]) -> None:
    # Philox is a bijection of the counter: equal words would mean that two addresses share a counter.
    mine, theirs = (words(luck(3, address[4]), *address[:4]) for address in (one, other))
    assert (one == other) == (mine == theirs)


@given(addresses)
def test_words_fit_in_32_bits(address: tuple[int, ...]) -> None:
    assert all(0 <= int(word) <= ONES for word in words(luck(2**63 - 1, address[4]), *address[:4]))


def test_no_two_families_of_draws_share_a_number() -> None:
    numbers = [block.value for block in Block]
    assert len(set(numbers)) == len(Block)
    assert len(Block.__members__) == len(Block)
    assert max(numbers) < 256


def test_compiled_and_plain_draws_are_equal() -> None:
    chance = luck(11, 4)
    ids = np.array([0, 1, 4_096, 65_537, 2**31, 2**32 - 1])
    out = np.empty(ids.size)
    for word, name in enumerate("ab"):
        compiled(draw_rows)(out, ids, 77, int(Block.REACH), 123_456, word, chance)
        plain = [uniform(getattr(words(chance, who, 77, Block.REACH, 123_456), name)) for who in ids.tolist()]
        assert out.tolist() == plain


def test_a_uniform_is_strictly_between_0_and_1() -> None:
    assert 0.0 < uniform(0) < 1e-9
    assert 1.0 - 1e-9 < uniform(ONES) < 1.0
    assert uniform(1 << 31) == pytest.approx(0.5, abs=1e-9)


def test_the_normal_quantile_has_seven_digits_over_its_whole_range() -> None:
    chances = np.concatenate([np.geomspace(1.2e-10, 0.5, 4_000), 1.0 - np.geomspace(1.2e-10, 0.5, 4_000)])
    found = np.array([quantile(chance) for chance in chances.tolist()])
    assert np.max(np.abs(found - special.ndtri(chances)) / np.maximum(1.0, np.abs(found))) < 2e-7


def test_a_normal_number_grows_with_its_word_so_that_shared_words_stay_paired() -> None:
    grid = np.linspace(0, ONES, 20_001).astype(np.int64).tolist()
    assert all(low < high for low, high in pairwise(normal(word) for word in grid))
    assert normal(0) == pytest.approx(-normal(ONES), rel=1e-6)


def test_the_normal_distribution_function_undoes_the_quantile() -> None:
    for chance in (1e-6, 0.01, 0.3, 0.5, 0.9, 0.999_99):
        assert normal_cdf(quantile(chance)) == pytest.approx(chance, rel=1e-5)
    assert normal_cdf(-40.0) == 0.0
    assert math.isclose(normal_cdf(40.0), 1.0)


@pytest.mark.parametrize("shape", [0.3, 0.668, 1.0, 2.5, 30.0])
def test_gamma_numbers_follow_their_law(shape: float) -> None:
    sample = [gamma(luck(5, 0), who, 0, Block.FRAILTY_A, shape) for who in range(3_000)]
    assert stats.kstest(sample, stats.gamma(shape).cdf).pvalue > 1e-3
    # The check can tell: the next shape is refused.
    assert stats.kstest(sample, stats.gamma(1.15 * shape).cdf).pvalue < 1e-3


def test_beta_numbers_follow_their_law() -> None:
    sample = [beta(luck(5, 1), who, 0, Block.FRAILTY_A, Block.FRAILTY_B, 0.668, 3.806) for who in range(3_000)]
    assert stats.kstest(sample, stats.beta(0.668, 3.806).cdf).pvalue > 1e-3
    assert stats.kstest(sample, stats.beta(0.668, 3.0).cdf).pvalue < 1e-3


def test_a_beta_of_one_block_alone_would_be_degenerate() -> None:
    # Planted mistake: both gamma numbers from one block are one number, and every beta is a half.
    same = [beta(luck(5, 1), who, 0, Block.FRAILTY_A, Block.FRAILTY_A, 2.0, 2.0) for who in range(5)]
    assert same == [0.5] * 5
