"""Make `.venv` with everything that cxsim needs, from `requirements.lock`; where it is already right, do nothing.

Needs only the standard library and any Python from 3.6 on, which need not be the one that cxsim will run on: that one
(3.13, else 3.12) is found by running the candidates, because a name on the PATH may be a shim with nothing behind it.
`CXSIM_PYTHON=3.12` asks for one version. A stamp, written last, says that `.venv` is complete: an installation that was
interrupted leaves none, and the next call starts afresh.
"""

import os
import sys

ROOT = os.path.dirname(os.path.abspath(__file__))
VERSIONS = ("3.13", "3.12")
INSTALLING = "installing"
NO_PYTHON = (
    "cxsim needs Python {0}, none was found and none could be fetched: install one, for example with "
    "`apt-get install python3.13`, `pyenv install 3.13` or `uv python install 3.13`, and call this again."
)
NO_INSTALL = (
    "The packages of requirements.lock could not be installed: the message above says why; then call this again."
)

# Runs in a candidate: the interpreter itself (not the environment it may stand in), its version, whether it can serve.
PROBE = """
import sys, sysconfig
import ctypes, ssl, zlib
usable = sys.implementation.name == "cpython" and not sysconfig.get_config_var("Py_GIL_DISABLED")
print(getattr(sys, "_base_executable", sys.executable), "%d.%d" % sys.version_info[:2], usable, sep="|")
"""


class BootstrapError(Exception):
    """No environment could be made; the text says what to do."""


