from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from cxsim.arrays import Ints, Rows
from cxsim.engine.compiled import compiled
from cxsim.engine.seating import new_room
from cxsim.engine.slate import LANES, SLATE, lane, padded, pick_up, put_back
from cxsim.population.columns import CUSTOMER, EVERY_TICK


def there_and_back(slates: Rows, rows: Rows, listed: Ints, added: float) -> None:
    """Pick up the customers of the listed rows, add to two of their fields, and put them back."""
    slate = slates[0]
    n = listed.shape[0]
    for j in range(n):
        slate["row"][j] = listed[j]
    pick_up(slate, rows, n)
    for j in range(n):
        c = lane(slate, rows, j)
        c.satisfaction = c.satisfaction + added
        c.contacts = c.contacts + c.since
    put_back(slate, rows, n)


def customers(n: int) -> Rows:
    rows = np.zeros(n, CUSTOMER)
    rng = np.random.default_rng(1)
    for name in CUSTOMER.names or ():
        rows[name] = rng.integers(0, 100, n)
    return rows


@pytest.mark.parametrize("n", [0, 1, 15, 16, 17, 90, LANES])
def test_what_is_picked_up_is_put_back_where_it_was(n: int) -> None:
    before = customers(300)
    listed = np.random.default_rng(2).permutation(300)[:n]
    expected = before.copy()
    expected["satisfaction"][listed] += 0.5
    expected["contacts"][listed] += before["since"][listed].astype(np.uint16)
    for move in (compiled(there_and_back), there_and_back):
        rows: Any = before.copy()
        move(new_room().slate, rows, listed, 0.5)
        assert rows.tobytes() == expected.tobytes()


def test_a_lane_reads_the_slate_first_and_its_record_for_the_rest() -> None:
    slate, rows = new_room().slate[0], customers(3)
    slate["row"][5] = 2
    slate["trust"][5] = 7.0
    c = lane(slate, rows, 5)
    assert (c.trust, c.patience) == (7.0, rows["patience"][2])
    c.patience = 3.0
    assert rows["patience"][2] == 3.0
    with pytest.raises(ValueError, match="no field of name nothing"):
        _ = c.nothing


def test_what_every_tick_needs_lies_in_front_of_the_record() -> None:
    assert CUSTOMER.names is not None
    assert CUSTOMER.names[: len(EVERY_TICK)] == EVERY_TICK
    assert {CUSTOMER[name].itemsize for name in EVERY_TICK} == {4}
    assert set(EVERY_TICK) <= set(SLATE.names or ())


def lanes_taken(n: int) -> int:
    return padded(n)


@pytest.mark.parametrize(("n", "lanes"), [(0, 0), (1, 16), (16, 16), (17, 32), (LANES, LANES)])
def test_compiled_loops_fill_their_last_vector_and_one_agent_stays_alone(n: int, lanes: int) -> None:
    assert compiled(lanes_taken)(n) == lanes
    assert lanes_taken(n) == n
