"""The arithmetic of the ways out of a node: what can be known to be wrong before anything is simulated."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from cxsim.errors import Fault
from cxsim.journey.tables import EdgeKind
from cxsim.journey.transitions import GUARDS, Transition
from cxsim.spec.journey import Journey, Node

TOLERANCE = 1e-9
_ONCE = {EdgeKind.REST: "rest", EdgeKind.TASK: "task()", None: "churn()"}


def probability_faults(journey: Journey, ways: Mapping[str, Mapping[str, Transition]]) -> list[Fault]:
    """Return the faults of probabilities out of range, of their sums, and of ways that do not fit their node.

    Parameters
    ----------
    ways : the transitions that can be read, by node and target.
    """
    faults: list[Fault] = []
    for name, node in journey.nodes.items():
        path = f"journey.nodes.{name}.next"
        faults += [*_ranges(path, ways[name]), *_once(path, ways[name]), *_fit(path, node, ways[name])]
        # A way that cannot be read may hold the missing probability.
        if len(ways[name]) == len(node.next):
            faults += _sum(path, ways[name])
    return faults


def _ranges(path: str, ways: Mapping[str, Transition]) -> Iterator[Fault]:
    for target, way in ways.items():
        if way.constant is None:
            continue
        if way.kind is EdgeKind.PROBABILITY and not 0.0 <= way.constant <= 1.0:
            yield Fault(f"{path}.{target}", "must be a probability between 0 and 1", way.constant)
        if way.kind is EdgeKind.RATE and way.constant < 0.0:
            yield Fault(f"{path}.{target}", "must be a rate per week of 0 or more", way.constant)


def _once(path: str, ways: Mapping[str, Transition]) -> Iterator[Fault]:
    for kind, text in _ONCE.items():
        targets = [target for target, way in ways.items() if way.kind is kind]
        if len(targets) > 1:
            yield Fault(path, f"must have {text} once at most", ", ".join(targets))


def _fit(path: str, node: Node, ways: Mapping[str, Transition]) -> Iterator[Fault]:
    for target, way in ways.items():
        if way.kind is EdgeKind.TASK and node.touchpoint is None:
            yield Fault(f"{path}.{target}", "task() needs a node with a touchpoint, whose channel it depends on")
        if way.kind is None and node.life != "active":
            yield Fault(f"{path}.{target}", f"churn() needs a node whose life is active, not {node.life}")


def _sum(path: str, ways: Mapping[str, Transition]) -> Iterator[Fault]:
    claims = [way for way in ways.values() if way.kind is not None and way.kind not in GUARDS.values()]
    known = [way.constant for way in claims if way.kind is EdgeKind.PROBABILITY and way.constant is not None]
    total = round(sum(known), 12)
    if claims and len(known) == len(claims) and abs(total - 1.0) > TOLERANCE:
        yield Fault(path, "must have probabilities that sum to 1, or a rest", total)
    elif total > 1.0 + TOLERANCE:
        yield Fault(path, "must have probabilities that sum to 1 at most", total)
