"""What is not known for certain about a scenario's parameters: ranges from which every replication draws its own."""

from __future__ import annotations

from pathlib import Path

from pydantic import Field, model_validator

from cxsim.spec.base import Spec, broken


class Prior(Spec):
    """The range of one parameter: uniform; with `relative`, multiples of the scenario's value, uniform in their logarithm."""

    low: float
    high: float
    relative: bool = False

    @model_validator(mode="after")
    def _range(self) -> Prior:
        if self.high <= self.low:
            raise broken("high", f"must be above low ({self.low:g})", self.high)
        if self.relative and self.low <= 0.0:
            raise broken("low", "must be above 0 where it is a multiple", self.low)
        return self


class Uncertainty(Spec):
    """Parameters that differ between replications; both arms of a pair have the same."""

    priors: dict[str, Prior] = Field(default_factory=dict, description="name of a parameter -> its range")
    draws: Path | None = Field(
        default=None,
        description="a .csv or .parquet file of draws instead: a column for each parameter, a row for each",
    )

    @model_validator(mode="after")
    def _one_source(self) -> Uncertainty:
        if self.priors and self.draws is not None:
            raise broken("draws", "must not be given beside priors", str(self.draws))
        return self

    @property
    def stated(self) -> bool:
        """Return whether any parameter differs between replications."""
        return bool(self.priors) or self.draws is not None
