"""The journey as a graph: which node leads where, what can be reached, and the stage and life of every step."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import pairwise

from cxsim.errors import Fault
from cxsim.spec.journey import Journey, Node, Stage

ENDS = frozenset({"lost", "gone"})
"""Life states in which a customer may stay for good."""

_STAGE_OF_LIFE: dict[str, Stage] = {"lead": "interest", "active": "use", "lost": "loss", "gone": "loss"}
_BACK = {("active", "lead"), ("lost", "lead"), ("gone", "lead"), ("lost", "active"), ("gone", "active")}
_NEVER = {("lead", "lost"): "a lead that leaves is gone, not lost: it never was a customer"}


def stage_of(journey: Journey, node: Node) -> Stage:
    """Return the stage of a node: of its touchpoint, else of the problem it settles, its background or its life."""
    names = [node.touchpoint, journey.problem.touchpoint if node.problem else None, *node.background]
    stages = (journey.touchpoints[name].stage for name in names if name in journey.touchpoints)
    return next(stages, _STAGE_OF_LIFE[node.life])


def successors(journey: Journey) -> dict[str, list[str]]:
    """Return for every node the other nodes it leads to, unknown ones left out."""
    return {
        name: [target for target in node.next if target in journey.nodes and target != name]
        for name, node in journey.nodes.items()
    }


def reachable(edges: Mapping[str, Iterable[str]], starts: Iterable[str]) -> set[str]:
    """Return every node that can be reached from `starts`, these included."""
    found: set[str] = set()
    waiting = list(starts)
    while waiting:
        node = waiting.pop()
        if node not in found:
            found.add(node)
            waiting += edges.get(node, ())
    return found


def graph_faults(journey: Journey) -> list[Fault]:
    """Return what is wrong with the ways through the journey: reach, exits, lives and the golden path."""
    return [*_unreached(journey), *_no_way_out(journey), *_lives(journey), *_golden(journey)]


def _unreached(journey: Journey) -> Iterator[Fault]:
    found = reachable(successors(journey), [journey.start, journey.active])
    for name in journey.nodes:
        if name not in found:
            yield Fault(f"journey.nodes.{name}", "must be reachable from the nodes start and active")


def _no_way_out(journey: Journey) -> Iterator[Fault]:
    exits = {
        name: [target for target in targets if journey.nodes[name].next[target] != 0]
        for name, targets in successors(journey).items()
    }
    ends = {name for name, node in journey.nodes.items() if node.life in ENDS}
    dead = {name for name, targets in exits.items() if not targets} - ends
    before: dict[str, list[str]] = {}
    for name, targets in exits.items():
        for target in targets:
            before.setdefault(target, []).append(name)
    # A node that only leads to a dead end is not at fault itself.
    leads_out = reachable(before, ends | dead)
    for name in journey.nodes:
        if name in dead:
            yield Fault(
                f"journey.nodes.{name}.next", "must lead to another node, for its life is neither lost nor gone"
            )
        elif name not in leads_out:
            yield Fault(f"journey.nodes.{name}.next", "must lead, at last, to a node whose life is lost or gone")


def _lives(journey: Journey) -> Iterator[Fault]:
    for path, name, lives in (
        ("journey.start", journey.start, ("lead", "active")),
        ("journey.active", journey.active, ("active",)),
    ):
        node = journey.nodes.get(name)
        if node is not None and node.life not in lives:
            yield Fault(path, f"must name a node whose life is {' or '.join(lives)}, not {node.life}", name)
    for name, targets in successors(journey).items():
        for target in targets:
            yield from _step(journey, name, target)


def _step(journey: Journey, name: str, target: str) -> Iterator[Fault]:
    source, goal = journey.nodes[name], journey.nodes[target]
    path, step = f"journey.nodes.{name}.next.{target}", (source.life, goal.life)
    if step in _NEVER:
        yield Fault(path, _NEVER[step])
    won_back = source.life in ENDS and "winback" in {stage_of(journey, source), stage_of(journey, goal)}
    if step in _BACK and not won_back:
        rule = f"must not lead from {source.life} back to {goal.life}"
        yield Fault(path, rule if source.life == "active" else f"{rule} without a touchpoint of stage winback")


def _golden(journey: Journey) -> Iterator[Fault]:
    for here, there in pairwise(journey.golden_path):
        if {here, there} <= journey.nodes.keys() and there not in journey.nodes[here].next:
            yield Fault("journey.golden_path", f"must follow the transitions: {here} does not lead to {there}")
