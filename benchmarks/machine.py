"""The machine and the versions that the numbers were measured with."""

from __future__ import annotations

import os
import platform
import re
from importlib.metadata import version
from pathlib import Path

LIBRARIES = ("numpy", "numba", "mesa", "pandas")
QUIET_LOAD = 0.5
_CACHES = Path("/sys/devices/system/cpu/cpu0/cache")
_UNITS = {"K": 1024, "M": 1024**2}


def processor() -> str:
    """Return the model of the processor."""
    listing = Path("/proc/cpuinfo")
    if listing.exists():
        found = re.search(r"^model name\s*:\s*(.+)$", listing.read_text("utf-8"), re.MULTILINE)
        if found:
            return found.group(1)
    return platform.processor() or platform.machine()


def caches() -> list[tuple[str, str, int]]:
    """Return name, size as text and size in bytes of every data cache of a core; nothing where the system does not tell."""
    found = []
    for folder in sorted(_CACHES.glob("index*")):
        level, kind, size = ((folder / name).read_text("utf-8").strip() for name in ("level", "type", "size"))
        if kind != "Instruction":
            found.append((f"L{level}", f"{size[:-1]} {size[-1]}iB", int(size[:-1]) * _UNITS[size[-1]]))
    return found


def load() -> float:
    """Return the average number of processes that wanted to run during the last minute."""
    return os.getloadavg()[0]


def description(load_before: float) -> list[tuple[str, str]]:
    """Return name and value of everything about the machine that moves a number."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    versions = ", ".join(f"{name} {version(name)}" for name in LIBRARIES)
    return [
        ("processor", processor()),
        ("cores", str(os.cpu_count())),
        ("caches of a core", ", ".join(f"{name} {text}" for name, text, _ in caches()) or "unknown"),
        ("memory", f"{memory / 2**30:.0f} GiB"),
        ("system", f"{platform.system()} {platform.machine()}"),
        ("Python", platform.python_version()),
        ("libraries", versions),
        ("load before the run", f"{load_before:.2f}"),
    ]
