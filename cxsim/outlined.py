"""A mark for rules that run seldom: compiled once and called, instead of being inlined into every caller."""

from __future__ import annotations

from collections.abc import Callable


def outlined[**P, R](function: Callable[P, R]) -> Callable[P, R]:
    """Return the function itself, marked for the compiler; plain Python never notices."""
    function.__cxsim_outlined__ = True  # type: ignore[attr-defined]
    return function


def is_outlined(function: object) -> bool:
    """Return whether a rule is marked."""
    return getattr(function, "__cxsim_outlined__", False)
