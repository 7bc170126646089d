"""A pool of processes that survives the loss of a worker, shows how long it still takes, and ends when it is interrupted."""

from __future__ import annotations

import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import as_completed
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from typing import Any

from cxsim.errors import RunError

_ATTEMPTS = 3


def say(text: str) -> None:
    """Tell the user something, on standard error."""
    sys.stderr.write(text + "\n")
    sys.stderr.flush()


def workers_for(asked: int, tasks: int) -> int:
    """Return how many processes to use: as asked, 0 for one per core, never more than there are tasks."""
    return max(1, min(asked if asked > 0 else os.cpu_count() or 1, tasks))


def run_tasks[T](tasks: Mapping[Any, tuple[Any, ...]], work: Callable[..., T], workers: int) -> Iterator[tuple[Any, T]]:
    """Yield (key, result) of `work(*arguments)` for every task, in the order in which they end.

    Raises
    ------
    RunError : workers died again and again.
    """
    if workers == 1:
        for key, arguments in tasks.items():
            yield key, work(*arguments)
        return
    from joblib.externals.loky import get_reusable_executor
    from joblib.externals.loky.process_executor import TerminatedWorkerError

    missing = dict(tasks)
    for _ in range(_ATTEMPTS):
        executor = get_reusable_executor(
            max_workers=workers, initializer=_be_quiet, env={"NUMBA_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}
        )
        try:
            futures = {executor.submit(work, *arguments): key for key, arguments in missing.items()}
            with interrupts() as seen:
                for future in as_completed(futures):
                    result = future.result()
                    del missing[futures[future]]
                    yield futures[future], result
                    heed(seen)
        except (BrokenProcessPool, TerminatedWorkerError):
            say(f"a worker process died; {len(missing)} of {len(tasks)} tasks are started again")
            continue
        except (KeyboardInterrupt, GeneratorExit):
            executor.shutdown(wait=True, kill_workers=True)
            raise
        if not missing:
            return
    raise RunError(f"worker processes died {_ATTEMPTS} times; is there enough memory? {len(missing)} tasks are left")


@contextmanager
def interrupts() -> Iterator[list[int]]:
    """Note every interrupt from the keyboard: one that falls into a destructor or a weak reference's callback is lost there."""
    seen: list[int] = []

    def note(number: int, _: object) -> None:
        seen.append(number)
        raise KeyboardInterrupt

    if threading.current_thread() is not threading.main_thread():
        yield seen
        return
    before = signal.signal(signal.SIGINT, note)
    try:
        yield seen
    finally:
        signal.signal(signal.SIGINT, before)


def heed(seen: list[int]) -> None:
    """Raise the interrupt that was noted and lost."""
    if seen:
        raise KeyboardInterrupt


def _be_quiet() -> None:
    """Leave an interrupt from the keyboard to the parent, who ends the workers."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)


@contextmanager
def progress_bar(total: int, text: str, *, show: bool) -> Iterator[Callable[[int], None]]:
    """Give a function that advances a bar with the time left; silent unless `show`."""
    if not show:
        yield lambda _: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns: Sequence[Any] = (TextColumn(text), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(text, total=total)
        yield lambda done: bar.advance(task, done)
