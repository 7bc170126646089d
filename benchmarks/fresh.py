"""A measurement in a process of its own, so that nothing else is in its memory and nothing was loaded before it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Mapping
from importlib import import_module
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]


def fresh(measurement: Callable[..., Any], environment: Mapping[str, str] | None = None, **arguments: Any) -> Any:
    """Return what `measurement(**arguments)` returns in a fresh process; arguments and result are plain data.

    The measurement is a function of a module of this folder. It must not be called where the process that asks is large: the
    peak memory of a process begins with that of its parent.
    """
    call = json.dumps([measurement.__module__, measurement.__name__, arguments])
    surroundings = {**os.environ, "OMP_NUM_THREADS": "1", **(environment or {})}
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.fresh", call],
        cwd=ROOT,
        env=surroundings,
        stdout=subprocess.PIPE,
        check=True,
        text=True,
    )
    return json.loads(done.stdout.splitlines()[-1])


def main() -> None:
    """Run the measurement that the first argument names, and print its result as JSON."""
    module, name, arguments = json.loads(sys.argv[1])
    print(json.dumps(getattr(import_module(module), name)(**arguments)))


if __name__ == "__main__":
    main()
