from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cxsim.queueing.erlang import answered_within, erlang_a, erlang_c


@pytest.mark.parametrize(
    ("load", "handling_s", "agents", "limit_s", "waiting", "mean_wait_s", "answered"),
    [
        (48.0, 240.0, 55, 15.0, 0.238701, 8.184, 0.845883),
        (18.0, 180.0, 21, 20.0, 0.395872, 23.75, 0.716346),
        (18.0, 180.0, 23, 20.0, 0.190692, 6.865, 0.890590),
    ],
)
def test_erlang_c_matches_its_tables(
    load: float, handling_s: float, agents: int, limit_s: float, waiting: float, mean_wait_s: float, answered: float
) -> None:
    rate = 1.0 / handling_s
    result = erlang_c(load * rate, rate, agents)
    assert result.waiting == pytest.approx(waiting, abs=5e-7)
    assert result.mean_wait == pytest.approx(mean_wait_s, rel=5e-4)
    assert answered_within(result, load * rate, rate, agents, limit_s) == pytest.approx(answered, abs=5e-7)


def test_three_servers_by_hand() -> None:
    result = erlang_c(2.0, 1.0, 3)
    assert result.waiting == pytest.approx(4 / 9)
    assert result.mean_wait == pytest.approx(4 / 9)


def test_an_overloaded_desk_has_no_erlang_c() -> None:
    with pytest.raises(ValueError, match=r"load below the number of servers \(3\), got 3"):
        erlang_c(3.0, 1.0, 3)


@pytest.mark.parametrize(
    ("agents", "waiting", "abandoned", "mean_wait"),
    [(50, 0.467774, 0.030912, 0.061824), (45, 0.786867, 0.083602, 0.167205)],
)
def test_erlang_a_matches_its_tables(agents: int, waiting: float, abandoned: float, mean_wait: float) -> None:
    result = erlang_a(48.0, 1.0, float(agents), 0.5)
    assert result.waiting == pytest.approx(waiting, abs=5e-7)
    assert result.abandoned == pytest.approx(abandoned, abs=5e-7)
    assert result.mean_wait == pytest.approx(mean_wait, abs=5e-7)


def test_endless_patience_is_erlang_c() -> None:
    patient, endless = erlang_a(18.0, 1.0, 21.0, 1e-7), erlang_c(18.0, 1.0, 21)
    assert patient.waiting == pytest.approx(endless.waiting, rel=1e-4)
    assert patient.mean_wait == pytest.approx(endless.mean_wait, rel=1e-4)


@given(
    load=st.floats(0.1, 200.0), agents=st.floats(0.5, 150.0), impatience=st.floats(0.05, 5.0), more=st.floats(0.1, 20.0)
)
@settings(deadline=None)
def test_flow_is_conserved_and_more_agents_help(load: float, agents: float, impatience: float, more: float) -> None:
    result = erlang_a(load, 1.0, agents, impatience)
    assert 0.0 <= result.abandoned <= 1.0
    assert result.busy == pytest.approx(load * (1.0 - result.abandoned), rel=1e-6)
    assert result.abandoned == pytest.approx(impatience * result.mean_wait, rel=1e-9)
    assert erlang_a(load, 1.0, agents + more, impatience).abandoned <= result.abandoned + 1e-12


def test_nobody_calling_means_nobody_waiting() -> None:
    assert erlang_a(0.0, 1.0, 10.0, 0.5) == (0.0, 0.0, 0.0, 0.0)


def test_a_heavily_overloaded_desk_loses_the_excess() -> None:
    assert erlang_a(5000.0, 1.0, 100.0, 2.0).abandoned == pytest.approx(0.98, abs=1e-3)
