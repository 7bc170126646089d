"""What a model collects by itself: the headline numbers of every counted tick, in Mesa's own data collector."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

import mesa

from cxsim.measures import FIXED_POINT, Measure

if TYPE_CHECKING:
    from cxsim.engine.model import CXModel

COUNTS = ("prospects", "active", "acquired", "churned", "contacts", "complaints")
MEANS = ("satisfaction", "balance", "trust")


def new_collector() -> mesa.DataCollector:
    """Return a collector of the week, of counts, and of means over active customers."""
    reporters: dict[str, Any] = {"week": "week"}
    reporters |= {name: partial(_count, measure=int(Measure[name.upper()])) for name in COUNTS}
    reporters |= {name: partial(_mean, measure=int(Measure[name.upper()])) for name in MEANS}
    return mesa.DataCollector(model_reporters=reporters)


def _count(model: CXModel, measure: int) -> int:
    return model.record.latest[measure]


def _mean(model: CXModel, measure: int) -> float:
    return _count(model, measure) / FIXED_POINT / max(1, _count(model, Measure.ACTIVE))
