"""A pool of processes that survives the loss of a worker, shows how long it still takes, and ends when it is interrupted."""

from __future__ import annotations

import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from importlib import import_module
from itertools import islice
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


def run_tasks[T](
    tasks: Mapping[Any, tuple[Any, ...]], work: Callable[..., T], workers: int, then_load: Sequence[str] = ()
) -> Iterator[tuple[Any, T]]:
    """Yield (key, result) of `work(*arguments)` for every task, in the order in which they end.

    Parameters
    ----------
    then_load : modules that the processes load when no task is left for them, for what they are asked next.

    Raises
    ------
    RunError : workers died again and again.
    """
    if workers == 1:
        for key, arguments in tasks.items():
            yield key, work(*arguments)
        return
    from joblib.externals.loky.process_executor import TerminatedWorkerError

    missing = dict(tasks)
    for _ in range(_ATTEMPTS):
        executor = _executor(workers)
        waiting = iter(list(missing.items()))
        running: dict[Future[T], Any] = {}
        to_load = then_load
        try:
            with interrupts() as seen:
                while missing:
                    # No more at once than the executor passes on to its workers: what it still holds back when it is
                    # shut down makes its thread fail, and print that.
                    for key, arguments in islice(waiting, 2 * workers - len(running)):
                        running[_submit(executor, work, *arguments)] = key
                    if to_load and len(running) < workers:
                        load_ahead(workers, to_load)
                        to_load = ()
                    for future in wait(running, return_when=FIRST_COMPLETED).done:
                        key, result = running.pop(future), future.result()
                        del missing[key]
                        yield key, result
                        heed(seen)
        except (BrokenProcessPool, TerminatedWorkerError):
            say(f"a worker process died; {len(missing)} of {len(tasks)} tasks are started again")
            continue
        except (KeyboardInterrupt, GeneratorExit):
            executor.shutdown(wait=True, kill_workers=True)
            raise
        return
    raise RunError(f"worker processes died {_ATTEMPTS} times; is there enough memory? {len(missing)} tasks are left")


def load_ahead(workers: int, modules: Sequence[str]) -> None:
    """Start the processes of the pool, unless they are there, and have each load what it will need; wait for nothing."""
    if workers > 1:
        executor = _executor(workers)
        for _ in range(workers):
            _submit(executor, _load, modules)


def _load(modules: Sequence[str]) -> None:
    for module in modules:
        import_module(module)


def _executor(workers: int) -> Any:
    """Return the pool of this many processes, the same one as long as it lives."""
    from joblib.externals.loky import get_reusable_executor

    quiet = {"NUMBA_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}
    with _deaf():
        return get_reusable_executor(max_workers=workers, initializer=_be_steady, env=quiet)


def _submit[T](executor: Any, work: Callable[..., T], *arguments: Any) -> Future[T]:
    """Hand a task over; the first one starts the processes."""
    with _deaf():
        future: Future[T] = executor.submit(work, *arguments)
    return future


@contextmanager
def _deaf() -> Iterator[None]:
    """Do not hear the keyboard for a moment; processes that start in it never do.

    An interrupt goes to the parent and its processes alike. One that is still starting up would fail aloud, before it could
    be told to leave it to its parent.
    """
    before = signal.getsignal(signal.SIGINT)
    if before is None or threading.current_thread() is not threading.main_thread():
        yield
        return
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


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


def _be_steady() -> None:
    """Leave an interrupt from the keyboard to the parent, who ends the workers; do not take growth for a leak.

    A worker's size after its first task, loading modules, says nothing about what a replication needs.
    """
    from joblib.externals.loky import process_executor

    signal.signal(signal.SIGINT, signal.SIG_IGN)
    process_executor._MAX_MEMORY_LEAK_SIZE = sys.maxsize  # noqa: SLF001 - there is no other way


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
