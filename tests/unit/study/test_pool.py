from __future__ import annotations

import multiprocessing
import os
import signal
import sys
import threading
import time
import warnings
from pathlib import Path

import pytest
from joblib.externals.loky import get_reusable_executor

from cxsim.study.pool import heed, interrupts, load_ahead, run_tasks


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


def test_an_interrupt_ends_workers_that_still_work_without_a_word(monkeypatch: pytest.MonkeyPatch) -> None:
    failed: list[object] = []
    monkeypatch.setattr(threading, "excepthook", failed.append)
    assert sorted(run_tasks({1: (1,), 2: (2,)}, abs, workers=2)) == [(1, 1), (2, 2)]  # the processes are there
    processes = multiprocessing.active_children()
    interrupt = threading.Timer(1.0, os.kill, (os.getpid(), signal.SIGINT))
    interrupt.start()
    with pytest.raises(KeyboardInterrupt, match=r"^$"):
        list(run_tasks(dict.fromkeys(range(30), (600.0,)), time.sleep, workers=2))
    interrupt.join()
    assert len(processes) == 2
    assert not any(process.is_alive() for process in processes)
    assert failed == []


def test_every_task_is_done_once() -> None:
    tasks = {number: (number,) for number in range(13)}
    found = list(run_tasks(tasks, abs, workers=2))
    assert sorted(found) == [(number, number) for number in range(13)]


def test_a_worker_that_grows_is_kept() -> None:
    def grow(megabytes: int) -> int:
        """Keep so much memory; return the process."""
        vars(sys).setdefault("kept", []).append(bytearray(megabytes * 1_000_000))
        time.sleep(1.1)  # a pool looks at the size of its processes once a second
        return os.getpid()

    load_ahead(2, ["math"])
    with warnings.catch_warnings(record=True) as said:
        warnings.simplefilter("always")
        processes = {process for _, process in run_tasks(dict.fromkeys(range(6), (200,)), grow, workers=2)}
    assert len(processes) == 2
    assert said == []


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="signals of a process are read from /proc")
def test_a_worker_that_starts_up_is_deaf_to_interrupts_already() -> None:
    get_reusable_executor(max_workers=2).shutdown(wait=True, kill_workers=True)
    before = signal.getsignal(signal.SIGINT)
    load_ahead(2, ["math"])
    assert signal.getsignal(signal.SIGINT) is before
    starting = multiprocessing.active_children()
    assert len(starting) == 2
    for process in starting:
        status = Path(f"/proc/{process.pid}/status").read_text()
        ignored = int(status.partition("SigIgn:")[2].split()[0], 16)
        assert ignored >> (signal.SIGINT - 1) & 1
