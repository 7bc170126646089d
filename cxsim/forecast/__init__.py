"""Forecasts of churn, active customers, revenue and lifetime value.

The package can be called: ``cxsim.forecast(run, target="churn_rate", horizon=26)`` is `cxsim.forecast.api.forecast`.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from importlib import import_module
from importlib.util import find_spec
from types import ModuleType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cxsim.forecast.api import Prediction


class _Package(ModuleType):
    """A package whose call is its function; both that and its modules are imported when they are used."""

    @property
    def __call__(self) -> Callable[..., Prediction]:
        """Return `cxsim.forecast.api.forecast`."""
        from cxsim.forecast.api import forecast

        return forecast

    def __getattr__(self, name: str) -> ModuleType:
        whole = f"{__name__}.{name}"
        if name.startswith("_") or find_spec(whole) is None:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        return import_module(whole)


sys.modules[__name__].__class__ = _Package
