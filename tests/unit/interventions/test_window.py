"""When an intervention acts and how strongly: start, ramp, end, fade."""

from __future__ import annotations

from typing import Any

import pytest

from cxsim.interventions.window import is_over, is_running, strength
from cxsim.spec.interventions import Intervention


def lever(**more: Any) -> Intervention:
    return Intervention.model_validate({"family": "design", "start_week": 10, **more})


def strengths(intervention: Intervention, weeks: list[float], alignment: float = 0.7) -> list[float]:
    return [strength(intervention, week, alignment) for week in weeks]


def test_a_step_acts_fully_from_its_first_week() -> None:
    assert strengths(lever(), [-5, 9, 9.9, 10, 500]) == [0, 0, 0, 1, 1]


def test_a_linear_ramp_grows_evenly_to_one() -> None:
    assert strengths(lever(ramp={"shape": "linear", "weeks": 4}), [10, 11, 12, 14, 20]) == [0, 0.25, 0.5, 1, 1]


def test_a_logistic_ramp_starts_at_zero_is_half_way_in_the_middle_and_ends_at_one() -> None:
    found = strengths(lever(ramp={"shape": "logistic", "weeks": 8}), [10, 12, 14, 16, 18, 30])
    assert found[0] == 0.0
    assert found[2] == pytest.approx(0.5)
    assert found[4] == found[5] == pytest.approx(1.0)
    assert found[1] + found[3] == pytest.approx(1.0)
    assert found == sorted(found)


@pytest.mark.parametrize(("alignment", "weeks"), [(0.7, 8.0), (1.0, 5.6), (0.35, 16.0)])
def test_a_better_aligned_firm_ramps_faster(alignment: float, weeks: float) -> None:
    ramp = lever(ramp={"shape": "linear", "weeks": 8})
    assert strength(ramp, 10 + weeks / 2, alignment) == pytest.approx(0.5)
    assert strength(ramp, 10 + weeks, alignment) == pytest.approx(1.0)


def test_without_fading_the_end_is_the_end() -> None:
    assert strengths(lever(end_week=20), [19.9, 20, 21]) == [1, 0, 0]


def test_a_fade_halves_what_was_reached_with_its_half_life() -> None:
    fading = lever(end_week=12, fade_half_life_weeks=5, ramp={"shape": "linear", "weeks": 4})
    assert strengths(fading, [12, 17, 22]) == pytest.approx([0.5, 0.25, 0.125])


def test_a_lever_is_paid_for_from_its_start_to_its_end() -> None:
    assert [is_running(lever(end_week=12), week) for week in (9, 10, 11.9, 12)] == [False, True, True, False]
    assert is_running(lever(), 1e6)


def test_a_lever_is_over_when_it_has_ended_unless_it_fades() -> None:
    assert [is_over(lever(end_week=12), week) for week in (9, 11.9, 12, 13)] == [False, False, True, True]
    assert not is_over(lever(end_week=12, fade_half_life_weeks=1), 1e6)
    assert not is_over(lever(), 1e6)
