"""Where everything stands on the map of a journey: pure geometry, in inches, with y growing downwards.

Stages are columns from before to after, nodes stand in them as written. A transition leaves its node through a port on
a side, runs along a lane of its own in the gutter beside the column and, where it passes over other columns, along a
track above (forwards) or below (backwards) all nodes. Its label stands on the port.
"""

from __future__ import annotations

import re
import textwrap
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from cxsim.journey.describe import dwell_text, golden_steps, met_at, transition_text
from cxsim.journey.graph import stage_of
from cxsim.journey.routing import (
    HEAD,
    LINE,
    MARGIN,
    PAD,
    STEP,
    Card,
    Edge,
    Run,
    number_tracks,
    runs_in,
    settle_ports,
    settle_tracks,
    slots,
)
from cxsim.journey.transitions import parse_transition
from cxsim.spec.journey import PHASE_OF_STAGE, Journey, Life, Node, Stage

TITLE_POINTS, TITLE_LINE = 11.0, 0.30
"""Size of the name of a node, and the height it takes."""
_BOX_CHARACTERS, _LABEL_CHARACTERS = 22, 15
_BOX_WIDTH, _GAP = 1.6, 0.30
_UNBROKEN = "\N{NO-BREAK SPACE}"

type Point = tuple[float, float]


@dataclass(frozen=True)
class Box:
    """A node: upper left corner, size, what is written in it."""

    name: str
    life: Life
    x: float
    y: float
    width: float
    height: float
    lines: tuple[str, ...]
    moment_of_truth: bool
    golden: bool


@dataclass(frozen=True)
class Label:
    """A text on the map: upper left corner and size."""

    x: float
    y: float
    width: float
    height: float
    lines: tuple[str, ...]
    align: Literal["left", "right"] = "left"


@dataclass(frozen=True)
class Route:
    """A transition: the corners of its line and its label."""

    source: str
    target: str
    points: tuple[Point, ...]
    label: Label
    golden: bool
    churn: bool


@dataclass(frozen=True)
class Column:
    """A stage: the band of the map that holds its nodes."""

    stage: Stage
    phase: str
    x: float
    width: float


@dataclass(frozen=True)
class JourneyMap:
    """A laid out journey."""

    columns: tuple[Column, ...]
    boxes: tuple[Box, ...]
    routes: tuple[Route, ...]
    width: float
    height: float


def lay_out(journey: Journey) -> JourneyMap:
    """Return the map of a journey.

    Raises
    ------
    InputError : a transition cannot be read.
    """
    cards = _cards(journey)
    edges = _edges(journey, cards)
    columns = [
        [card for card in cards.values() if card.column == index]
        for index in range(1 + max(card.column for card in cards.values()))
    ]
    top = MARGIN + HEAD + STEP * number_tracks([edge for edge in edges if edge.step > 1])
    bottom = max(_stack(column, edges, top) for column in columns)
    lowest = number_tracks([edge for edge in edges if edge.step < -1])
    settle_tracks(edges, bottom)
    settle_ports(cards.values(), edges)
    runs = [runs_in(edges, gutter) for gutter in range(len(columns) + 1)]
    lefts, width = _across(columns, edges, runs)
    golden = golden_steps(journey)
    return JourneyMap(
        columns=tuple(_column(journey, column[0], x) for column, x in zip(columns, lefts, strict=True)),
        boxes=tuple(_box(journey, card, lefts[card.column]) for card in cards.values()),
        routes=tuple(_route(edge, lefts, runs, golden) for edge in edges),
        width=width,
        height=bottom + STEP * (lowest + 1) + MARGIN,
    )


def _cards(journey: Journey) -> dict[str, Card]:
    stages = [stage_of(journey, node) for node in journey.nodes.values()]
    present = [stage for stage in PHASE_OF_STAGE if stage in stages]
    counts = dict.fromkeys(present, 0)
    cards = {}
    for (name, node), stage in zip(journey.nodes.items(), stages, strict=True):
        cards[name] = Card(name, node, present.index(stage), counts[stage], _lines(journey, name, node))
        counts[stage] += 1
    return cards


def _lines(journey: Journey, name: str, node: Node) -> tuple[str, ...]:
    met = met_at(journey, node)
    texts = [f"touchpoint {met}"] if met not in {"", name} else []
    if met:
        weights = journey.touchpoints[met].channels
        total = sum(weights.values())
        texts.append(", ".join(f"{channel}{_UNBROKEN}{weight / total:.0%}" for channel, weight in weights.items()))
    if node.background:
        texts.append(f"meanwhile: {', '.join(node.background)}")
    if node.wait.kind != "none":
        texts.append(f"waits {dwell_text(node.wait)}")
    if name in node.next:
        texts.append(f"stays: {transition_text(parse_transition(node.next[name]))}")
    return tuple(line for text in texts for line in _wrapped(text, _BOX_CHARACTERS))


