"""One source, two worlds: compile a plain Python rule, with all the rules that it calls, by Numba.

The plain functions stay what they are (one agent runs them in plain Python); `compiled` builds a second copy of the whole
call tree in which every rule is a compiled function, inlined into its caller unless marked `outlined`. Compiled rules run
without reference counting: they allocate nothing, and counting would cost twenty times the rules themselves. The machine
code is cached on disk in a folder named by a hash over the sources, so that a change of any mechanism rebuilds it.
"""

from __future__ import annotations

import hashlib
import os
import sys
import tempfile
import types
from collections.abc import Callable
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import Any

from cxsim.outlined import is_outlined

_PACKAGE = "cxsim"
_OPTIONS: dict[str, Any] = {"nogil": True, "error_model": "numpy", "_nrt": False}
_FOLDERS = ("behaviour", "engine", "journey", "queueing")


@cache
def source_digest() -> str:
    """Return a hash (16 hexadecimal digits) over the sources that compiled code is made of, and over its compiler."""
    compiler, arrays = version("numba"), version("numpy")  # importing the compiler would take longer than all the rest
    digest = hashlib.sha256(f"{sys.version} {compiler} {arrays}".encode())
    root = Path(__file__).resolve().parents[1]
    files = [root / "rng.py", root / "outlined.py", root / "elementary.py", root / "units.py", root / "measures.py"]
    files.extend(root / "population" / name for name in ("birth.py", "columns.py"))
    for folder in _FOLDERS:
        files.extend(sorted((root / folder).glob("*.py")))
    for file in files:
        digest.update(file.name.encode())
        digest.update(file.read_bytes())
    return digest.hexdigest()[:16]


@cache
def cache_folder() -> Path:
    """Return the folder of the compiled code: `CXSIM_CACHE_DIR`, else the user's cache, else a temporary folder."""
    chosen = os.environ.get("CXSIM_CACHE_DIR")
    base = Path(chosen) if chosen else Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache")) / _PACKAGE
    folder = base / source_digest()
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError:
        folder = Path(tempfile.gettempdir()) / _PACKAGE / source_digest()
        folder.mkdir(parents=True, exist_ok=True)
    return folder


def is_cached(function: Callable[..., Any]) -> bool:
    """Return whether machine code of `function` is on disk already."""
    return any(cache_folder().rglob(f"*{function.__name__}-*.nbi"))


@cache
def compiled(function: Callable[..., Any]) -> Any:
    """Return the compiled twin of a plain function, with its whole call tree; the code is cached on disk."""
    import numba
    from numba.core import config as numba_config

    config: Any = numba_config

    twin = _rebuild(function)
    before = config.CACHE_DIR
    config.CACHE_DIR = str(cache_folder())
    try:
        return numba.njit(**_OPTIONS, cache=True)(twin)
    finally:
        config.CACHE_DIR = before


@cache
def _inlined(function: Callable[..., Any]) -> Any:
    import numba

    from cxsim.engine.lowering import PRIMITIVES

    if function in PRIMITIVES:
        return PRIMITIVES[function]
    # Nobody but other compiled code calls these: wrappers for Python would double the time of compilation.
    options = {
        **_OPTIONS,
        "forceinline": not is_outlined(function),
        "no_cpython_wrapper": True,
        "no_cfunc_wrapper": True,
    }
    rule = numba.njit(**options)(_rebuild(function))
    template = rule.get_call_template
    general: Callable[[Any], Any] = numba.types.unliteral

    def for_any_number(args: Any, kws: Any) -> Any:
        """Compile a rule once for all constants it is called with: inlined, it is made for each of them anyway."""
        return template(tuple(general(arg) for arg in args), kws)

    rule.get_call_template = for_any_number
    return rule


def _rebuild(function: Any) -> Any:
    """Return a copy of `function` whose global names of the package's own functions point to compiled twins."""
    names = dict(function.__globals__)
    for name in function.__code__.co_names:
        value = names.get(name)
        if isinstance(value, types.FunctionType) and value.__module__.startswith(_PACKAGE):
            names[name] = _inlined(value)
    twin = types.FunctionType(function.__code__, names, function.__name__, function.__defaults__)
    twin.__qualname__ = function.__qualname__
    twin.__module__ = function.__module__
    return twin
