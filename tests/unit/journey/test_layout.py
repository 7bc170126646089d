from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import combinations, pairwise
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cxsim.journey.layout import Box, JourneyMap, Label, Point, Route, lay_out
from cxsim.spec.journey import PHASE_OF_STAGE, Journey
from cxsim.spec.scenario import Scenario

STAGES = list(PHASE_OF_STAGE)
WAYS = ["rest", "churn()", "logit(0.2 + 4*(E-K) + 1*(Tr-0.6) - 1*price_gap)", "rate(0.01)", "if resolved", 0.25]
type Rectangle = Box | Label
type Segment = tuple[Point, Point]


def apart(a: Rectangle, b: Rectangle) -> bool:
    return a.x + a.width <= b.x or b.x + b.width <= a.x or a.y + a.height <= b.y or b.y + b.height <= a.y


def segments(route: Route) -> list[Segment]:
    return [pair for pair in pairwise(route.points) if pair[0] != pair[1]]


def crosses(segment: Segment, area: Rectangle) -> bool:
    (x0, y0), (x1, y1) = segment
    across = min(x0, x1) < area.x + area.width - 1e-9 and max(x0, x1) > area.x + 1e-9
    return across and min(y0, y1) < area.y + area.height - 1e-9 and max(y0, y1) > area.y + 1e-9


def lie_upon_each_other(a: Segment, b: Segment) -> bool:
    for along, over in ((0, 1), (1, 0)):
        level = {point[over] for point in (*a, *b)}
        if max(level) - min(level) < 1e-6:
            (a0, a1), (b0, b1) = sorted(p[along] for p in a), sorted(p[along] for p in b)
            if min(a1, b1) - max(a0, b0) > 1e-6:
                return True
    return False


def flaws(plan: JourneyMap) -> Iterator[str]:
    """What a reader could not make out on the map."""
    areas: list[Rectangle] = [*plan.boxes, *(route.label for route in plan.routes)]
    for place in areas:
        right, bottom = place.x + place.width, place.y + place.height
        if place.x < 0 or place.y < 0 or right > plan.width or bottom > plan.height:
            yield f"cut off: {place}"
    for one, other in combinations(areas, 2):
        if not apart(one, other):
            yield f"overlap: {one} {other}"
    for route in plan.routes:
        for segment in segments(route):
            if any(not (0 <= x <= plan.width and 0 <= y <= plan.height) for x, y in segment):
                yield f"cut off: {route}"
            for area in areas:
                if crosses(segment, area):
                    yield f"line over {area}: {route}"
    for a, b in combinations(plan.routes, 2):
        if any(lie_upon_each_other(p, q) for p in segments(a) for q in segments(b)):
            yield f"line on line: {a} {b}"


@pytest.fixture(scope="module")
def plan(telecom: Scenario) -> JourneyMap:
    return lay_out(telecom.journey)


def test_nothing_on_the_telecom_map_is_covered_or_cut_off(plan: JourneyMap) -> None:
    assert list(flaws(plan)) == []


def test_the_search_for_flaws_notices_a_moved_box(plan: JourneyMap) -> None:
    first, second, *others = plan.boxes
    moved = replace(plan, boxes=(replace(first, x=second.x, y=second.y + 0.1), second, *others))
    assert any(flaw.startswith("overlap") for flaw in flaws(moved))
    assert any(flaw.startswith("cut off") for flaw in flaws(replace(plan, width=plan.width / 2)))
    assert any(flaw.startswith("line") for flaw in flaws(replace(plan, routes=(plan.routes[0], *plan.routes))))


def test_columns_go_from_before_to_after(plan: JourneyMap) -> None:
    assert [(column.stage, column.phase) for column in plan.columns] == [
        ("attraction", "before"),
        ("discovery", "before"),
        ("purchase", "during"),
        ("use", "during"),
        ("service", "during"),
        ("loss", "after"),
    ]
    assert all(a.x + a.width < b.x for a, b in pairwise(plan.columns))


def test_boxes_say_what_is_met(plan: JourneyMap) -> None:
    boxes = {box.name: box for box in plan.boxes}
    assert boxes["install"].lines == ("shop 40%, phone 60%", "waits 1.5 weeks", "(median)")
    assert boxes["live"].lines == ("meanwhile: usage,", "bill, renewal")
    assert [name for name, box in boxes.items() if box.moment_of_truth] == ["install", "complaint"]
    assert [name for name, box in boxes.items() if box.golden] == ["ad", "compare", "subscribe", "install", "live"]


def test_lines_join_their_nodes(plan: JourneyMap) -> None:
    boxes = {box.name: box for box in plan.boxes}
    for route in plan.routes:
        for name, (x, y) in ((route.source, route.points[0]), (route.target, route.points[-1])):
            box = boxes[name]
            assert box.x - 1e-9 <= x <= box.x + box.width + 1e-9, route
            assert box.y - 1e-9 <= y <= box.y + box.height + 1e-9, route
    assert [(route.source, route.target) for route in plan.routes if route.golden] == [
        ("ad", "compare"),
        ("compare", "subscribe"),
        ("subscribe", "install"),
        ("install", "live"),
    ]
    assert {route.source for route in plan.routes if route.churn} == {"live", "support", "complaint"}


def test_a_way_back_to_itself_is_written_in_the_box(small: dict[str, Any]) -> None:
    boxes = {box.name: box for box in lay_out(Journey.model_validate(small)).boxes}
    assert boxes["leave"].lines == ("stays: rest",)


@st.composite
def journeys(draw: st.DrawFn) -> Journey:
    names = [f"node{index}" for index in range(draw(st.integers(1, 9)))]
    way = st.dictionaries(st.sampled_from(names), st.sampled_from(WAYS), max_size=4)
    quality = {"functional": 0.7, "emotional": 0.7}
    return Journey.model_validate(
        {
            "channels": {"web": {"human": False}},
            "touchpoints": {
                name: {"stage": draw(st.sampled_from(STAGES)), "quality": quality, "channels": {"web": 1.0}}
                for name in names
            },
            "problem": {"touchpoint": names[0]},
            "start": names[0],
            "active": names[0],
            "nodes": {name: {"touchpoint": name, "life": "active", "next": draw(way)} for name in names},
        }
    )


@settings(deadline=None)
@given(journeys())
def test_nothing_on_any_map_is_covered_or_cut_off(journey: Journey) -> None:
    assert list(flaws(lay_out(journey))) == []
