from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from cxsim.report.document import build
from tests.finished_run import compared


@pytest.fixture(scope="session")
def chromium() -> str:
    """Path of a browser."""
    names = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
    found = next(filter(None, map(shutil.which, names)), None)
    if found is None:
        pytest.skip("no Chromium on the PATH: chromium, chromium-browser, google-chrome")
    return found


@pytest.fixture(scope="session")
def report(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build(compared(tmp_path_factory.mktemp("compared")))
