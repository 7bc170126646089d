"""The golden numbers have not moved."""

from __future__ import annotations

import math

import pytest

from cxsim.spec.version import MODEL_VERSION
from tests.golden import update


@pytest.fixture(scope="module")
def numbers() -> dict[str, float]:
    return update.measured()


def test_no_golden_number_has_moved(numbers: dict[str, float]) -> None:
    # Almost exactly: the mathematical library of another machine may round the last bit otherwise.
    golden = update.kept()["numbers"]
    assert golden.keys() == numbers.keys()
    other = {
        name: (golden[name], numbers[name])
        for name in golden
        if not math.isclose(golden[name], numbers[name], rel_tol=1e-9)
    }
    assert other == {}, "if this is meant: python tests/golden/update.py with the reason"


def test_every_golden_number_tells_something() -> None:
    golden = update.kept()["numbers"]
    assert len(golden) >= 40
    assert all(math.isfinite(value) and value != 0.0 for value in golden.values()), golden


def test_every_move_has_its_reason() -> None:
    assert all(len(reason.split()) >= 3 for reason in update.kept()["reasons"])
    assert update.kept()["reasons"]


def test_the_model_has_a_version_for_every_move() -> None:
    assert str(len(update.kept()["reasons"])) == MODEL_VERSION, "raise MODEL_VERSION with every move of a number"


def test_a_number_that_moves_is_told_with_its_size(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(update, "kept", lambda: {"reasons": ["for a test"], "numbers": {"a": 2.0, "b": 1.0}})
    monkeypatch.setattr(update, "measured", lambda: {"a": 2.2, "c": 1.0})
    assert update.main([]) == 2
    told = capsys.readouterr()
    assert told.out.splitlines() == ["a: 2.0 -> 2.2 (+10.000%)", "b: 1.0 -> None", "c: None -> 1.0"]
    assert "say in a few words why" in told.err
