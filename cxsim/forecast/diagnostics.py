"""What happened while a model was fitted: converged or not, warnings, seconds, and what took its place."""

from __future__ import annotations

import time
import warnings
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from cxsim.forecast.candidates.candidate import CannotFit

SOLVER_FAULTS = (CannotFit, ValueError, np.linalg.LinAlgError, FloatingPointError, ZeroDivisionError, IndexError)
"""What statsmodels raises on histories that a model cannot take; each is reported and the ladder steps down."""


@dataclass(frozen=True)
class Diagnosis:
    """One row of the table of diagnostics.

    Attributes
    ----------
    model : the model that was asked for.
    form : the form that was selected, empty where the model could not be fitted.
    converged : whether the numerical search ended where it should.
    warnings : what statsmodels and NumPy warned of, each once.
    seconds : CPU time of the process, so that other work on the machine does not count.
    fell_back_to : what took its place, empty where nothing had to.
    reason : why it had to.
    """

    model: str
    form: str
    converged: bool
    warnings: tuple[str, ...]
    seconds: float
    fell_back_to: str = ""
    reason: str = ""


@dataclass(frozen=True)
class Watched[T]:
    """The result of a watched call, ``None`` where it failed."""

    result: T | None
    warnings: tuple[str, ...]
    seconds: float
    reason: str


def watch[T](call: Callable[[], T]) -> Watched[T]:
    """Return what `call` gives, with its warnings, CPU seconds and, where it failed, the reason in one line."""
    started = time.process_time()
    result: T | None = None
    reason = ""
    with warnings.catch_warnings(record=True) as caught, np.errstate(all="ignore"):
        warnings.simplefilter("always")
        try:
            result = call()
        except SOLVER_FAULTS as fault:
            reason = str(fault).strip().split("\n")[0] or type(fault).__name__
    texts = tuple(dict.fromkeys(f"{item.category.__name__}: {str(item.message).split('\n')[0]}" for item in caught))
    return Watched(result, texts, time.process_time() - started, reason)
