"""Shared base of every spec: frozen, hashable, closed to unknown keys; and the constrained number types."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field
from pydantic_core import PydanticCustomError


class Spec(BaseModel):
    """A frozen description; unknown keys are errors."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False, validate_default=True)


Share = Annotated[float, Field(ge=0.0, le=1.0)]
"""A probability, a share, a quality or an expectation, in [0, 1]."""

Positive = Annotated[float, Field(gt=0.0)]
NonNegative = Annotated[float, Field(ge=0.0)]
Count = Annotated[int, Field(ge=1)]
Name = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]
"""A lower-case identifier: letters, digits and underscores."""


def broken(path: str, rule: str, value: object = None) -> PydanticCustomError:
    """Return the error of a rule between keys; `path` is below the spec that raises it."""
    return PydanticCustomError("rule", "{rule}", {"path": path, "rule": rule, "value": value})
