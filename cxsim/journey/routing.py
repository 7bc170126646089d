"""How the lines of a journey map run: ports on the sides of nodes, lanes in the gutters, tracks above and below.

Lengths are in inches, y grows downwards. Every line has a port, a lane and a track of its own, so that lines may cross
but never lie upon each other.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cmp_to_key

from cxsim.spec.journey import Node

TEXT_POINTS, LINE = 8.0, 0.15
"""Size of a text and height of its lines."""
PAD, STEP, HEAD, MARGIN = 0.08, 0.15, 0.62, 0.25
"""Space around a text, between parallel lines, for the names of the stages, and around the map."""


def text_width(text: str) -> float:
    """Return the room a line of text needs, wherever it is drawn with a common sans-serif font."""
    ems = (1.0 if letter in "%mwMW@" else 0.85 if letter in "+−<>=_" or letter.isupper() else 0.64 for letter in text)
    return sum(ems) * TEXT_POINTS / 72.0


@dataclass
class Card:
    """A node on its way to the map: its column, its row in the column, what is written in it, its place."""

    name: str
    node: Node
    column: int
    row: int
    lines: tuple[str, ...]
    height: float = 0.0
    y: float = 0.0

    @property
    def middle(self) -> float:
        """Return the height of the middle."""
        return self.y + self.height / 2


@dataclass
class Edge:
    """A transition on its way to the map: its label, its track where it has one, the heights of its two ports."""

    source: Card
    target: Card
    text: tuple[str, ...]
    churn: bool
    track: float | None = None
    out_y: float = 0.0
    in_y: float = 0.0

    @property
    def step(self) -> int:
        """Return how many columns it leads to the right."""
        return self.target.column - self.source.column

    @property
    def down(self) -> bool:
        """Return whether it is a straight line to the node below."""
        return self.step == 0 and self.target.row == self.source.row + 1

    @property
    def out_right(self) -> bool:
        """Return whether it leaves on the right side; within a column it does."""
        return self.step >= 0

    @property
    def in_right(self) -> bool:
        """Return whether it comes in on the right side; within a column it does."""
        return self.step <= 0

    def heights_in(self, gutter: int) -> list[float]:
        """Return the heights of its ports in a gutter."""
        ends = ((self.source.column + self.out_right, self.out_y), (self.target.column + self.in_right, self.in_y))
        return [] if self.down else [height for column, height in ends if column == gutter]

    @property
    def label_height(self) -> float:
        """Return the height of its label."""
        return len(self.text) * LINE

    @property
    def label_width(self) -> float:
        """Return the width of its label."""
        return max(text_width(line) for line in self.text)


@dataclass
class Run:
    """The vertical part of a route in a gutter: heights at which lines join it from the left and from the right."""

    edge: Edge
    left: tuple[float, ...]
    right: tuple[float, ...]
    x: float = 0.0

    def crossed(self, heights: Iterable[float]) -> int:
        """Return how many of the lines at these heights cross it."""
        low, high = min(self.left + self.right), max(self.left + self.right)
        return sum(low < height < high for height in heights)

    def before(self, other: Run) -> int:
        """Return the crossings when it stands left of the other."""
        return self.crossed(other.left) + other.crossed(self.right)


def slots(card: Card, edges: list[Edge], *, right: bool) -> list[tuple[Edge, bool, float]]:
    """Return the ends of edges on a side of a card: the edge, whether it leaves, the height it needs."""
    sideways = [edge for edge in edges if not edge.down]
    leaving = [(e, True, e.label_height + STEP) for e in sideways if e.source is card and e.out_right is right]
    coming = [(e, False, STEP) for e in sideways if e.target is card and e.in_right is right]
    return leaving + coming


def settle_ports(cards: Iterable[Card], edges: list[Edge]) -> None:
    """Place the ports on both sides of the cards, in the order of the heights they lead to."""
    for card in cards:
        for right in (False, True):
            _settle_side(card, edges, right=right)
    for edge in edges:
        if abs(edge.step) == 1:
            _straighten(edge, edges)


def _settle_side(card: Card, edges: list[Edge], *, right: bool) -> None:
    ends = sorted(slots(card, edges, right=right), key=lambda slot: _aim(slot[0], leaving=slot[1]))
    # Left and right sides use different heights, so that no two lines in a gutter share one.
    shift = STEP / 2 * right
    y = math.floor((card.middle - sum(height for _, _, height in ends) / 2 - shift) / STEP) * STEP + shift + STEP / 2
    for edge, leaving, height in ends:
        y += height
        if leaving:
            edge.out_y = y - STEP / 2
        else:
            edge.in_y = y - STEP / 2


def _straighten(edge: Edge, edges: list[Edge]) -> None:
    """Draw a line between neighbours straight where half a step is all that lacks and nothing else runs there."""
    gutter = edge.source.column + edge.out_right
    near = abs(edge.in_y - edge.out_y) < 0.6 * STEP
    others = [height for other in edges if other is not edge for height in other.heights_in(gutter)]
    if near and all(abs(height - edge.out_y) > 0.4 * STEP for height in others):
        edge.in_y = edge.out_y


def _aim(edge: Edge, *, leaving: bool) -> float:
    return edge.track if edge.track is not None else (edge.target if leaving else edge.source).middle


def number_tracks(edges: list[Edge]) -> int:
    """Number the tracks of edges over other columns, the longest outermost, and return how many there are."""
    taken: list[list[tuple[int, int]]] = []
    for edge in sorted(edges, key=lambda edge: -abs(edge.step)):
        first, last = sorted((edge.source.column, edge.target.column))
        free = (i for i, spans in enumerate(taken) if all(last < a or b < first for a, b in spans))
        index = next(free, len(taken))
        if index == len(taken):
            taken.append([])
        taken[index].append((first, last))
        edge.track = float(index)
    return len(taken)


def settle_tracks(edges: list[Edge], bottom: float) -> None:
    """Turn the numbers of tracks into heights: forwards above all nodes, backwards below them."""
    last = max((edge.track for edge in edges if edge.step < 0 and edge.track is not None), default=0.0)
    for edge in edges:
        if edge.track is not None:
            above, below = MARGIN + HEAD + STEP * edge.track, bottom + STEP * (1 + last - edge.track)
            edge.track = above if edge.step > 0 else below


def runs_in(edges: list[Edge], gutter: int) -> list[Run]:
    """Return the vertical parts in a gutter (that left of the column with its number), from left to right."""
    runs: list[Run] = []
    for edge in edges:
        leaves, comes = edge.source.column + edge.out_right, edge.target.column + edge.in_right
        if edge.down or gutter not in {leaves, comes}:
            continue
        left: list[float] = []
        right: list[float] = []
        if gutter == leaves:
            (left if edge.out_right else right).append(edge.out_y)
        if gutter == comes:
            (left if edge.in_right else right).append(edge.in_y)
        if edge.track is not None:
            (left if right else right).append(edge.track)
        runs.append(Run(edge, tuple(left), tuple(right)))
    return sorted(runs, key=cmp_to_key(_order))


def _order(first: Run, second: Run) -> int:
    return first.before(second) - second.before(first)
