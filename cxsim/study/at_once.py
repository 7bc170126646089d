"""All arms of a comparison judged at once: who looks at ten levers finds one that seems to work by chance."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from cxsim.arrays import Floats
from cxsim.errors import Fault, InputError, nearest
from cxsim.metrics.horizons import METRICS
from cxsim.study.many import equivalence, holm, simultaneous_intervals
from cxsim.study.paired import check_confidence, paired_effect

WITHOUT_DIFFERENCES = ("roi", "payback_weeks")
"""Metrics that only all replications together have."""


def judge_at_once(
    differences: Mapping[str, Floats], metric: str, margin: float | None, confidence: float, seed: int
) -> pd.DataFrame:
    """Return one row for each arm, the best first.

    Columns: ``intervention, metric, unit, difference``; ``low`` and ``high``, intervals that all hold at once with this
    ``confidence`` (max-T over replications); ``p_value`` of the paired t test and ``p_holm``, adjusted for all arms;
    ``p_better``, the share of replications in which the arm beats the baseline; with a `margin` also ``verdict``: ``equivalent``
    within it, ``higher``, ``lower`` or ``undecided``.

    Parameters
    ----------
    differences : arm -> (R,) treated less baseline, see `effects.paired_differences`.
    margin : the size below which a difference does not matter, in the metric's unit.

    Raises
    ------
    InputError : fewer than two replications, or a value that is missing in one of them.
    """
    better = METRICS[metric].higher_is_better
    arms, table = list(differences), np.column_stack(list(differences.values()))
    together = simultaneous_intervals(table, np.random.default_rng(seed), confidence)
    single = [paired_effect(np.zeros(len(d)), d, confidence, higher_is_better=better) for d in table.T]
    p_values = np.array([effect.p_value for effect in single])
    # An arm that changes nothing at all has no test; it is no evidence against itself.
    p_values = np.where(np.isnan(p_values), 1.0, p_values)
    rows = pd.DataFrame(
        {
            "intervention": arms,
            "metric": metric,
            "unit": METRICS[metric].unit,
            "difference": together.difference,
            "low": together.low,
            "high": together.high,
            "confidence": confidence,
            "p_value": p_values,
            "p_holm": holm(p_values),
            "p_better": [effect.p_better for effect in single],
        }
    )
    if margin is not None:
        rows["verdict"] = [equivalence(d, margin, confidence).verdict for d in table.T]
    return rows.sort_values("difference", ascending=not better, kind="stable", ignore_index=True)


def check_question(metric: str, segment: str, segments: list[str], weeks: int, horizon: int, confidence: float) -> None:
    """Raise `InputError` unless a metric with differences, a segment, a horizon within the run and a confidence are asked for."""
    faults = []
    known = [name for name in METRICS if name not in WITHOUT_DIFFERENCES]
    if metric not in known:
        rule = "must be a metric that every replication has"
        faults.append(Fault("metric", rule, metric, nearest(metric, known)))
    if segment not in segments:
        faults.append(Fault("segment", "must be a segment of the scenario or all", segment, nearest(segment, segments)))
    if not 1 <= weeks <= horizon:
        faults.append(Fault("horizon_weeks", f"must be between 1 and {horizon}, the length of the run", weeks))
    if faults:
        raise InputError(faults)
    check_confidence(confidence)
