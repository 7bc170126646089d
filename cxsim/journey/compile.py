"""From the journey as it is written to the arrays that the engine walks."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import accumulate

import numpy as np

from cxsim.arrays import Floats, Ints
from cxsim.errors import InputError
from cxsim.journey.names import unknown_names
from cxsim.journey.tables import FEATURES, DwellKind, EdgeKind, JourneyTables, LifeCode
from cxsim.journey.transitions import Transition, read_transitions
from cxsim.spec.journey import Dwell, Journey

_ORDER = {EdgeKind.PROBABILITY: 1, EdgeKind.RATE: 1, EdgeKind.TASK: 1, EdgeKind.LOGIT: 2, EdgeKind.REST: 3}

type Edge = tuple[int, EdgeKind, tuple[float, ...]]


def compile_journey(journey: Journey) -> JourneyTables:
    """Return the journey as arrays; nodes and touchpoints are numbered in the order in which they are written.

    The edges of a node come as they are tried: guards as written, then probabilities, rates and tasks, then logits,
    then rest. The first true guard takes all. The probabilities claim their share; logits divide what remains as
    exp(u_j) / (1[rest] + Σ exp(u)); rest takes the remainder, and without rest the remainder stays in the node.
    `contact_rate` and the parameters of the world (price_gap, K, nudge, save_desk) are left to the caller, for they may
    change during a run.

    Raises
    ------
    InputError : a name is unknown or a transition cannot be read; every fault at once.
    """
    ways, faults = read_transitions(journey)
    faults = [*unknown_names(journey), *faults]
    if faults:
        raise InputError(faults)
    node_id = {name: index for index, name in enumerate(journey.nodes)}
    touchpoint_id = {name: index for index, name in enumerate(journey.touchpoints)}
    nodes = list(journey.nodes.values())
    edges = [_edges(ways[name], node_id) for name in journey.nodes]
    flat = [edge for group in edges for edge in group]
    background = [[touchpoint_id[name] for name in node.background] for node in nodes]
    dwell = [_dwell(node.wait) for node in nodes]
    return JourneyTables(
        touchpoint=_ints(-1 if node.touchpoint is None else touchpoint_id[node.touchpoint] for node in nodes),
        life=_ints(LifeCode[node.life.upper()] for node in nodes),
        problem=_ints(node.problem for node in nodes),
        churn_target=_ints(_churn_target(ways[name], node_id) for name in journey.nodes),
        dwell_kind=_ints(kind for kind, _, _ in dwell),
        dwell_a=_floats([a for _, a, _ in dwell]),
        dwell_b=_floats([b for _, _, b in dwell]),
        first_edge=_starts(edges),
        edge_target=_ints(target for target, _, _ in flat),
        edge_kind=_ints(kind for _, kind, _ in flat),
        coefficients=_floats([row for _, _, row in flat]).reshape(len(flat), len(FEATURES)),
        first_background=_starts(background),
        background=_ints(index for group in background for index in group),
    )


def _edges(ways: dict[str, Transition], node_id: dict[str, int]) -> list[Edge]:
    edges = [(node_id[target], way.kind, way.coefficients) for target, way in ways.items() if way.kind is not None]
    return sorted(edges, key=lambda edge: _ORDER.get(edge[1], 0))


def _churn_target(ways: dict[str, Transition], node_id: dict[str, int]) -> int:
    return next((node_id[target] for target, way in ways.items() if way.kind is None), -1)


def _dwell(wait: Dwell) -> tuple[DwellKind, float, float]:
    spread = {"uniform": wait.to_weeks, "lognormal": wait.log_sd}.get(wait.kind, 0.0)
    return DwellKind[wait.kind.upper()], 0.0 if wait.kind == "none" else wait.weeks, spread


def _starts(groups: Sequence[Sequence[object]]) -> Ints:
    return _ints(accumulate((len(group) for group in groups), initial=0))


def _ints(values: Iterable[int]) -> Ints:
    return np.fromiter(values, dtype=np.int64)


def _floats(values: Sequence[object]) -> Floats:
    return np.array(values, dtype=np.float64)