def main() -> int:
    """Return the exit status: 0 when `.venv` is complete, 1 when it could not be made."""
    try:
        if not is_current(ROOT, wanted_versions()):
            make_current(ROOT, wanted_versions())
    except BootstrapError as error:
        print(error, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    return 0


def wanted_versions() -> "tuple[str, ...]":
    """Return the Python versions to look for, the preferred one first."""
    asked = os.environ.get("CXSIM_PYTHON", "")
    if asked and asked not in VERSIONS:
        raise BootstrapError("CXSIM_PYTHON must be one of {}, got {!r}.".format(", ".join(VERSIONS), asked))
    return (asked,) if asked else VERSIONS


def is_current(root: str, versions: "tuple[str, ...]") -> bool:
    """Return whether `.venv` was completed from the lock file and the project file as they are now."""
    return venv_version(root) in versions and read_stamp(root) == expected_stamp(root)


def make_current(root: str, versions: "tuple[str, ...]") -> None:
    """Complete `.venv`, one process at a time; a healthy one is updated in place."""
    import fcntl

    os.makedirs(os.path.join(root, ".cache"), exist_ok=True)
    with open(os.path.join(root, ".cache", "bootstrap.lock"), "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if is_current(root, versions):
            return
        before = read_stamp(root)
        if not is_healthy(root, versions):
            before = ""
            create_venv(root, find_python(versions, root))
        write_stamp(root, INSTALLING)
        try:
            install(root)
        except BootstrapError:
            # Refused, not interrupted: an environment that worked before still does, though it is not up to date.
            if before:
                write_stamp(root, before)
            raise
        write_stamp(root, expected_stamp(root))


def venv_python(root: str) -> str:
    """Return the path of the environment's interpreter."""
    return os.path.join(root, ".venv", "bin", "python")


def venv_version(root: str) -> str:
    """Return the `3.x` version of the environment as it was created, empty where there is none."""
    if not os.path.exists(venv_python(root)):
        return ""
    for line in read(os.path.join(root, ".venv", "pyvenv.cfg")).splitlines():
        key, _, value = line.partition("=")
        if key.strip() in ("version", "version_info"):
            return ".".join(value.strip().split(".")[:2])
    return ""


def expected_stamp(root: str) -> str:
    """Return the stamp of a complete environment: where it stands, and a hash of what it was made from."""
    import hashlib

    names = ("requirements.lock", "pyproject.toml", os.path.join(".venv", "pyvenv.cfg"))
    text = "\0".join(read(os.path.join(root, name)) for name in names)
    return root + "\n" + hashlib.sha256(text.encode("utf-8")).hexdigest()


def stamp_path(root: str) -> str:
    """Return where the stamp is kept."""
    return os.path.join(root, ".venv", "cxsim-stamp")


def read_stamp(root: str) -> str:
    """Return the stamp, empty where there is none."""
    return read(stamp_path(root))


def write_stamp(root: str, text: str) -> None:
    """Replace the stamp in one step."""
    partial = stamp_path(root) + ".partial"
    with open(partial, "w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    os.replace(partial, stamp_path(root))


def read(path: str) -> str:
    """Return the text of a file, empty where there is none."""
    try:
        with open(path, encoding="utf-8") as file:
            return file.read()
    except FileNotFoundError:
        return ""


def find_python(versions: "tuple[str, ...]", root: str) -> str:
    """Return an interpreter of the first of `versions` that any candidate answers to; fetch one where none does."""
    found = {}
    for path in candidates(versions, os.environ):
        answer = probe(path)
        if answer is not None and answer[1] not in found:
            found[answer[1]] = answer[0]
        if versions[0] in found:
            break
    for version in versions:
        if version in found:
            return found[version]
    return fetch_python(versions, root)


def candidates(versions: "tuple[str, ...]", environ: "os._Environ[str] | dict[str, str]") -> "list[str]":
    """Return paths that may be interpreters, the likeliest first: the PATH, pyenv's, uv's, and the one running this."""
    import glob

    home = environ.get("HOME", os.path.expanduser("~"))
    pyenv = environ.get("PYENV_ROOT", os.path.join(home, ".pyenv"))
    data = environ.get("XDG_DATA_HOME", os.path.join(home, ".local", "share"))
    managed = environ.get("UV_PYTHON_INSTALL_DIR", os.path.join(data, "uv", "python"))
    folders = [folder for folder in environ.get("PATH", "").split(os.pathsep) if folder]
    paths = []
    for version in versions:
        paths += [os.path.join(folder, "python" + version) for folder in folders]
        paths += sorted(glob.glob(os.path.join(pyenv, "versions", version + "*", "bin", "python")), reverse=True)
        paths += sorted(glob.glob(os.path.join(managed, "cpython-" + version + "*", "bin", "python")), reverse=True)
    paths += [os.path.join(folder, name) for name in ("python3", "python") for folder in folders]
    paths.append(sys.executable)
    return [path for path in dict.fromkeys(paths) if os.access(path, os.X_OK)]


def probe(path: str, timeout: float = 10.0) -> "tuple[str, str] | None":
    """Return the interpreter behind `path` and its `3.x` version, or None where it does not answer or cannot serve."""
    status, output = run([path, "-c", PROBE], timeout)
    fields = output.strip().split("|")
    if status != 0 or len(fields) != 3 or fields[2] != "True":
        return None
    return fields[0], fields[1]


def fetch_python(versions: "tuple[str, ...]", root: str) -> str:
    """Return an interpreter that uv has fetched."""
    uv = get_uv(root, sys.executable)
    if uv:
        say("No Python {} here: fetching one".format(" or ".join(versions)))
        run([uv, "python", "install", versions[0]])
        status, output = run([uv, "python", "find", "--managed-python", versions[0]])
        answer = probe(output.strip()) if status == 0 else None
        if answer is not None:
            return answer[0]
    raise BootstrapError(NO_PYTHON.format(" or ".join(versions)))


def is_healthy(root: str, versions: "tuple[str, ...]") -> bool:
    """Return whether `.venv` runs, has a wanted version, stands where it was made and was not left half installed."""
    stamp = read_stamp(root)
    if stamp == INSTALLING or (stamp and stamp.split("\n")[0] != root) or venv_version(root) not in versions:
        return False
    return probe(venv_python(root)) is not None


def create_venv(root: str, python: str) -> None:
    """Replace `.venv` by an empty environment of `python`, marked as incomplete from the start."""
    import shutil

    folder = os.path.join(root, ".venv")
    say(f"Making .venv with {python}")
    shutil.rmtree(folder, ignore_errors=True)
    os.makedirs(folder)
    write_stamp(root, INSTALLING)
    status, output = run([python, "-m", "venv", "--without-pip", folder])
    if status != 0:
        raise BootstrapError(f"{output.strip()}\n{python} could not make the environment .venv.")


def install(root: str) -> None:
    """Install the locked packages and cxsim itself, by uv, else by pip, and compile them to bytecode.

    Python does that itself when it first imports a module, unless it is told to write none (PYTHONDONTWRITEBYTECODE): then every
    command and every worker process would compile some two thousand modules anew, for several seconds.
    """
    python = venv_python(root)
    say("Installing requirements.lock and cxsim into .venv")
    uv = get_uv(root, python)
    if not (uv and install_with([uv, "pip", "install", "--quiet", "--compile-bytecode", "--python", python], root)):
        run([python, "-m", "ensurepip"])
        pip = [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
        if not install_with(pip, root, show=True):
            raise BootstrapError(NO_INSTALL)
    run([python, "-m", "compileall", "-q", os.path.join(root, "cxsim")])


def install_with(command: "list[str]", root: str, show: bool = False) -> bool:
    """Return whether `command` installed the lock file and then the project, whose build tool is in the lock file."""
    for what in (["-r", "requirements.lock"], ["--no-deps", "--no-build-isolation", "-e", "."]):
        status, output = run(command + what, cwd=root)
        if status != 0:
            if show:
                print(output.strip(), file=sys.stderr)
            return False
    return True


def get_uv(root: str, python: str) -> str:
    """Return a uv that runs (the PATH's, else one put in a folder of its own by pip), or an empty string."""
    import shutil

    folder = os.path.join(root, ".cache", "uv")
    own = os.path.join(folder, "bin", "uv")
    for uv in (os.path.join(root, ".venv", "bin", "uv"), shutil.which("uv") or "", own):
        if uv and run([uv, "--version"])[0] == 0:
            return uv
    shutil.rmtree(folder, ignore_errors=True)
    for host in dict.fromkeys((base_of(python), sys.executable)):
        run([host, "-m", "pip", "install", "--quiet", "--target", folder, locked(root, "uv")])
        if run([own, "--version"])[0] == 0:
            return own
    return ""


def base_of(python: str) -> str:
    """Return the interpreter that the environment of `python` was made from."""
    answer = probe(python)
    return answer[0] if answer is not None else python


def locked(root: str, name: str) -> str:
    """Return the line of the lock file that pins `name`, or just `name`."""
    lines = read(os.path.join(root, "requirements.lock")).splitlines()
    return next((line for line in lines if line.startswith(name + "==")), name)


def run(command: "list[str]", timeout: "float | None" = None, cwd: "str | None" = None) -> "tuple[int, str]":
    """Return exit status and output of `command`; one that cannot start or does not answer in time has status 127."""
    import signal
    import subprocess

    try:
        process = subprocess.Popen(
            command,
            cwd=cwd,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            universal_newlines=True,
            start_new_session=timeout is not None,
        )
    except OSError as error:
        return 127, str(error)
    try:
        output = process.communicate(timeout=timeout)[0]
    except subprocess.TimeoutExpired:
        # A shim's child would keep the pipe open: end its whole group.
        os.killpg(process.pid, signal.SIGKILL)
        process.communicate()
        return 127, f"no answer from {command[0]}"
    return process.returncode, output


def say(text: str) -> None:
    """Tell the person at the terminal what takes time."""
    print(text, flush=True)


if __name__ == "__main__":
    sys.exit(main())
