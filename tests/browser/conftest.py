from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from cxsim.report.document import build
from tests.finished_run import compared, forecast_under


@pytest.fixture(scope="session")
def chromium() -> str:
    """Path of a browser."""
    names = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
    found = next(filter(None, map(shutil.which, names)), None)
    if found is None:
        pytest.skip("no Chromium on the PATH: chromium, chromium-browser, google-chrome")
    return found


@pytest.fixture(scope="session")
def comparison(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return compared(tmp_path_factory.mktemp("compared"))


@pytest.fixture(scope="session", params=["comparison", "forecast"])
def report(request: pytest.FixtureRequest, comparison: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Both kinds of page in turn."""
    if request.param == "comparison":
        return build(comparison)
    asked = ("data.target=revenue", "data.unit=EUR", "forecast.backtest=true", "forecast.origins=1")
    return build(forecast_under(comparison, tmp_path_factory.mktemp("forecast"), *asked))
