"""Everything that is wrong with a journey, found at once and before anything runs."""

from __future__ import annotations

from collections.abc import Iterator

from cxsim.errors import Fault
from cxsim.journey.graph import graph_faults
from cxsim.journey.names import unknown, unknown_names
from cxsim.journey.probabilities import probability_faults
from cxsim.journey.transitions import read_transitions
from cxsim.spec.journey import Journey
from cxsim.spec.scenario import Scenario

MOST_MOMENTS_OF_TRUTH = 0.20
"""Share of the touchpoints above which moments of truth are too many to be moments of truth."""
MOST_CALENDAR_TOUCHPOINTS = 63
"""Those that are lived in a node are bits of one number."""


def check(scenario: Scenario) -> list[Fault]:
    """Return every fault of the journey of a scenario and of the surveys that refer to it."""
    journey = scenario.journey
    ways, unreadable = read_transitions(journey)
    faults = [*unknown_names(journey)]
    for name in scenario.surveys.transactional.after:
        faults += unknown("surveys.transactional.after", name, journey.touchpoints, "touchpoint")
    faults += [*unreadable, *probability_faults(journey, ways), *graph_faults(journey)]
    faults += [*_channel_weights(journey), *_calendar(journey), *_rhythms(scenario)]
    return [*faults, *_waits(journey), *_profiles(journey)]


def warnings(scenario: Scenario) -> list[Fault]:
    """Return what may be meant but weakens the journey."""
    journey = scenario.journey
    met = touchpoints_in_nodes(journey)
    moments = [name for name in met if name in journey.touchpoints and journey.touchpoints[name].moment_of_truth]
    if len(moments) <= MOST_MOMENTS_OF_TRUTH * len(met):
        return []
    rule = f"moments of truth should be {MOST_MOMENTS_OF_TRUTH:.0%} of the touchpoints in nodes at most"
    return [Fault("journey.touchpoints", rule, f"{len(moments)} of {len(met)}: {', '.join(moments)}")]


def touchpoints_in_nodes(journey: Journey) -> list[str]:
    """Return the touchpoints that customers can meet, in the order in which they are written."""
    nodes = journey.nodes.values()
    met = {node.touchpoint for node in nodes} | {name for node in nodes for name in node.background}
    if any(node.problem for node in nodes):
        met.add(journey.problem.touchpoint)
    return [name for name in journey.touchpoints if name in met]


def _channel_weights(journey: Journey) -> Iterator[Fault]:
    for name, touchpoint in journey.touchpoints.items():
        if sum(touchpoint.channels.values()) <= 0.0:
            yield Fault(f"journey.touchpoints.{name}.channels", "must have a channel with a weight above 0")


def _calendar(journey: Journey) -> Iterator[Fault]:
    background = {name: node for node, spec in journey.nodes.items() for name in spec.background}
    for name, node in background.items():
        if name in journey.touchpoints and journey.touchpoints[name].every_weeks is None:
            rule = f"must be given, for {name} is in the background of {node}"
            yield Fault(f"journey.touchpoints.{name}.every_weeks", rule)
    listed = [name for name, touchpoint in journey.touchpoints.items() if touchpoint.every_weeks is not None]
    if len(listed) > MOST_CALENDAR_TOUCHPOINTS:
        rule = f"must have at most {MOST_CALENDAR_TOUCHPOINTS} with every_weeks"
        yield Fault("journey.touchpoints", rule, len(listed))


def _rhythms(scenario: Scenario) -> Iterator[Fault]:
    regular = {f"journey.touchpoints.{name}": spec.every_weeks for name, spec in scenario.journey.touchpoints.items()}
    time = scenario.time
    for path, weeks in {**regular, "surveys.relational": scenario.surveys.relational.every_weeks}.items():
        ticks = (weeks or 1.0) * time.ticks_per_week
        if round(ticks) < 1 or abs(ticks - round(ticks)) > 0.005:
            rule = (
                "must be whole weeks with time.tick=week" if time.tick == "week" else "must be whole days: n / 7 weeks"
            )
            yield Fault(f"{path}.every_weeks", rule, weeks)


def _waits(journey: Journey) -> Iterator[Fault]:
    for name, node in journey.nodes.items():
        wait, path = node.wait, f"journey.nodes.{name}.wait"
        if wait.kind == "uniform" and wait.to_weeks < wait.weeks:
            yield Fault(f"{path}.to_weeks", f"must be at least weeks ({wait.weeks:g}) for kind uniform", wait.to_weeks)
        elif wait.kind not in {"none", "uniform"} and wait.weeks <= 0.0:
            yield Fault(f"{path}.weeks", f"must be above 0 for kind {wait.kind}", wait.weeks)


def _profiles(journey: Journey) -> Iterator[Fault]:
    for name, queue in journey.queues.items():
        total = round(sum(part.share for part in queue.profile), 12)
        if abs(total - 1.0) > 1e-6:
            yield Fault(f"journey.queues.{name}.profile", "must have shares that sum to 1", total)
