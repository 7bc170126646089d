from __future__ import annotations

import pytest

from cxsim.behaviour.money import tick_revenue


def test_a_year_of_ticks_pays_twelve_fees() -> None:
    assert 52 * tick_revenue(30.0, 1.0) == pytest.approx(12 * 30.0)
    assert 364 * tick_revenue(30.0, 1 / 7) == pytest.approx(12 * 30.0)
