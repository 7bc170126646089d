from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cxsim.behaviour.survey import answer_probability, latent_score, score
from cxsim.elementary import logistic
from tests.parameters import parameters

P = parameters()


def test_the_latent_score_adds_up_what_is_felt() -> None:
    assert latent_score(0.72, 0.0, 0.0, 0.0, 0.0, P) == pytest.approx(7.8)
    expected = 7.8 + 12 * 0.05 + 0.9 * -0.5 + 0.5 * 0.4 + 0.7 + 0.6 * -1.0
    assert latent_score(0.77, -0.5, 0.4, 0.7, -1.0, P) == pytest.approx(expected)


@pytest.mark.parametrize(("latent", "points"), [(-3.0, 0), (6.49, 6), (6.5, 7), (8.5, 9), (14.0, 10)])
def test_answers_are_whole_points_from_0_to_10(latent: float, points: int) -> None:
    assert score(latent) == points


def test_satisfied_and_extreme_customers_answer_more() -> None:
    assert answer_probability(7.6, 0.0, P) == pytest.approx(logistic(-1.9))
    assert answer_probability(9.1, 0.3, P) == pytest.approx(logistic(-1.9 + 0.3 + 0.4))
    assert answer_probability(9.1, 0.0, P) > answer_probability(6.1, 0.0, P)
    assert answer_probability(1.6, 0.0, P) > answer_probability(7.6, 0.0, P)


@given(latent=st.floats(0.0, 12.0))
def test_neutral_values_ask_everybody_alike(latent: float) -> None:
    assert answer_probability(latent, 0.0, parameters(survey_positivity=0.0, survey_extremity=0.0)) == logistic(-1.9)
