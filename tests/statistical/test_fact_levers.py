"""Levers: satisfaction moves before revenue, and personalisation pays a few percent (F23, F28)."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import cxsim
from cxsim.results.run import Run
from cxsim.spec.scenario import Scenario
from tests.mechanisms import CLOSED, INDIFFERENT, lever, weekly


def compared(scenario: Scenario, changes: dict[str, float]) -> Run:
    """Return three years with better quality everywhere on one dimension, from the first week on without a ramp."""
    levers = {
        **lever("quality", ("journey.touchpoints.*.quality.functional", "add", 0.05)),
        **lever("personal", ("journey.touchpoints.*.quality.emotional", "add", 0.05)),
    }
    size = {"population.size": 20_000, "time.warmup_weeks": 52, "time.horizon_weeks": 156}
    return cxsim.compare(scenario.with_changes({**levers, **size, **changes}), ["quality", "personal"], 2, seed=23).run


@pytest.fixture(scope="module", params=[{}, {**INDIFFERENT, **CLOSED}], ids=["as shipped", "nothing matters"])
def world(request: pytest.FixtureRequest, telecom: Scenario) -> tuple[bool, Run]:
    """Return whether customers care, and the run."""
    return not request.param, compared(telecom, request.param)


def effect(run: Run, arm: str, column: str) -> pd.Series:
    difference = weekly(run, arm)[column] - weekly(run)[column]
    means: pd.Series = difference.groupby("tick").mean()
    return means


def weeks_to_half(difference: pd.Series) -> int:
    """Return the first week at which a smoothed effect reaches half of its mean over the last quarter."""
    final = difference.tail(13).mean()
    reached = difference.rolling(5, center=True, min_periods=1).mean() / final >= 0.5
    return int(np.argmax(reached.to_numpy()))


def check_lag(run: Run) -> None:
    nps, revenue = effect(run, "quality", "nps_true"), effect(run, "quality", "revenue")
    assert nps.tail(13).mean() > 0.0
    assert revenue.tail(13).mean() > 0.0
    assert weeks_to_half(nps) < weeks_to_half(revenue), (weeks_to_half(nps), weeks_to_half(revenue))


def check_personalisation(run: Run) -> None:
    gain = weekly(run, "personal")["revenue"].sum() / weekly(run)["revenue"].sum() - 1.0
    assert 0.02 <= gain <= 0.15, gain


@pytest.mark.slow
@pytest.mark.parametrize("check", [check_lag, check_personalisation], ids=["f23", "f28"])
def test_f23_satisfaction_leads_revenue_and_f28_personalisation_pays(world: tuple[bool, Run], check: object) -> None:
    cares, run = world
    assert callable(check)
    if cares:
        check(run)
    else:
        assert not np.isnan(weekly(run)["nps_true"]).any()
        with pytest.raises(AssertionError, match="assert "):
            check(run)
