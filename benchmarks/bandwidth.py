"""How fast this machine can read and write the customers' bytes, and nothing else: the limit that memory sets."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from typing import Any

import numpy as np

from cxsim.engine.compiled import compiled


def _touch(values: Any, low: int, high: int) -> None:
    for i in range(low, high):
        values[i] = values[i] * np.float32(0.999) + np.float32(0.001)


def rates(size_bytes: int, threads: int, repeats: int) -> dict[str, list[float]]:
    """Return the rates (bytes a second, reads and writes both counted) of a scale in place and of a copy.

    The scale in place reads and writes the same bytes, as a tick does; the copy is the usual comparison.
    """
    touch = compiled(_touch)
    values = np.ones(size_bytes // 4, np.float32)
    target = np.empty_like(values)
    parts = list(pairwise(np.linspace(0, values.size, threads + 1).astype(int).tolist()))
    touch(values, 0, 10)

    def scale(part: tuple[int, int]) -> None:
        touch(values, *part)

    def copy(part: tuple[int, int]) -> None:
        np.copyto(target[slice(*part)], values[slice(*part)])

    found: dict[str, list[float]] = {"scale": [], "copy": []}
    with ThreadPoolExecutor(threads) as pool:
        for _ in range(repeats):
            for name, work in (("scale", scale), ("copy", copy)):
                started = time.perf_counter()
                list(pool.map(work, parts))
                found[name].append(2.0 * values.nbytes / (time.perf_counter() - started))
    return found
