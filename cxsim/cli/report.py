"""``cxsim report RUN_DIR``: the report of a finished run, without simulating."""

from __future__ import annotations

import argparse
from pathlib import Path

from cxsim.errors import Fault, InputError


def report(arguments: list[str]) -> int:
    """Build the report and return the exit status.

    Raises
    ------
    InputError : the folder holds no finished run, or a file of it cannot be read.
    """
    parser = argparse.ArgumentParser("cxsim report", description="(Re)build the report of a finished run.")
    parser.add_argument("run_dir", metavar="RUN_DIR", type=Path, help="a folder that cxsim run or compare has left")
    folder = parser.parse_args(arguments).run_dir
    from cxsim.results.folder import is_finished

    if not is_finished(folder):
        raise InputError([Fault("RUN_DIR", "must be the folder of a finished run", str(folder))])
    from cxsim.report.document import build

    print(build(folder))
    return 0
