from __future__ import annotations

import os
import signal
import sys

import pytest

from cxsim.study.pool import heed, interrupts


class Deaf:
    """Somebody interrupts while this is taken down; what a destructor raises is lost."""

    def __del__(self) -> None:
        os.kill(os.getpid(), signal.SIGINT)


@pytest.fixture
def swallowed(monkeypatch: pytest.MonkeyPatch) -> list[type[BaseException]]:
    """What destructors raised and nobody could catch."""
    types: list[type[BaseException]] = []
    monkeypatch.setattr(sys, "unraisablehook", lambda lost: types.append(lost.exc_type))
    return types


def test_an_interrupt_that_a_destructor_swallowed_is_heeded(swallowed: list[type[BaseException]]) -> None:
    with interrupts() as seen:
        heed(seen)  # nobody has interrupted yet
        one = Deaf()
        del one
        with pytest.raises(KeyboardInterrupt, match=r"^$"):
            heed(seen)


def test_without_a_note_it_is_lost(swallowed: list[type[BaseException]]) -> None:
    seen: list[int] = []
    one = Deaf()
    del one
    heed(seen)
    assert swallowed == [KeyboardInterrupt]


def test_an_interrupt_elsewhere_is_raised_at_once_and_the_handler_restored() -> None:
    before = signal.getsignal(signal.SIGINT)
    with pytest.raises(KeyboardInterrupt, match=r"^$"), interrupts() as seen:
        os.kill(os.getpid(), signal.SIGINT)
    assert seen == [signal.SIGINT]
    assert signal.getsignal(signal.SIGINT) is before
