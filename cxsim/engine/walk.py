"""The walk through the journey graph: which transition is taken, how long a node holds, what entering it means; equation (5)."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from cxsim.behaviour.account import scaled_balance
from cxsim.behaviour.memory import peak_end
from cxsim.engine.rows import read_account, read_memory
from cxsim.engine.tally import TENURE_CLASSES, Tally, count
from cxsim.engine.world import Clock, World
from cxsim.journey.tables import FEATURES, DwellKind, EdgeKind, LifeCode
from cxsim.measures import ExitCode, Measure, ProblemCode
from cxsim.outlined import outlined
from cxsim.rng import normal, uniform

_COMPLAINED, _OPEN, _RESOLVED = int(EdgeKind.GUARD_COMPLAINED), int(EdgeKind.GUARD_OPEN), int(EdgeKind.GUARD_RESOLVED)
_PROBABILITY, _RATE, _TASK = int(EdgeKind.PROBABILITY), int(EdgeKind.RATE), int(EdgeKind.TASK)
_LOGIT, _REST = int(EdgeKind.LOGIT), int(EdgeKind.REST)
_NO_DWELL, _FIXED, _GEOMETRIC = int(DwellKind.NONE), int(DwellKind.FIXED), int(DwellKind.GEOMETRIC)
_UNIFORM, _LOGNORMAL = int(DwellKind.UNIFORM), int(DwellKind.LOGNORMAL)
_LEAD, _ACTIVE, _LOST = int(LifeCode.LEAD), int(LifeCode.ACTIVE), int(LifeCode.LOST)
_ACQUIRED, _CHURNED, _BASE_CHURNED = int(Measure.ACQUIRED), int(Measure.CHURNED), int(Measure.BASE_CHURNED)
_SILENT, _NATURAL = int(ProblemCode.SILENT), int(ExitCode.NATURAL)
_LONGEST_DWELL = 65_535.0
assert FEATURES[:8] == ("one", "E", "S", "M", "PE", "Tr", "pb", "tenure")  # noqa: S101 - the order `linear` relies on


def linear(c: Any, row: Any, clock: Clock, p: Any) -> float:
    """Return the linear expression of a transition for a customer."""
    weight = np.float64(c.emotional_weight)
    expected = (1.0 - weight) * np.float64(c.expectation_functional) + weight * np.float64(c.expectation_emotional)
    tenure_years = max(0, clock.tick - c.since) * clock.weeks / 52.0 if c.life == _ACTIVE else 0.0
    return (
        row[0]
        + row[1] * expected
        + row[2] * np.float64(c.satisfaction)
        + row[3] * scaled_balance(read_account(c), p)
        + row[4] * peak_end(read_memory(c), p)
        + row[5] * np.float64(c.trust)
        + row[6] * (1.0 if c.problem > 0 else 0.0)
        + row[7] * tenure_years
        + row[8] * p.market_price_gap
        + row[9] * p.market_outside_option
        + row[10] * p.journey_nudge
        + row[11] * p.journey_save_desk
    )


def expression(c: Any, edge: int, clock: Clock, world: World, p: Any) -> float:
    """Return the value of an edge's expression; an intercept alone needs no state."""
    record = world.edges[edge]
    if record.constant == 1:
        return record.coefficients[0]
    return linear(c, record.coefficients, clock, p)


def guard(c: Any, kind: int) -> bool:
    """Return whether a guard holds for the customer."""
    if kind == _COMPLAINED:
        return c.problem > _SILENT
    if kind == _OPEN:
        return c.problem > 0
    return c.problem == 0


