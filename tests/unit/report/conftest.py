from __future__ import annotations

from pathlib import Path

import pytest

from cxsim.report.document import build
from cxsim.report.evidence import Evidence, read
from tests.finished_run import compared, simulated


@pytest.fixture(scope="session")
def comparison_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = compared(tmp_path_factory.mktemp("compared"))
    build(folder)
    return folder


@pytest.fixture(scope="session")
def run_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = simulated(tmp_path_factory.mktemp("simulated"))
    build(folder)
    return folder


@pytest.fixture(scope="session")
def comparison(comparison_folder: Path) -> Evidence:
    return read(comparison_folder)


@pytest.fixture(scope="session")
def run(run_folder: Path) -> Evidence:
    return read(run_folder)


@pytest.fixture(params=["comparison", "run"])
def evidence(request: pytest.FixtureRequest) -> Evidence:
    """Both kinds of run in turn."""
    found: Evidence = request.getfixturevalue(request.param)
    return found
