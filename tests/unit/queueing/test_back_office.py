from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cxsim.queueing.back_office import backlog_after, reply_delay


def test_what_is_not_worked_waits() -> None:
    assert backlog_after(100.0, 900.0, 700.0, 1.0) == 300.0
    assert backlog_after(100.0, 500.0, 700.0, 1.0) == 0.0
    assert reply_delay(350.0, 700.0, 0.3) == pytest.approx(0.8)


@given(backlog=st.floats(0.0, 1e4), arrivals=st.floats(0.0, 1e4), capacity=st.floats(1.0, 1e4))
def test_a_backlog_is_never_negative_nor_more_than_came(backlog: float, arrivals: float, capacity: float) -> None:
    after = backlog_after(backlog, arrivals, capacity, 1.0)
    assert 0.0 <= after <= backlog + arrivals
