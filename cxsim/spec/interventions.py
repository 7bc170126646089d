"""Interventions: a firm's lever as a window in time, a target, effects on named parameters, and what it costs."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from cxsim.spec.base import Name, NonNegative, Positive, Share, Spec, broken

Operation = Literal["add", "multiply", "logit", "close_gap", "set"]


class Ramp(Spec):
    """How the strength grows from 0 to 1 after the start."""

    shape: Literal["step", "linear", "logistic"] = "step"
    weeks: NonNegative = 0.0


class Target(Spec):
    """Whom the lever reaches; every condition must hold."""

    segments: tuple[Name, ...] = Field(default=(), description="empty: every segment")
    channels: tuple[Name, ...] = Field(
        default=(), description="only encounters on these channels; empty: every channel"
    )
    state: str = Field(default="", description="boolean expression over the customer's state; empty: everybody")
    coverage: Share = 1.0
    draw: Literal["once", "weekly"] = Field(
        default="once", description="the covered customers: fixed, or drawn anew each week"
    )
    cap_per_week: Positive | None = Field(default=None, description="real customers reached per week at most")
    holdout: Annotated[float, Field(ge=0.0, lt=1.0)] = 0.0


class Effect(Spec):
    """One change of one named parameter; ``*`` in the name stands for any part."""

    parameter: str
    operation: Operation
    value: float


class Cost(Spec):
    """What the lever costs the firm, for the represented customer base."""

    capex: NonNegative = 0.0
    fixed_week: NonNegative = 0.0
    per_customer_week: NonNegative = 0.0
    per_event: NonNegative = 0.0
    event: Name | None = Field(default=None, description="touchpoint whose reached visits are the events")


class Intervention(Spec):
    """A lever of the firm."""

    label: str = ""
    family: Literal["design", "repair", "promise", "reward", "capacity", "voice"]
    start_week: NonNegative = 13.0
    end_week: NonNegative | None = None
    ramp: Ramp = Field(default_factory=Ramp)
    fade_half_life_weeks: Positive | None = None
    target: Target = Field(default_factory=Target)
    effects: tuple[Effect, ...] = ()
    cost: Cost = Field(default_factory=Cost)
    synergy: dict[Name, Positive] = Field(default_factory=dict)
    evidence: str = ""

    @model_validator(mode="after")
    def _window(self) -> Intervention:
        if self.end_week is not None and self.end_week <= self.start_week:
            raise broken("end_week", f"must come after start_week ({self.start_week:g})", self.end_week)
        return self