def _wrapped(text: str, characters: int) -> list[str]:
    return [line.replace(_UNBROKEN, " ") for line in textwrap.wrap(text, characters)]


def _edges(journey: Journey, cards: dict[str, Card]) -> list[Edge]:
    edges = []
    for name, node in journey.nodes.items():
        for target, value in node.next.items():
            if target != name:
                way = parse_transition(value, f"journey.nodes.{name}.next.{target}")
                # A sign stays with the term behind it, and a unit stays whole.
                text = re.sub(r" ([+−]|a) ", rf" \1{_UNBROKEN}", transition_text(way))
                lines = tuple(_wrapped(text, _LABEL_CHARACTERS))
                edges.append(Edge(cards[name], cards[target], lines, way.kind is None))
    return edges


def _stack(column: list[Card], edges: list[Edge], top: float) -> float:
    """Give the cards of a column their heights and places, and return where the column ends."""
    y = top + STEP
    for card in column:
        ports = max(sum(height for _, _, height in slots(card, edges, right=right)) for right in (False, True))
        card.y, card.height = y, max(TITLE_LINE + LINE * len(card.lines) + PAD, ports + STEP)
        falls = [edge.label_height for edge in edges if edge.source is card and edge.down]
        y = card.y + card.height + max(_GAP, *(height + 2 * PAD for height in falls), 0.0)
    return column[-1].y + column[-1].height


def _across(columns: Sequence[Sequence[Card]], edges: list[Edge], runs: list[list[Run]]) -> tuple[list[float], float]:
    """Place columns and lanes from left to right; return the left edges of the columns and the width of the map."""
    x, lefts = MARGIN, []
    for gutter, lanes in enumerate(runs):
        x += _label_zone(edges, gutter - 1, right=True)
        for lane in lanes:
            x += STEP
            lane.x = x
        if gutter < len(columns):
            x += STEP + _label_zone(edges, gutter, right=False)
            lefts.append(x)
            x += _BOX_WIDTH
    return lefts, x + MARGIN


def _label_zone(edges: list[Edge], column: int, *, right: bool) -> float:
    labels = [edge for edge in edges if edge.source.column == column and edge.out_right is right]
    # The label of a line to the node below begins in the middle of the column.
    ends = (edge.label_width + 2 * PAD - _BOX_WIDTH / 2 * edge.down for edge in labels)
    return max([PAD, *ends])


def _column(journey: Journey, card: Card, x: float) -> Column:
    stage = stage_of(journey, card.node)
    return Column(stage, PHASE_OF_STAGE[stage], x, _BOX_WIDTH)


def _box(journey: Journey, card: Card, x: float) -> Box:
    met = met_at(journey, card.node)
    return Box(
        name=card.name,
        life=card.node.life,
        x=x,
        y=card.y,
        width=_BOX_WIDTH,
        height=card.height,
        lines=card.lines,
        moment_of_truth=bool(met) and journey.touchpoints[met].moment_of_truth,
        golden=card.name in journey.golden_path,
    )


def _route(edge: Edge, lefts: list[float], runs: list[list[Run]], golden: set[tuple[str, str]]) -> Route:
    x = lefts[edge.source.column]
    if edge.down:
        middle, top = x + _BOX_WIDTH / 2, edge.source.y + edge.source.height
        points: tuple[Point, ...] = ((middle, top), (middle, edge.target.y))
        label_x, label_y = middle + PAD, (top + edge.target.y - edge.label_height) / 2
    else:
        points = _corners(edge, lefts, runs)
        label_x = x + _BOX_WIDTH + PAD if edge.out_right else x - PAD - edge.label_width
        label_y = edge.out_y - edge.label_height - PAD / 3
    label = Label(
        label_x, label_y, edge.label_width, edge.label_height, edge.text, "left" if edge.out_right else "right"
    )
    return Route(
        edge.source.name, edge.target.name, points, label, (edge.source.name, edge.target.name) in golden, edge.churn
    )


def _corners(edge: Edge, lefts: list[float], runs: list[list[Run]]) -> tuple[Point, ...]:
    start = lefts[edge.source.column] + _BOX_WIDTH * edge.out_right
    end = lefts[edge.target.column] + _BOX_WIDTH * edge.in_right
    lanes = [run.x for lane in runs for run in lane if run.edge is edge]
    leave, come = (lanes[0], lanes[-1]) if edge.step >= 0 else (lanes[-1], lanes[0])
    over = [] if edge.track is None else [(leave, edge.track), (come, edge.track)]
    return ((start, edge.out_y), (leave, edge.out_y), *over, (come, edge.in_y), (end, edge.in_y))
