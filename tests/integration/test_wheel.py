"""The wheel, installed where nothing of the repository is in reach, works as a user finds it."""

from __future__ import annotations

import os
import subprocess
import sys
import sysconfig
import zipfile
from pathlib import Path

import pytest


def call(*command: str | Path, cwd: Path) -> str:
    """Return what a command prints, run without any trace of this environment; it must succeed."""
    environ = {key: value for key, value in os.environ.items() if not key.startswith(("PYTHON", "VIRTUAL_ENV"))}
    done = subprocess.run([*map(str, command)], cwd=cwd, env=environ, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def wheel(repository: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel of the repository as it is."""
    folder = tmp_path_factory.mktemp("dist")
    call(sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", folder, cwd=repository)
    (built,) = folder.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def environment(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An environment with the wheel; its dependencies are the ones installed here, so that nothing is fetched.

    A path file makes them importable without running the path files among them: the repository stays out of reach.
    """
    folder = tmp_path_factory.mktemp("environment")
    call(sys.executable, "-m", "venv", "--without-pip", folder, cwd=folder)
    python = folder / "bin" / "python"
    install = ("pip", "install", "--quiet", "--offline", "--no-deps", "--python", python, wheel)
    call(sys.executable, "-m", "uv", *install, cwd=folder)
    site = Path(call(python, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))", cwd=folder).strip())
    (site / "dependencies.pth").write_text(sysconfig.get_path("purelib") + "\n")
    return folder


def test_the_wheel_holds_the_package_and_its_configuration_and_nothing_else(wheel: Path, repository: Path) -> None:
    names = {name for name in zipfile.ZipFile(wheel).namelist() if ".dist-info/" not in name}
    configuration = {
        f"cxsim/conf/{path.relative_to(repository / 'conf')}" for path in (repository / "conf").rglob("*.yaml")
    }
    assert configuration
    assert configuration <= names
    assert "cxsim/py.typed" in names
    assert {name.split("/")[0] for name in names} <= {"cxsim", "hydra_plugins"}


def test_the_installed_package_is_the_one_of_the_wheel(environment: Path, tmp_path: Path) -> None:
    program = "import cxsim; print(cxsim.__file__)"
    assert call(environment / "bin" / "python", "-c", program, cwd=tmp_path).startswith(str(environment))


def test_the_command_answers_from_an_empty_folder(environment: Path, tmp_path: Path) -> None:
    text = call(environment / "bin" / "cxsim", "--help", cwd=tmp_path)
    for command in ("run", "compare", "forecast", "calibrate", "journey", "report"):
        assert command in text
    assert list(tmp_path.iterdir()) == []


def test_the_command_finds_its_configuration(environment: Path, tmp_path: Path) -> None:
    text = call(environment / "bin" / "cxsim", "run", "--cfg", "job", cwd=tmp_path)
    assert "population" in text
    assert list(tmp_path.iterdir()) == []
