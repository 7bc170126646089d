from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cxsim.behaviour.complaint import complaint_probability
from cxsim.elementary import logistic
from tests.parameters import parameters

P = parameters()
SHARE = st.floats(0.0, 1.0)


def test_severity_voice_attachment_and_ease_speak_up() -> None:
    z = -1.2 + 3.5 * 0.4 + 0.3 + 4.0 * 0.08
    assert complaint_probability(0.4, 0.3, 0.80, P) == pytest.approx(logistic(z))
    easy = parameters(complaint_ease=0.4)
    assert complaint_probability(0.4, 0.3, 0.80, easy) == pytest.approx(logistic(z + 0.2))


@given(severity=SHARE, more=SHARE, voice=st.floats(-3.0, 3.0), satisfaction=SHARE)
def test_graver_problems_are_voiced_more(severity: float, more: float, voice: float, satisfaction: float) -> None:
    first = complaint_probability(severity, voice, satisfaction, P)
    assert 0.0 < first <= complaint_probability(severity + more, voice, satisfaction, P) < 1.0


@given(severity=SHARE, satisfaction=SHARE)
def test_neutral_values_leave_the_propensity_alone(severity: float, satisfaction: float) -> None:
    neutral = parameters(complaint_severity=0.0, complaint_satisfaction=0.0)
    assert complaint_probability(severity, 0.0, satisfaction, neutral) == logistic(-1.2)
