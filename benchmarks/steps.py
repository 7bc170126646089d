"""What the steps cost that almost every customer takes in every tick, each timed alone on a full slate."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from benchmarks.telecom import new_model
from cxsim.arrays import Ints, Rows
from cxsim.engine.chances import draw_fates
from cxsim.engine.closing import close_together
from cxsim.engine.compiled import compiled
from cxsim.engine.encounter import meet_together
from cxsim.engine.living import fade
from cxsim.engine.seating import new_room, sit_down
from cxsim.engine.slate import LANES, Party, held, lane, put_back
from cxsim.engine.tally import Tally
from cxsim.engine.world import Clock, World
from cxsim.rng import Luck


class Around(NamedTuple):
    """What a step reads beside the customers, and where it counts."""

    clock: Clock
    luck: Luck
    world: World
    tally: Tally
    line: Ints


type Step = Callable[[Rows, Rows, int, int, Around], None]


def _gather(slates: Rows, rows: Rows, n: int, times: int, around: Around) -> None:
    line = around.line
    for _ in range(times):
        sit_down(Party(slates[0], rows, n, 0, 0), line, 0, len(rows))


def _draw(slates: Rows, rows: Rows, n: int, times: int, around: Around) -> None:
    for _ in range(times):
        draw_fates(Party(slates[0], rows, n, 0, 0), around.clock.tick, around.luck)


def _fade(slates: Rows, rows: Rows, n: int, times: int, around: Around) -> None:
    p = held(around.world.params[0])
    for _ in range(times):
        for j in range(n):
            fade(lane(slates[0], rows, j), p)


def _meet(slates: Rows, rows: Rows, n: int, times: int, around: Around) -> None:
    for j in range(n):
        lane(slates[0], rows, j).due = 1
    touchpoint = around.world.calendar[0].touchpoint
    for _ in range(times):
        meet_together(
            Party(slates[0], rows, n, 0, 0), touchpoint, around.clock, around.luck, around.world, around.tally
        )


def _close(slates: Rows, rows: Rows, n: int, times: int, around: Around) -> None:
    for j in range(n):
        lane(slates[0], rows, j).closing = 1
    for _ in range(times):
        close_together(Party(slates[0], rows, n, 0, 0), around.clock, around.luck, around.world, around.tally)


def _scatter(slates: Rows, rows: Rows, n: int, times: int, _: Around) -> None:
    for _time in range(times):
        put_back(slates[0], rows, n)


STEPS: dict[str, Step] = {
    "picking up": _gather,
    "draws of the tick: a Philox block, a normal quantile": _draw,
    "fading of account, expectations, memories": _fade,
    "the weekly encounter: a Philox block, two normal quantiles, perception to books": _meet,
    "end of the tick: money, scores, disutility, sums": _close,
    "putting back": _scatter,
}


def costs(repeats: int) -> dict[str, list[float]]:
    """Return the cost (ns) of every step for one customer; `repeats` rounds, the steps taking turns."""
    model: Any = new_model(10_000, 52, threads=1)
    for _ in range(8):
        model.step()
    slates, times = new_room().slate, 50
    found: dict[str, list[float]] = {name: [] for name in STEPS}
    steps = {name: compiled(step) for name, step in STEPS.items()}
    around = Around(model.clock, model.luck, model.world, model.crew.tallies[0], np.arange(LANES))
    for round_ in range(repeats + 1):
        for name, step in steps.items():
            started = time.perf_counter()
            step(slates, model.rows, LANES, times, around)
            seconds = time.perf_counter() - started
            if round_ > 0:
                found[name].append(1e9 * seconds / times / LANES)
    return found
