"""The order of events in a tick is written once, printed from there, and lived."""

from __future__ import annotations

import pytest

from cxsim.engine.model import CXModel
from cxsim.engine.phases import ORDER, print_order
from tests.worlds import world


def test_the_order_of_a_tick() -> None:
    assert [phase.method for phase in ORDER] == [
        "open_tick",
        "run_campaigns",
        "live_customers",
        "answer_contacts",
        "serve_customers",
        "close_tick",
    ]


def test_the_printed_order_names_every_phase_in_turn() -> None:
    lines = print_order().splitlines()
    assert [line.split()[1] for line in lines[: len(ORDER)]] == [phase.method for phase in ORDER]


def test_the_model_lives_the_order_that_is_written(monkeypatch: pytest.MonkeyPatch) -> None:
    lived: list[str] = []
    for phase in ORDER:
        monkeypatch.setattr(CXModel, phase.method, lambda self, name=phase.method: lived.append(name))
    CXModel(world(5, 2, 0)).step()
    assert lived == [phase.method for phase in ORDER]
