"""Shared base of every spec: frozen, hashable, closed to unknown keys; and the constrained number types."""

from __future__ import annotations

from typing import Annotated, Any, NoReturn, Self

from pydantic import BaseModel, ConfigDict, Field
from pydantic_core import PydanticCustomError


class Entries[K, V](dict[K, V]):
    """A mapping that stays as it is: a part of a frozen spec."""

    def _refuse(self, *_: Any, **__: Any) -> NoReturn:
        raise TypeError("a spec is frozen; take a changed copy of it with with_changes")

    __setitem__ = __delitem__ = __ior__ = clear = pop = popitem = setdefault = update = _refuse

    def __hash__(self) -> int:  # type: ignore[override]
        return hash(frozenset(self.items()))

    def __reduce__(self) -> tuple[type[Self], tuple[dict[K, V]]]:
        # A copy, also in another process, is made at once, for it cannot be filled entry by entry.
        return type(self), (dict(self),)


class Spec(BaseModel):
    """A frozen description, its mappings too; unknown keys are errors."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False, validate_default=True)

    def model_post_init(self, _: Any, /) -> None:
        """Freeze the mappings."""
        for name, value in self.__dict__.items():
            if type(value) is dict:
                self.__dict__[name] = Entries(value)


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
