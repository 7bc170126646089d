"""The journey: channels, touchpoints, service desks, nodes with their transitions, and the problem sub-process."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from cxsim.spec.base import Name, NonNegative, Positive, Share, Spec

Stage = Literal["attraction", "interest", "marketing", "discovery", "purchase", "use", "service", "loss", "winback"]
KanoType = Literal["basic", "performance", "delight", "indifferent"]
Life = Literal["lead", "active", "lost", "gone"]
PHASE_OF_STAGE = {
    "attraction": "before",
    "interest": "before",
    "marketing": "before",
    "discovery": "before",
    "purchase": "during",
    "use": "during",
    "service": "during",
    "loss": "after",
    "winback": "after",
}


class Quality(Spec):
    """A level per dimension."""

    functional: Share
    emotional: Share


class QualityShift(Spec):
    """What a channel adds to the quality of a touchpoint, per dimension."""

    functional: Annotated[float, Field(ge=-1.0, le=1.0)] = 0.0
    emotional: Annotated[float, Field(ge=-1.0, le=1.0)] = 0.0


class Kano(Spec):
    """Kano type per dimension."""

    functional: KanoType = "performance"
    emotional: KanoType = "performance"


class Norm(Spec):
    """A commitment whose keeping books a small normed credit (ec)."""

    commitment: str = "promise kept"
    credit: NonNegative = 0.10


class Channel(Spec):
    """A way to meet: who answers, what a contact costs, which desk it loads."""

    human: bool
    cost: NonNegative = 0.0
    task_success: Share = 1.0
    queue: Name | None = None
    back_office: Name | None = None
    quality: QualityShift = Field(default_factory=QualityShift)


class Integration(Spec):
    """How seamless a change of channel is: 1 is seamless. Pairs are written ``app-web``."""

    default: Share = 0.5
    pairs: dict[str, Share] = Field(default_factory=dict)


class LoadBin(Spec):
    """A part of the opening hours: load relative to the mean, share of the time."""

    load: Positive
    share: Share


def _profile() -> tuple[LoadBin, ...]:
    loads, shares = (0.4, 0.8, 1.0, 1.3, 1.6), (0.2, 0.2, 0.25, 0.2, 0.15)
    return tuple(LoadBin(load=load, share=share) for load, share in zip(loads, shares, strict=True))


class Queue(Spec):
    """A staffed desk with waiting and impatient customers: Erlang A per intraday bin."""

    agents: Positive
    handling_min: Positive = 8.0
    patience_min: Positive = 4.0
    open_min_week: Positive = 3600.0
    profile: tuple[LoadBin, ...] = Field(default_factory=_profile, min_length=1, max_length=8)


class BackOffice(Spec):
    """A desk that answers later: letters, e-mail, claims."""

    capacity_week: Positive
    fixed_delay_weeks: NonNegative = 0.3
    target_weeks: NonNegative = 1.0
    delay: Positive = Field(default=1.0, description="multiplier of every delay, 1 is as it is")


class Touchpoint(Spec):
    """A place where the customer meets the firm."""

    stage: Stage
    quality: Quality
    channels: dict[Name, NonNegative] = Field(
        min_length=1,
        description="share of its encounters on each; an intervention that moves one moves the others in proportion",
    )
    weight: Annotated[float, Field(ge=0.0, le=5.0)] = 1.0
    moment_of_truth: bool = False
    kano: Kano = Field(default_factory=Kano)
    norm: Norm | None = None
    noise: NonNegative = 0.045
    failure: Share = 0.0
    severity: Share | None = Field(default=None, description="mean severity of its failures; the general one if absent")
    blame: Share = 0.5
    unavoidable: Share = 0.08
    department: Name = "front"
    every_weeks: Positive | None = None
    phase: Literal["random", "tenure"] = "random"


class Dwell(Spec):
    """Time spent in a node before its transitions are tried."""

    kind: Literal["none", "fixed", "geometric", "uniform", "lognormal"] = "none"
    weeks: NonNegative = 0.0
    to_weeks: NonNegative = 0.0
    log_sd: NonNegative = 0.0


class Node(Spec):
    """A state of the journey graph; `next` maps targets to a probability or an expression."""

    touchpoint: Name | None = None
    life: Life
    wait: Dwell = Field(default_factory=Dwell)
    background: tuple[Name, ...] = ()
    problem: bool = Field(default=False, description="customers with a voiced problem stay here until it is settled")
    next: dict[Name, float | str] = Field(default_factory=dict)


class Problem(Spec):
    """The problem sub-process, equations (20) to (26)."""

    touchpoint: Name
    first_contact_resolution: Share = 0.70
    severity_effect: Share = 0.3
    empathy: Share = 0.72
    explanation: Share = 0.60
    compensation: NonNegative = 0.75
    compensation_cost: NonNegative = Field(default=0.5, description="currency per unit of severity and monthly revenue")
    persistence: Share = Field(default=0.9, description="probability of asking again after an unresolved contact")
    retry: Share = Field(default=0.9, description="probability per week that the repeat contact happens")
    max_age_weeks: Positive = 26.0
    silent_weeks: Positive = 8.0
    handoff_failure: Share = 0.10


class Journey(Spec):
    """A complete journey graph with all that its nodes refer to."""

    channels: dict[Name, Channel] = Field(min_length=1, max_length=32)
    integration: Integration = Field(default_factory=Integration)
    queues: dict[Name, Queue] = Field(default_factory=dict)
    back_offices: dict[Name, BackOffice] = Field(default_factory=dict)
    touchpoints: dict[Name, Touchpoint] = Field(min_length=1, max_length=100)
    problem: Problem
    start: Name
    active: Name = Field(description="node where customers of the initial base start")
    nodes: dict[Name, Node] = Field(min_length=1, max_length=200)
    golden_path: tuple[Name, ...] = ()
    contact_rate: NonNegative = Field(default=1.0, description="multiplies every rate() of the transitions")
    alignment: Share = 0.7
    save_desk: Share = 0.0
    nudge: float = 0.0
