"""Satisfied customers stay: by the score they would give, by competition, and in which shape (F19, F21)."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import pytest
from scipy.stats import beta

import cxsim
from cxsim.arrays import Bools, Floats
from cxsim.behaviour.churn import churn_probability, disutility
from cxsim.journey.tables import LifeCode
from cxsim.spec.scenario import Scenario
from tests.mechanisms import CLOSED, INDIFFERENT
from tests.parameters import parameters

CLASSES = (0.35, 0.5, 0.65, 0.8)
"""Satisfaction between the boxes 1 to 5 of a questionnaire."""


class Year(NamedTuple):
    """What customers would have said at the start of a year, the box of their satisfaction, and who left within it."""

    score: Floats
    box: Floats
    lost: Bools


def live_a_year(scenario: Scenario, **changes: float) -> Year:
    """Return a year of customers who stand in the middle of their lives."""
    size = {"population.size": 40_000, "time.warmup_weeks": 52, "time.horizon_weeks": 53, **CLOSED}
    model = cxsim.CXModel(scenario.with_changes({**size, **changes}), 19)
    while model.tick < model.warmup_ticks:
        model.step()
    rows = model.rows.copy()
    balance = rows["credit_fast"] + rows["credit_slow"] - rows["debit_fast"] - rows["debit_slow"]
    memory = np.clip(0.5 * (rows["peak"] + rows["end"]) / 4.0, -1.5, 1.5)
    noise = 0.6 * np.random.default_rng(19).standard_normal(len(rows))
    latent = 7.8 + 12.0 * (rows["satisfaction"] - 0.72) + 0.9 * np.clip(balance / 4.0, -2.5, 1.5) + 0.5 * memory
    while model.running:
        model.step()
    score = np.clip(np.floor(latent + rows["style"] + noise + 0.5), 0.0, 10.0)
    return Year(score, 1 + np.digitize(rows["satisfaction"], CLASSES), model.rows["life"] == int(LifeCode.LOST))


def check_detractors_leave(year: Year) -> None:
    detractors, promoters = year.lost[year.score <= 6].mean(), year.lost[year.score >= 9].mean()
    assert 1.5 <= detractors / promoters <= 3.5, detractors / promoters


@pytest.mark.slow
@pytest.mark.parametrize("changes", [{}, INDIFFERENT], ids=["as shipped", "nothing matters"])
def test_f19_detractors_leave_more_often_than_promoters(telecom: Scenario, changes: dict[str, float]) -> None:
    year = live_a_year(telecom, **changes)
    if not changes:
        check_detractors_leave(year)
    else:
        with pytest.raises(AssertionError, match="assert "):
            check_detractors_leave(year)


def odds(staying: float) -> float:
    return staying / (1.0 - staying)


def top_box_odds(year: Year) -> float:
    """Return the odds of staying in box 5 over those in box 4."""
    return odds(1.0 - year.lost[year.box == 5].mean()) / odds(1.0 - year.lost[year.box == 4].mean())


def check_top_box(ratios: list[float]) -> None:
    assert min(ratios) >= 1.3, ratios
    assert ratios == sorted(ratios), ratios


@pytest.mark.slow
@pytest.mark.parametrize("changes", [{}, INDIFFERENT], ids=["as shipped", "nothing matters"])
def test_f21_the_top_box_stays_the_more_competition_there_is(telecom: Scenario, changes: dict[str, float]) -> None:
    ratios = [
        top_box_odds(live_a_year(telecom, **changes, **{"behaviour.churn.competition": level}))
        for level in (0.5, 1.0, 2.0)
    ]
    if not changes:
        check_top_box(ratios)
    else:
        with pytest.raises(AssertionError, match="assert "):
            check_top_box(ratios)


def retention(competition: float, base: float, **changes: Any) -> Floats:
    """Return the annual retention over five satisfactions, frailty integrated out; `base` multiplies the hazard."""
    p = parameters(churn_competition=competition, churn_level=0.0, **changes)
    yearly = beta(0.668, 3.806).ppf((np.arange(4000) + 0.5) / 4000)
    hazards = -np.log1p(-yearly) / 52.0
    kept = []
    for satisfaction in (0.56, 0.64, 0.72, 0.80, 0.88):
        eta = disutility(satisfaction, 0.0, 0.0, 0.6, 0.0, 0.0, 0.5, 0.0, p)
        kept.append(np.mean([1.0 - churn_probability(hazard * base, 1.0, eta, 52.0) for hazard in hazards]))
    return np.array(kept)


def check_captive(kept: Floats) -> None:
    assert (np.diff(kept) > 0.0).all(), kept
    assert (np.diff(kept, 2) < 0.0).all(), kept


def check_competitive(kept: Floats) -> None:
    bends, middle = np.diff(kept, 2), kept[1:-1]
    assert (bends[middle < 0.5] > 0.0).all(), kept
    assert (middle < 0.5).any()
    assert bends[-1] < 0.0, kept


def test_f21_captive_markets_are_concave_and_competitive_ones_s_shaped() -> None:
    captive, competitive = retention(0.5, 0.4), retention(2.0, 9.0)
    check_captive(captive)
    check_competitive(competitive)
    np.testing.assert_allclose(captive, [0.881, 0.910, 0.933, 0.950, 0.963], atol=0.005)
    np.testing.assert_allclose(competitive, [0.097, 0.216, 0.435, 0.705, 0.890], atol=0.02)
    flat = retention(1.0, 1.0, churn_satisfaction=0.0)
    for check, wrong in (
        (check_captive, flat),
        (check_competitive, flat),
        (check_captive, competitive),
        (check_competitive, captive),
    ):
        with pytest.raises(AssertionError, match="assert "):
            check(wrong)
