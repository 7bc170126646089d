"""Where a command starts: which one it is, and with which exit status it ends."""

from __future__ import annotations

import multiprocessing
import os
import sys
from collections.abc import Sequence

from cxsim import __version__
from cxsim.cli.commands import CONFIGURED, SUMMARIES
from cxsim.cli.pages import overview
from cxsim.errors import CxsimError, Fault, InputError, nearest

INTERRUPTED = 130


def main(arguments: Sequence[str] | None = None) -> int:
    """Return the exit status: 0 done, 1 the run failed, 2 the user's input is wrong, 130 interrupted."""
    # Small matrices gain nothing from threads of their own, which wait for one another; read when NumPy is first imported.
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    name, *rest = (sys.argv[1:] if arguments is None else list(arguments)) or ["--help"]
    try:
        return _dispatch(name, rest)
    except CxsimError as error:
        print(error, file=sys.stderr)
        return status_of(error)
    except KeyboardInterrupt:
        _end_workers()
        print("interrupted; the same command goes on from what is complete", file=sys.stderr)
        return INTERRUPTED
    except BrokenPipeError:
        # Whoever read the output has left; without this, Python complains once more while it ends.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1


def status_of(error: CxsimError) -> int:
    """Return 2 where the input is to blame, 1 otherwise."""
    return 2 if isinstance(error, InputError) else 1


def _dispatch(name: str, rest: list[str]) -> int:
    if name in {"-h", "--help", "help"}:
        print(overview())
        return 0
    if name == "--version":
        print(__version__)
        return 0
    if name not in SUMMARIES:
        raise InputError([Fault("cxsim", "no such command", name, nearest(name, SUMMARIES))])
    if name == "report":
        from cxsim.cli.report import report

        return report(rest)
    from cxsim.cli.configured import configured

    return configured(CONFIGURED[name], rest)


def _end_workers() -> None:
    for worker in multiprocessing.active_children():
        worker.terminate()
        worker.join()
