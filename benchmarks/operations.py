"""What the dear operations of a rule cost compiled, and how often a customer-week needs them."""

from __future__ import annotations

import math
import sys
import time
from collections import Counter
from collections.abc import Callable
from typing import Any

import numpy as np

from benchmarks.telecom import active_weeks, live, new_model, telecom
from cxsim.arrays import Floats
from cxsim.engine.chances import CHUNK, N_AHEAD, draw_ahead
from cxsim.engine.compiled import compiled
from cxsim.engine.tally import fixed
from cxsim.rng import Luck, luck, quantile, words

FUNCTIONS = ("exp", "expm1", "log", "pow", "tanh")
_INPUTS = 4096


def _exp(x: Floats, n: int) -> float:
    total = 0.0
    for i in range(n):
        total += math.exp(x[i & 4095])
    return total


def _expm1(x: Floats, n: int) -> float:
    total = 0.0
    for i in range(n):
        total += math.expm1(-x[i & 4095])
    return total


def _log(x: Floats, n: int) -> float:
    total = 0.0
    for i in range(n):
        total += math.log(x[i & 4095])
    return total


def _pow(x: Floats, n: int) -> float:
    total = 0.0
    for i in range(n):
        total += math.pow(x[i & 4095], x[0])
    return total


def _tanh(x: Floats, n: int) -> float:
    total = 0.0
    for i in range(n):
        total += math.tanh(x[i & 4095])
    return total


def _quantile(x: Floats, n: int) -> float:
    total = 0.0
    for i in range(n):
        total += quantile(x[i & 4095])
    return total


def _fixed(x: Floats, n: int) -> float:
    total = 0
    for i in range(n):
        total += fixed(x[i & 4095])
    return float(total)


def _words(chance: Luck, n: int) -> float:
    total = 0.0
    for i in range(n):
        drawn = words(chance, i, 7, 0, 0)
        total += float(drawn.a ^ drawn.b ^ drawn.c ^ drawn.d)
    return total


LOOPS: dict[str, Callable[[Floats, int], float]] = {
    "exp": _exp,
    "expm1": _expm1,
    "log": _log,
    "pow": _pow,
    "tanh": _tanh,
    "quantile": _quantile,
    "fixed": _fixed,
}


def _draw_ahead(luck_and_room: tuple[Luck, Floats], n: int) -> float:
    chance, ahead = luck_and_room
    total = 0.0
    for first in range(0, n, CHUNK):
        draw_ahead(ahead, first, CHUNK, 7, 0, chance)
        total += ahead[0, 0]
    return total


def cost_ahead(n: int, repeats: int) -> list[float]:
    """Return the cost (ns) of drawing ahead for one customer, in chunks as the engine does."""
    room = (luck(0, 0), np.empty((N_AHEAD, CHUNK)))
    return [1e9 * _seconds(compiled(_draw_ahead), room, n) / n for _ in range(repeats)]


def costs(n: int, repeats: int) -> dict[str, list[float]]:
    """Return the cost (ns) of every operation: many of them in a row, independent of each other.

    To be asked for with `NUMBA_LOOP_VECTORIZE` and `NUMBA_SLP_VECTORIZE` 0 and a cache of its own: inside a customer's rules no
    operation runs on several customers at once, so it must not do so here.
    """
    x = np.random.default_rng(0).uniform(0.02, 0.98, _INPUTS)
    found: dict[str, list[float]] = {name: [] for name in (*LOOPS, "words")}
    for _ in range(repeats):
        for name, loop in LOOPS.items():
            found[name].append(1e9 * _seconds(compiled(loop), x, n) / n)
        found["words"].append(1e9 * _seconds(compiled(_words), luck(0, 0), n) / n)
    return found


def _seconds(loop: Any, argument: Any, n: int) -> float:
    loop(argument, 10)
    started = time.perf_counter()
    loop(argument, n)
    return time.perf_counter() - started


class CountingMath:
    """Stands in for `math` and counts the calls of the functions that cost something."""

    def __init__(self, counts: Counter[str]) -> None:
        self._counts = counts

    def __getattr__(self, name: str) -> Any:
        function = getattr(math, name)
        return _counted(function, name, self._counts) if name in FUNCTIONS else function


def frequencies(customers: int, weeks: int) -> dict[str, float]:
    """Return how often a customer-week calls each operation, counted while the same rules run in plain Python."""
    from cxsim.engine.encounter import meet
    from cxsim.engine.model import CXModel

    live(new_model(customers, 2, threads=1))
    model = CXModel(telecom(customers, weeks), 0, 0, stepping="agents")
    counts: Counter[str] = Counter()
    named: dict[str, Any] = {"words": words, "quantile": quantile, "fixed": fixed, "meet": meet}
    stands_in = {id(function): _counted(function, name, counts) for name, function in named.items()}
    stands_in[id(math)] = CountingMath(counts)
    stands_in[id(draw_ahead)] = _counted_as_one(draw_ahead, "ahead", counts)
    for name, module in list(sys.modules.items()):
        if name.startswith(("cxsim.behaviour", "cxsim.engine", "cxsim.journey", "cxsim.queueing", "cxsim.rng")):
            for field, value in list(vars(module).items()):
                # What a quantile calls is part of its own cost.
                if id(value) in stands_in and not (value is math and name == "cxsim.rng"):
                    setattr(module, field, stands_in[id(value)])
    live(model)
    lived = active_weeks(model)
    return {name: counts[name] / lived for name in (*LOOPS, "words", "ahead", "meet")}


def _counted(function: Any, name: str, counts: Counter[str]) -> Any:
    def counting(*arguments: Any) -> Any:
        counts[name] += 1
        return function(*arguments)

    return counting


def _counted_as_one(function: Any, name: str, counts: Counter[str]) -> Any:
    """Return the function, counted without what it calls: its cost is known as a whole."""

    def counting(*arguments: Any) -> Any:
        before = counts.copy()
        result = function(*arguments)
        counts.clear()
        counts.update(before)
        counts[name] += 1
        return result

    return counting
