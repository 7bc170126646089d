from __future__ import annotations

import os
import resource
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

import bootstrap

BASE = os.path.realpath(sys.executable)
HERE = f"{sys.version_info[0]}.{sys.version_info[1]}"
NOTHING = "#!/bin/sh\nexit 127\n"
HANGS = "#!/bin/sh\nsleep 60\n"

Answer = tuple[int, str]
Script = Callable[[str, str], Path]


@pytest.fixture
def script(tmp_path: Path) -> Script:
    """Write an executable text under `tmp_path` and return its path."""

    def write(name: str, text: str) -> Path:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        path.chmod(0o755)
        return path

    return write


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A checkout with an environment that claims a wanted version."""
    root = tmp_path / "checkout"
    (root / ".venv" / "bin").mkdir(parents=True)
    (root / ".venv" / "bin" / "python").symlink_to(BASE)
    (root / ".venv" / "pyvenv.cfg").write_text(f"home = somewhere\nversion = {HERE}.0\n")
    (root / "requirements.lock").write_text("numpy==2.5.5\nuv==0.13.9\n")
    (root / "pyproject.toml").write_text("[project]\n")
    return root


def answers_as(version: str) -> str:
    return f'#!/bin/sh\necho "$0|{version}|True"\n'


def test_probe_tells_the_interpreter_behind_a_name() -> None:
    answer = bootstrap.probe(sys.executable)
    assert answer is not None
    assert answer[1] == HERE
    assert os.path.realpath(answer[0]) == BASE


def test_probe_does_not_believe_a_shim_with_nothing_behind_it(script: Script) -> None:
    assert bootstrap.probe(str(script("python3.13", NOTHING))) is None


def test_probe_does_not_wait_for_one_that_hangs(script: Script) -> None:
    start = time.monotonic()
    assert bootstrap.probe(str(script("python3.13", HANGS)), timeout=0.2) is None
    assert time.monotonic() - start < 5


def test_probe_refuses_an_interpreter_that_cannot_serve(script: Script) -> None:
    assert bootstrap.probe(str(script("python3.13", '#!/bin/sh\necho "$0|3.13|False"\n'))) is None


def test_probe_refuses_what_cannot_start(tmp_path: Path) -> None:
    assert bootstrap.probe(str(tmp_path / "absent")) is None


def test_candidates_come_from_the_path_then_pyenv_then_uv(script: Script, tmp_path: Path) -> None:
    expected = [
        script("first/python3.13", NOTHING),
        script("home/.pyenv/versions/3.13.9/bin/python", NOTHING),
        script("home/.local/share/uv/python/cpython-3.13.2-linux/bin/python", NOTHING),
        script("second/python3.12", NOTHING),
        script("first/python3", NOTHING),
    ]
    environ = {"HOME": str(tmp_path / "home"), "PATH": f"{tmp_path / 'first'}:{tmp_path / 'second'}"}
    found = bootstrap.candidates(("3.13", "3.12"), environ)
    assert found == [*map(str, expected), sys.executable]


@pytest.mark.parametrize(
    ("wanted", "expected"), [(("3.13", "3.12"), "good/python3.13"), (("3.12",), "good/python3.12")], ids=str
)
def test_find_python_prefers_the_first_version_that_answers(
    script: Script, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, wanted: tuple[str, ...], expected: str
) -> None:
    script("shims/python3.13", NOTHING)
    for version in ("3.12", "3.13"):
        script(f"good/python{version}", answers_as(version))
    monkeypatch.setenv("PATH", f"{tmp_path / 'shims'}:{tmp_path / 'good'}:/usr/bin:/bin")
    assert bootstrap.find_python(wanted, str(tmp_path)) == str(tmp_path / expected)


def test_where_no_python_can_be_had_the_message_says_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bootstrap, "candidates", lambda *_: [])
    monkeypatch.setattr(bootstrap, "get_uv", lambda *_: "")
    with pytest.raises(bootstrap.BootstrapError, match=r"needs Python 3\.13 or 3\.12, none was found.*apt-get install"):
        bootstrap.find_python(("3.13", "3.12"), str(tmp_path))


def test_an_unknown_version_is_refused(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setenv("CXSIM_PYTHON", "3.11")
    assert bootstrap.main() == 1
    assert "CXSIM_PYTHON must be one of 3.13, 3.12, got '3.11'" in capsys.readouterr().err


def test_a_complete_environment_is_left_alone(checkout: Path) -> None:
    root = str(checkout)
    bootstrap.write_stamp(root, bootstrap.expected_stamp(root))
    assert bootstrap.is_current(root, (HERE,))


@pytest.mark.parametrize("name", ["requirements.lock", "pyproject.toml", ".venv/pyvenv.cfg"])
def test_a_changed_file_makes_it_out_of_date(checkout: Path, name: str) -> None:
    root = str(checkout)
    bootstrap.write_stamp(root, bootstrap.expected_stamp(root))
    with (checkout / name).open("a") as file:
        file.write("changed\n")
    assert not bootstrap.is_current(root, (HERE,))
    assert bootstrap.is_healthy(root, (HERE,))


def test_another_version_is_not_healthy(checkout: Path) -> None:
    assert not bootstrap.is_healthy(str(checkout), ("3.99",))


def test_an_environment_whose_interpreter_is_gone_is_not_healthy(checkout: Path) -> None:
    (checkout / ".venv" / "bin" / "python").unlink()
    assert not bootstrap.is_healthy(str(checkout), (HERE,))


def test_an_environment_that_was_moved_is_not_healthy(checkout: Path) -> None:
    bootstrap.write_stamp(str(checkout), bootstrap.expected_stamp(str(checkout)))
    moved = checkout.rename(checkout.parent / "moved")
    assert not bootstrap.is_healthy(str(moved), (HERE,))


def test_a_refused_installation_keeps_what_worked_and_stays_out_of_date(
    checkout: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(root: str) -> None:
        raise bootstrap.BootstrapError(bootstrap.NO_INSTALL)

    root = str(checkout)
    bootstrap.write_stamp(root, bootstrap.expected_stamp(root))
    (checkout / "requirements.lock").write_text("nothing-of-this-name==1\n")
    monkeypatch.setattr(bootstrap, "install", refuse)
    with pytest.raises(bootstrap.BootstrapError, match="could not be installed"):
        bootstrap.make_current(root, (HERE,))
    assert bootstrap.is_healthy(root, (HERE,))
    assert not bootstrap.is_current(root, (HERE,))


def test_an_interrupted_installation_is_started_afresh(checkout: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupt(root: str) -> None:
        raise KeyboardInterrupt("stopped")

    def complete(root: str) -> None:
        assert not (checkout / ".venv" / "half").exists()

    root = str(checkout)
    monkeypatch.setattr(bootstrap, "install", interrupt)
    with pytest.raises(KeyboardInterrupt, match="stopped"):
        bootstrap.make_current(root, (HERE,))
    assert not bootstrap.is_current(root, (HERE,))

    (checkout / ".venv" / "half").write_text("a package half written")
    monkeypatch.setattr(bootstrap, "install", complete)
    monkeypatch.setattr(bootstrap, "find_python", lambda *_: BASE)
    bootstrap.make_current(root, (HERE,))
    assert bootstrap.is_current(root, (HERE,))


def test_pip_takes_over_where_uv_fails(checkout: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    calls: list[list[str]] = []

    def fake(command: list[str], timeout: float | None = None, cwd: str | None = None) -> Answer:
        calls.append(command)
        return (1, "refused") if command[0] == "uv" else (0, "")

    monkeypatch.setattr(bootstrap, "run", fake)
    monkeypatch.setattr(bootstrap, "get_uv", lambda *_: "uv")
    bootstrap.install(str(checkout))
    python = bootstrap.venv_python(str(checkout))
    assert [call[0] for call in calls] == ["uv", python, python, python, python]
    assert calls[-3][-2:] == ["-r", "requirements.lock"]
    assert calls[-2][-2:] == ["-e", "."]
    assert calls[-1][1:3] == ["-m", "compileall"]


def test_uv_is_put_in_a_folder_of_its_own_at_the_locked_version(
    checkout: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    own = str(checkout / ".cache" / "uv" / "bin" / "uv")
    calls: list[list[str]] = []

    def fake(command: list[str], timeout: float | None = None, cwd: str | None = None) -> Answer:
        calls.append(command)
        installed = any("--target" in call for call in calls)
        return (0, "") if command[0] == own and installed else (127, "")

    monkeypatch.setattr(bootstrap, "run", fake)
    monkeypatch.setenv("PATH", "")
    assert bootstrap.get_uv(str(checkout), BASE) == own
    assert calls[-2][-2:] == [str(checkout / ".cache" / "uv"), "uv==0.13.9"]


def test_a_second_call_takes_no_time(repository: Path) -> None:
    root = str(repository)
    if not bootstrap.is_current(root, bootstrap.VERSIONS):
        pytest.skip("this environment was not made by bootstrap.py")
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    status, output = bootstrap.run([sys.executable, "-S", str(repository / "bootstrap.py")])
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    assert (status, output) == (0, "")
    assert after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime < 0.3
