from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cxsim.behaviour.recovery import expected_justice, justice, settle
from cxsim.elementary import logistic
from tests.parameters import parameters

P = parameters()
SHARE = st.floats(0.0, 1.0)


def test_justice_adds_up_its_three_kinds() -> None:
    expected = 0.42 * 0.75 + 0.34 * (0.72 + 0.60) + 0.24 * math.exp(-2.0 / 1.5) - 0.10 * 2.0
    assert justice(2.0, 3.0, False, P) == pytest.approx(expected)
    assert justice(2.0, 3.0, True, P) == pytest.approx(expected - 0.42 * 0.75)


def test_compensation_counts_up_to_its_cap() -> None:
    lavish = justice(0.0, 1.0, False, parameters(problem_compensation=1.2))
    assert justice(0.0, 1.0, False, parameters(problem_compensation=5.0)) == lavish


def test_contacts_below_two_cost_nothing() -> None:
    assert justice(1.0, 0.0, False, P) == justice(1.0, 1.0, False, P)


def test_recovery_expectations_rise_to_a_ceiling() -> None:
    assert [expected_justice(n, P) for n in (0.0, 1.0, 2.0, 9.0)] == pytest.approx([0.55, 0.75, 0.95, 0.95])


def test_a_fair_settlement_restores_and_pleases() -> None:
    outcome = settle(0.93, 0.2, 0.2, 0.0, False, 2.0, P)
    bonus = ((0.93 - 0.55 - 0.08) / 0.2) ** 0.88 * 0.8 * 0.8
    assert outcome.restored == 1.0
    assert outcome.deposit == pytest.approx(1.5 * bonus)
    assert outcome.transaction == pytest.approx(logistic(0.9445 + 3.0 * -0.04 - 1.8 * 0.2 + 0.6 * bonus))


def test_a_poor_settlement_restores_a_quarter_and_deviates_twice() -> None:
    outcome = settle(0.36, 0.5, 0.5, 0.0, False, 2.0, P)
    assert outcome.restored == pytest.approx(0.25 * 0.36 / 0.90)
    assert outcome.deposit == pytest.approx(-1.5 * 2.0 * ((0.55 - 0.36 - 0.06) / 0.2) ** 0.88)


@given(fairness=st.floats(-1.0, 1.5), severity=SHARE, blame=SHARE, past=st.floats(0.0, 5.0), unavoidable=st.booleans())
def test_a_settlement_stays_within_its_bounds(
    fairness: float, severity: float, blame: float, past: float, unavoidable: bool
) -> None:
    outcome = settle(fairness, severity, blame, past, unavoidable, 2.0, P)
    assert 0.0 <= outcome.restored <= (0.0 if unavoidable else 1.0)
    assert 0.0 <= outcome.transaction <= 1.0


@given(fairness=st.floats(-1.0, 1.5), severity=SHARE)
def test_recovery_can_be_switched_off(fairness: float, severity: float) -> None:
    outcome = settle(
        fairness, severity, 0.5, 0.0, False, 2.0, parameters(recovery_weight=0.0, recovery_full_justice=1e12)
    )
    assert outcome.deposit == 0.0
    assert outcome.restored == pytest.approx(0.0, abs=1e-11)


@given(severity=SHARE, blame=SHARE, past=st.floats(0.0, 3.0))
def test_graver_repeated_or_blamed_problems_are_never_recovered_better(
    severity: float, blame: float, past: float
) -> None:
    best = settle(0.95, 0.0, 0.0, 0.0, False, 2.0, P)
    outcome = settle(0.95, severity, blame, past, False, 2.0, P)
    assert outcome.deposit <= best.deposit
    assert outcome.transaction <= best.transaction
