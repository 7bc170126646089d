from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import truncnorm

from cxsim.behaviour.appraisal import plain_value
from cxsim.behaviour.failure import nuisance, offence, probability, recall, severity
from tests.parameters import parameters

P = parameters()


@pytest.mark.parametrize("mean", [0.10, 0.36, 0.70])
def test_severity_follows_the_truncated_normal(mean: float) -> None:
    law = truncnorm((0.05 - mean) / 0.19, (1.0 - mean) / 0.19, mean, 0.19)
    chances = np.linspace(0.001, 0.999, 99)
    np.testing.assert_allclose([severity(u, mean, P) for u in chances], law.ppf(chances), atol=2e-6)


@given(chance=st.floats(1e-9, 1.0 - 1e-9), mean=st.floats(0.0, 1.0))
def test_severity_stays_within_its_bounds(chance: float, mean: float) -> None:
    assert 0.05 <= severity(chance, mean, P) <= 1.0


def test_an_offence_grows_with_severity_and_blame() -> None:
    assert offence(0.4, 1.0, 2.0, 1.0, P) == pytest.approx(1.5 * plain_value(-0.4, 2.0, 1.0, P))
    assert offence(0.4, 0.0, 2.0, 1.0, P) == pytest.approx(1.5 * plain_value(-0.2, 2.0, 1.0, P))
    assert offence(0.7, 0.5, 2.0, 1.0, P) < offence(0.3, 0.5, 2.0, 1.0, P) < 0.0
    assert offence(0.7, 0.5, 2.0, 1.0, parameters(failure_weight=0.0)) == 0.0


def test_the_catalogue_keeps_insults_and_late_replies_apart() -> None:
    late, insult = nuisance(0.10, 2.0, P), offence(0.95, 0.5, 2.0, 1.0, P)
    assert late < 0.0
    assert insult / late >= 8.0


def test_repeated_failures_are_remembered_more() -> None:
    assert recall(0.3, 0.4, 0.0, P) == pytest.approx(0.7)
    assert recall(0.3, 0.4, 2.0, P) == pytest.approx(0.3 + 0.4 * 2.0)
    assert recall(0.3, 0.4, 2.0, parameters(failure_recurrence=0.0)) == pytest.approx(0.7)


@given(rate=st.floats(0.0, 2.0))
def test_a_weekly_rate_is_the_same_in_seven_days(rate: float) -> None:
    day = probability(rate, 1 / 7)
    assert 1.0 - (1.0 - day) ** 7 == pytest.approx(probability(rate, 1.0), abs=1e-9)
