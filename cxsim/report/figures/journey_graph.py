"""The map of a journey: stages as columns, nodes with what is met there, transitions with how they are decided."""

from __future__ import annotations

from itertools import groupby

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import FancyBboxPatch, PathPatch, Rectangle
from matplotlib.path import Path

from cxsim.journey.layout import (
    TITLE_LINE,
    TITLE_POINTS,
    Box,
    Column,
    JourneyMap,
    Point,
    Route,
    lay_out,
)
from cxsim.journey.routing import LINE, TEXT_POINTS
from cxsim.spec.scenario import Scenario

INK, GREY, GOLD = "#1f2933", "#7b8794", "#b7791f"
LIFE_COLOURS = {"lead": "#e3effa", "active": "#e4f4e8", "lost": "#fbe6e3", "gone": "#eceff1"}
LIFE_TEXTS = {"lead": "lead", "active": "customer", "lost": "lost customer", "gone": "gone lead"}
_HEAD, _FOOT, _CORNER, _LEGEND_WIDTH = 0.55, 0.45, 0.06, 11.0


def draw(scenario: Scenario) -> Figure:
    """Return the map of the journey of a scenario.

    Raises
    ------
    InputError : a transition cannot be read.
    """
    plan = lay_out(scenario.journey)
    width, height = max(plan.width, _LEGEND_WIDTH), plan.height + _HEAD + _FOOT
    figure = Figure(figsize=(width, height), facecolor="white")
    axes = figure.add_axes((0.0, 0.0, 1.0, 1.0))
    axes.set(xlim=(0.0, width), ylim=(plan.height + _FOOT, -_HEAD))
    axes.axis("off")
    title = f"Customer journey: {scenario.label or scenario.name}"
    _text(axes, 0.25, -0.25, title, size=_fitting(title, width - 0.5, 15.0), weight="bold")
    _columns(axes, plan)
    for route in sorted(plan.routes, key=lambda route: route.golden):
        _route(axes, route)
    for box in plan.boxes:
        _box(axes, box)
    _legend(axes, plan)
    return figure


def _columns(axes: Axes, plan: JourneyMap) -> None:
    for column in plan.columns:
        band = (column.x - 0.06, 0.38), column.width + 0.12, plan.height - 0.43
        axes.add_patch(Rectangle(*band, facecolor="#f7f9fb", edgecolor="none", zorder=0))
        _text(axes, column.x + column.width / 2, 0.55, column.stage, size=TITLE_POINTS, weight="bold", align="center")
    for phase, group in groupby(plan.columns, key=lambda column: column.phase):
        _phase(axes, phase, list(group))


def _phase(axes: Axes, phase: str, columns: list[Column]) -> None:
    left, right = columns[0].x - 0.06, columns[-1].x + columns[-1].width + 0.06
    axes.add_patch(Rectangle((left, 0.12), right - left, 0.22, facecolor="#dde3ea", edgecolor="none", zorder=0))
    _text(axes, (left + right) / 2, 0.23, phase, size=TITLE_POINTS, align="center")


def _route(axes: Axes, route: Route) -> None:
    colour, width = (GOLD, 2.2) if route.golden else (GREY, 0.9)
    style = (0.0, (4.0, 2.0)) if route.churn else "solid"
    path = _rounded(route.points)
    axes.add_patch(PathPatch(path, fill=False, edgecolor=colour, linewidth=width, linestyle=style, zorder=2))
    tail, head = route.points[-2], route.points[-1]
    axes.annotate(
        "",
        xy=head,
        xytext=(_back(head[0], tail[0]), _back(head[1], tail[1])),
        arrowprops={"arrowstyle": "-|>", "color": colour, "linewidth": 0.9, "shrinkA": 0.0, "shrinkB": 0.0},
        zorder=4,
    )
    label = route.label
    x = label.x + label.width * (label.align == "right")
    for index, line in enumerate(label.lines):
        y = label.y + (index + 0.5) * LINE
        _text(axes, x, y, line, size=TEXT_POINTS, align=label.align, colour=GOLD if route.golden else INK)


def _back(head: float, tail: float) -> float:
    """Return where the tip of an arrow begins: a little before its head."""
    return head + 0.09 * ((tail > head) - (tail < head))


def _rounded(points: tuple[Point, ...]) -> Path:
    """Return the line through `points` with its corners rounded."""
    vertices, codes = [points[0]], [Path.MOVETO]
    for before, corner, after in zip(points, points[1:], points[2:], strict=False):
        vertices += [_towards(corner, before), corner, _towards(corner, after)]
        codes += [Path.LINETO, Path.CURVE3, Path.CURVE3]
    return Path([*vertices, points[-1]], [*codes, Path.LINETO])


def _towards(corner: Point, end: Point) -> Point:
    """Return the point where the rounding of a corner begins, at most half way to `end`."""
    dx, dy = end[0] - corner[0], end[1] - corner[1]
    length = abs(dx) + abs(dy)
    share = min(_CORNER, length / 2) / length if length else 0.0
    return corner[0] + share * dx, corner[1] + share * dy


def _box(axes: Axes, box: Box) -> None:
    shape = FancyBboxPatch(
        (box.x, box.y),
        box.width,
        box.height,
        boxstyle="round,pad=0,rounding_size=0.06",
        facecolor=LIFE_COLOURS[box.life],
        edgecolor=GOLD if box.golden else GREY,
        linewidth=2.0 if box.golden else 0.9,
        zorder=3,
    )
    axes.add_patch(shape)
    title = f"★ {box.name}" if box.moment_of_truth else box.name
    _text(
        axes,
        box.x + 0.08,
        box.y + TITLE_LINE / 2 + 0.02,
        title,
        size=_fitting(title, box.width - 0.16, TITLE_POINTS),
        weight="bold",
    )
    for index, line in enumerate(box.lines):
        _text(axes, box.x + 0.08, box.y + TITLE_LINE + (index + 0.5) * LINE, line, size=TEXT_POINTS)


def _fitting(title: str, width: float, most: float) -> float:
    """Return the size in points, `most` at most, at which a bold title is no wider than `width`."""
    return min(most, 72.0 * width / (0.78 * len(title)))


def _legend(axes: Axes, plan: JourneyMap) -> None:
    x, y = 0.25, plan.height + _FOOT / 2
    for life in dict.fromkeys(box.life for box in plan.boxes):
        colour = LIFE_COLOURS[life]
        axes.add_patch(Rectangle((x, y - 0.08), 0.24, 0.16, facecolor=colour, edgecolor=GREY, linewidth=0.9))
        _text(axes, x + 0.32, y, LIFE_TEXTS[life], size=9.0)
        x += 0.55 + 0.085 * len(LIFE_TEXTS[life])
    for style, colour, width, text in (
        ("solid", GOLD, 2.2, "golden path"),
        ((0.0, (4.0, 2.0)), GREY, 0.9, "churn mechanism"),
    ):
        axes.plot([x, x + 0.35], [y, y], color=colour, linewidth=width, linestyle=style)
        _text(axes, x + 0.43, y, text, size=9.0)
        x += 0.66 + 0.085 * len(text)
    _text(axes, x, y, "★ moment of truth", size=9.0)


def _text(
    axes: Axes,
    x: float,
    y: float,
    text: str,
    *,
    size: float,
    weight: str = "normal",
    align: str = "left",
    colour: str = INK,
) -> None:
    axes.text(
        x, y, text, fontsize=size, fontweight=weight, ha=align, va="center_baseline", color=colour, zorder=5,
        parse_math=False,
    )  # fmt: skip
