"""cxsim: the what-if laboratory for customer experience."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cxsim.spec.version import MODEL_VERSION

if TYPE_CHECKING:
    from cxsim.api import compare, load, simulate
    from cxsim.engine.model import CXModel
    from cxsim.forecast.api import forecast
    from cxsim.forecast.backtest import backtest
    from cxsim.study.arm_forecast import forecast_arm
    from cxsim.study.known_effect import known_effect

__version__ = "0.1.0"
__all__ = [
    "MODEL_VERSION",
    "CXModel",
    "backtest",
    "compare",
    "forecast",
    "forecast_arm",
    "known_effect",
    "load",
    "simulate",
]

_HOMES = {
    "load": "cxsim.api",
    "simulate": "cxsim.api",
    "compare": "cxsim.api",
    "backtest": "cxsim.forecast.backtest",
    "forecast_arm": "cxsim.study.arm_forecast",
    "known_effect": "cxsim.study.known_effect",
    "CXModel": "cxsim.engine.model",
}


def __getattr__(name: str) -> Any:
    """Return a public name, importing its module on first use: `import cxsim` itself stays cheap."""
    from importlib import import_module

    if name == "forecast":
        # A package that can be called, so that its modules keep their names beside the function.
        return import_module("cxsim.forecast")
    if name not in _HOMES:
        raise AttributeError(f"module 'cxsim' has no attribute {name!r}")
    return getattr(import_module(_HOMES[name]), name)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
