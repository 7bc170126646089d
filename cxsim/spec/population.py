"""Who the customers are: size, segments, contracts, tenure and the distributions of their traits."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from cxsim.spec.base import Count, Name, NonNegative, Positive, Share, Spec, broken

Beta = Annotated[tuple[Positive, Positive], Field()]


class Segment(Spec):
    """A group of customers with its own weights and revenue."""

    share: Share
    emotional_weight: Beta = (5.0, 5.0)
    switching_cost: Beta = (2.0, 2.0)
    monthly_revenue: NonNegative
    monthly_revenue_log_sd: NonNegative = 0.0
    zone_scale: Positive = 1.0


class Contract(Spec):
    """A commitment: its length, its share of the customers, and whether it renews by itself."""

    share: Share
    commitment_weeks: NonNegative = 0.0
    renews: bool = False


class BetaGeometric(Spec):
    """Frailty of the shifted beta-geometric: the yearly churn probability is Beta(alpha, beta) across customers."""

    kind: Literal["beta_geometric"] = "beta_geometric"
    alpha: Positive = 0.668
    beta: Positive = 3.806


class SameForAll(Spec):
    """No frailty: everybody has the same base churn probability per year."""

    kind: Literal["same_for_all"]
    churn_year: Share


Frailty = Annotated[BetaGeometric | SameForAll, Field(discriminator="kind")]


class NewCustomers(Spec):
    """Everybody starts with tenure zero."""

    kind: Literal["new"]


class ExponentialTenure(Spec):
    """Tenure of the initial base: exponential with this mean, cut at the maximum."""

    kind: Literal["exponential"] = "exponential"
    mean_weeks: Positive = 150.0
    max_weeks: Positive = 520.0


Tenure = Annotated[NewCustomers | ExponentialTenure, Field(discriminator="kind")]


class Traits(Spec):
    """Distributions of what a customer is born with (`model.md` b.2)."""

    loss_aversion: Positive = 2.0
    loss_aversion_log_sd: NonNegative = 0.25
    taste_sd: NonNegative = 0.08
    style_sd: NonNegative = 0.7
    complaint_sd: NonNegative = 0.8
    survey_sd: NonNegative = 0.5
    patience_log_sd: NonNegative = 0.3
    congruence_sd: NonNegative = 1.0


class Population(Spec):
    """The customers at the start and the law of those who come later."""

    size: Count
    represents: Positive | None = Field(default=None, description="real customers that the simulated base stands for")
    currency: str = "EUR"
    segments: dict[Name, Segment] = Field(min_length=1, max_length=32)
    contracts: dict[Name, Contract] = Field(min_length=1, max_length=16)
    frailty: Frailty = Field(default_factory=BetaGeometric)
    tenure: Tenure = Field(default_factory=ExponentialTenure)
    traits: Traits = Field(default_factory=Traits)

    @model_validator(mode="after")
    def _shares(self) -> Population:
        for label, group in (("segments", self.segments), ("contracts", self.contracts)):
            total = sum(part.share for part in group.values())
            if abs(total - 1.0) > 1e-6:
                raise broken(label, "the shares must sum to 1", round(total, 6))
        return self

    @property
    def scale(self) -> float:
        """Return how many real customers one simulated customer stands for."""
        return 1.0 if self.represents is None else self.represents / self.size
