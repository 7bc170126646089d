"""Over-promising wins nothing but disappointment (F25)."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pytest

import cxsim
from cxsim.spec.scenario import Scenario
from tests.mechanisms import FREE, INDIFFERENT, NEW, weekly

CUSTOMERS = 30_000
NOT_COMPARED = {
    **INDIFFERENT,
    "behaviour.survey.satisfaction": 0.0,
    "behaviour.survey.balance": 0.0,
    "behaviour.survey.memory": 0.0,
}


class Cohort(NamedTuple):
    """Newcomers under a promise: churn in half a year, score in weeks 4 to 13, churn of year two among those who were left."""

    half_year: float
    nps: float
    second_year: float


def newcomers(scenario: Scenario, promise: float, **changes: float) -> Cohort:
    said = {"market.promise.functional": promise, "market.promise.emotional": promise}
    size = {"population.size": CUSTOMERS, "time.horizon_weeks": 106}
    table = weekly(cxsim.simulate(scenario.with_changes({**NEW, **FREE, **size, **said, **changes}), seed=25)).loc[0]
    churned, active = table["churned"], table["active"]
    return Cohort(
        churned.loc[1:26].sum() / CUSTOMERS,
        table["nps_true"].loc[4:13].mean(),
        churned.loc[53:104].sum() / active.loc[52],
    )


def check_disappointment(modest: Cohort, between: Cohort, bold: Cohort) -> None:
    assert bold.half_year >= 1.25 * modest.half_year, (modest, bold)
    assert bold.nps <= modest.nps - 15.0, (modest, bold)
    assert np.diff([modest.half_year, between.half_year, bold.half_year], 2)[0] > 0.0, (modest, between, bold)


@pytest.mark.slow
@pytest.mark.parametrize("changes", [{}, NOT_COMPARED], ids=["as shipped", "nothing matters"])
def test_f25_a_bolder_promise_loses_newcomers(telecom: Scenario, changes: dict[str, float]) -> None:
    cohorts = [newcomers(telecom, promise, **changes) for promise in (0.77, 0.82, 0.87)]
    if not changes:
        check_disappointment(*cohorts)
    else:
        with pytest.raises(AssertionError, match="assert "):
            check_disappointment(*cohorts)


def check_selection(modest: Cohort, bold: Cohort) -> None:
    assert 0.85 * modest.second_year <= bold.second_year < modest.second_year, (modest, bold)


@pytest.mark.slow
@pytest.mark.parametrize("changes", [{}, {"behaviour.churn.trust": 2.0}], ids=["as shipped", "trust outweighs all"])
def test_f25_the_survivors_of_a_bold_promise_leave_less(telecom: Scenario, changes: dict[str, float]) -> None:
    cohorts = [newcomers(telecom, promise, **changes) for promise in (0.77, 0.87)]
    if not changes:
        check_selection(*cohorts)
    else:
        with pytest.raises(AssertionError, match="assert "):
            check_selection(*cohorts)
