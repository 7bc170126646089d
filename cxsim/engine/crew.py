"""The crew: threads that share the rows of a model, each of them counting in sums of its own.

A thread takes the next block of rows when it is done with one. Draws have addresses and sums are integers, so who takes which
block never changes a number.
"""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise

import numpy as np

from cxsim.engine.seating import Room, new_room
from cxsim.engine.tally import Tally

type Work = Callable[[int, int, Room, Tally], int]
"""Work on rows `low` to `high` in this room, counting in this tally; returns a number."""
type Blocks = Sequence[tuple[int, int]]

_WORTH_IT = 1024
"""Rows that are not worth another thread."""


class Crew:
    """Threads with their tallies and rooms.

    `threads` 0 is one per core; `block_rows` is what one takes at a time; every room has `lines` to wait in.
    """

    def __init__(self, threads: int, block_rows: int, new_tally: Callable[[], Tally], lines: int) -> None:
        self.size = threads if threads > 0 else (os.cpu_count() or 1)
        self.block_rows = block_rows
        self.tallies = [new_tally() for _ in range(self.size)]
        self._rooms = [new_room(lines) for _ in range(self.size)]

    def clear(self) -> None:
        """Set all sums to zero."""
        for tally in self.tallies:
            for array in tally:
                array.fill(0)

    def total(self) -> Tally:
        """Return the sums of all threads, gathered in the tally of the first."""
        total = self.tallies[0]
        for other in self.tallies[1:]:
            for mine, theirs in zip(total, other, strict=True):
                np.add(mine, theirs, out=mine)
                theirs.fill(0)
        return total

    def blocks(self, low: int, high: int) -> list[tuple[int, int]]:
        """Return the blocks that rows `low` to `high` are shared by."""
        fair = max(_WORTH_IT, -(-(high - low) // self.size))
        return list(pairwise([*range(low, high, min(self.block_rows, fair)), high])) if high > low else []

    def share(self, work: Work, blocks: Blocks) -> list[int]:
        """Return what `work` returns for every block, in the order of the blocks."""
        hands = min(self.size, len(blocks))
        if hands <= 1:
            return [work(low, high, self._rooms[0], self.tallies[0]) for low, high in blocks]
        results = [0] * len(blocks)
        waiting = deque(enumerate(blocks))

        def take(thread: int) -> None:
            while waiting:
                try:
                    i, (low, high) = waiting.popleft()
                except IndexError:
                    return  # another thread was quicker
                results[i] = work(low, high, self._rooms[thread], self.tallies[thread])

        with ThreadPoolExecutor(hands - 1) as pool:
            others = [pool.submit(take, thread) for thread in range(1, hands)]
            take(0)
        for other in others:
            other.result()
        return results