def choose(c: Any, slot: int, u: float, clock: Clock, world: World, p: Any) -> int:
    """Return the node that a customer moves to from its node, or -1 to stay; `u` is the draw of the transition.

    The first true guard takes all; fixed probabilities and rates then claim their shares of `u`, logits share the rest.
    """
    first = world.nodes[c.node].first_edge
    last = world.nodes[c.node + 1].first_edge
    claimed = 0.0
    weights = 0.0
    rest = -1
    for edge in range(first, last):
        kind = world.edges[edge].kind
        if kind <= _RESOLVED:
            if guard(c, kind):
                return world.edges[edge].target
        elif kind == _REST:
            rest = world.edges[edge].target
            weights += 1.0
        elif kind == _LOGIT:
            weights += math.exp(expression(c, edge, clock, world, p))
        else:
            if kind == _RATE:
                cumulative = max(0.0, expression(c, edge, clock, world, p)) * p.journey_contact_rate * clock.weeks
                if edge == last - 1 and weights == 0.0 and u >= claimed + cumulative:
                    return -1  # as 1 - exp(-x) <= x, most stay without the exponential
                claimed += -math.expm1(-cumulative)
            elif kind == _TASK:
                claimed += world.channels[slot, c.last_channel].task_success
            else:
                claimed += min(1.0, max(0.0, expression(c, edge, clock, world, p)))
            if u < claimed:
                return world.edges[edge].target
    if weights == 0.0:
        return -1
    share = max(0.0, 1.0 - claimed) / weights
    for edge in range(first, last):
        if world.edges[edge].kind == _LOGIT:
            claimed += share * math.exp(expression(c, edge, clock, world, p))
            if u < claimed:
                return world.edges[edge].target
    return rest


def quiet_above(node: int, nodes: Any, edges: Any, contact_rate: float, weeks: float) -> float:
    """Return the draw from which on a customer without an open problem surely stays in `node`, see `choose`; 2 if never.

    Known beforehand where all ways on are guards about a problem, or rates and probabilities that do not look at the customer.
    """
    claimed = 0.0
    for edge in range(nodes[node].first_edge, nodes[node + 1].first_edge):
        kind = edges[edge].kind
        if kind in (_COMPLAINED, _OPEN):
            continue
        if kind not in (_RATE, _PROBABILITY) or edges[edge].constant == 0:
            return 2.0
        size = max(0.0, edges[edge].coefficients[0])
        claimed += -math.expm1(-size * contact_rate * weeks) if kind == _RATE else min(1.0, size)
    return claimed


def dwell_ticks(node: int, draw: Any, clock: Clock, world: World) -> int:
    """Return how many ticks the node holds the customer; 0 where it does not hold."""
    stay = world.nodes[node]
    kind = stay.dwell_kind
    if kind == _NO_DWELL:
        return 0
    a = stay.dwell_a
    b = stay.dwell_b
    weeks = a
    if kind == _GEOMETRIC:
        weeks = -a * math.log(uniform(draw))
    elif kind == _UNIFORM:
        weeks = a + (b - a) * uniform(draw)
    elif kind == _LOGNORMAL:
        weeks = a * math.exp(b * normal(draw))
    return int(min(_LONGEST_DWELL, max(1.0, math.floor(weeks / clock.weeks + 0.5))))


def enter(c: Any, node: int, draw: Any, clock: Clock, world: World, tally: Tally) -> None:
    """Move the customer into a node: dwell time, and a change of life with its date."""
    c.node = node
    c.dwell = dwell_ticks(node, draw, clock, world)
    tally.nodes[node] += 1
    life = world.nodes[node].life
    if life != c.life:
        if life == _ACTIVE and c.life == _LEAD:
            c.since = clock.tick
            count(tally, c.segment, _ACQUIRED)
        elif life == _LOST:
            leave(c, clock, tally)
        c.life = life


@outlined
def leave(c: Any, clock: Clock, tally: Tally) -> None:
    """Record that the customer is lost this tick."""
    c.left = clock.tick
    if c.exit_reason == 0:
        c.exit_reason = _NATURAL
    count(tally, c.segment, _CHURNED)
    cohort = cohort_of(c, clock, tally)
    tally.cohorts[cohort, 1] += 1
    tally.tenures[tenure_class(c, clock), 1] += 1
    if c.origin == 0:
        count(tally, c.segment, _BASE_CHURNED)


def cohort_of(c: Any, clock: Clock, tally: Tally) -> int:
    """Return the cohort of the customer: 0 the initial base, then months of acquisition counted from the start."""
    if c.base == 1 or c.since < clock.start:
        return 0
    month = math.floor((c.since - clock.start) * clock.weeks * 12.0 / 52.0 + 1e-9)
    return min(tally.cohorts.shape[0] - 1, 1 + month)


def tenure_class(c: Any, clock: Clock) -> int:
    """Return the customer's class of tenure, in quarters."""
    return max(0, min(TENURE_CLASSES - 1, math.floor((clock.tick - c.since) * clock.weeks / 13.0)))
