from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cxsim.behaviour.memory import Memory, episode_score, peak_end, remember
from tests.parameters import parameters

P = parameters()
NET = st.floats(-10.0, 10.0)


def test_peak_is_the_largest_and_of_two_equal_the_last() -> None:
    memory = Memory(0.0, 0.0)
    for net, peak in ((1.0, 1.0), (-0.5, 1.0), (-1.0, -1.0), (2.0, 2.0)):
        memory = remember(memory, net, P)
        assert memory.peak == peak
    assert memory.end == pytest.approx(0.6 * 2.0 + 0.4 * (0.6 * -1.0 + 0.4 * (0.6 * -0.5 + 0.4 * 0.6)))


@given(nets=st.lists(NET, min_size=1, max_size=20))
def test_memory_is_bounded_by_what_happened(nets: list[float]) -> None:
    memory = Memory(0.0, 0.0)
    for net in nets:
        memory = remember(memory, net, P)
    assert abs(memory.peak) == max(map(abs, nets))
    assert min(0.0, *nets) - 1e-9 <= memory.end <= max(0.0, *nets) + 1e-9
    assert -1.5 <= peak_end(memory, P) <= 1.5


def test_peak_end_is_half_and_half_on_the_scale_of_the_account() -> None:
    assert peak_end(Memory(-4.0, 2.0), P) == pytest.approx(-0.25)
    assert peak_end(Memory(-40.0, -40.0), P) == -1.5


def test_an_even_episode_is_remembered_as_it_was() -> None:
    assert episode_score(0.7, 0.7, 0.7) == pytest.approx(0.7)
    assert episode_score(0.2, 0.6, 0.5) == pytest.approx(0.3 * 0.8 + 0.4 * 0.5)
