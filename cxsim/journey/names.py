"""The names in a journey: every reference must point to something that is there."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from cxsim.errors import Fault, nearest
from cxsim.spec.journey import Channel, Journey, Node, Touchpoint


def unknown_names(journey: Journey) -> list[Fault]:
    """Return a fault for every reference to something that the journey does not have."""
    faults = [
        *unknown("journey.start", journey.start, journey.nodes, "node"),
        *unknown("journey.active", journey.active, journey.nodes, "node"),
        *unknown("journey.problem.touchpoint", journey.problem.touchpoint, journey.touchpoints, "touchpoint"),
    ]
    for step in journey.golden_path:
        faults += unknown("journey.golden_path", step, journey.nodes, "node")
    for name, channel in journey.channels.items():
        faults += _of_channel(f"journey.channels.{name}", channel, journey)
    for name, touchpoint in journey.touchpoints.items():
        faults += _of_touchpoint(f"journey.touchpoints.{name}.channels", touchpoint, journey)
    for name, node in journey.nodes.items():
        faults += _of_node(f"journey.nodes.{name}", node, journey)
    return [*faults, *_of_pairs(journey)]


def unknown(path: str, name: str, valid: Collection[str], what: str) -> Iterator[Fault]:
    """Yield a fault when `name` is none of the `valid` names."""
    if name not in valid:
        yield Fault(path, f"must name a {what}", name, nearest(name, valid))


def _of_channel(path: str, channel: Channel, journey: Journey) -> Iterator[Fault]:
    if channel.queue is not None:
        yield from unknown(f"{path}.queue", channel.queue, journey.queues, "queue")
    if channel.back_office is not None:
        yield from unknown(f"{path}.back_office", channel.back_office, journey.back_offices, "back office")


def _of_touchpoint(path: str, touchpoint: Touchpoint, journey: Journey) -> Iterator[Fault]:
    for channel in touchpoint.channels:
        yield from unknown(path, channel, journey.channels, "channel")


def _of_node(path: str, node: Node, journey: Journey) -> Iterator[Fault]:
    if node.touchpoint is not None:
        yield from unknown(f"{path}.touchpoint", node.touchpoint, journey.touchpoints, "touchpoint")
    for name in node.background:
        yield from unknown(f"{path}.background", name, journey.touchpoints, "touchpoint")
    for target in node.next:
        yield from unknown(f"{path}.next", target, journey.nodes, "node")


def _of_pairs(journey: Journey) -> Iterator[Fault]:
    seen: set[frozenset[str]] = set()
    for pair in journey.integration.pairs:
        path, ends = f"journey.integration.pairs.{pair}", frozenset(pair.split("-"))
        if len(ends) != 2 or pair.count("-") != 1:
            yield Fault(path, "must be two channels joined by -, such as app-web", pair)
            continue
        for channel in pair.split("-"):
            yield from unknown(path, channel, journey.channels, "channel")
        if ends in seen:
            yield Fault(path, "must be given once, in one of its two orders", pair)
        seen.add(ends)
