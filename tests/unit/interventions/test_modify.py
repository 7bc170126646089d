"""Operations at every strength, how several combine, and bounds."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cxsim.interventions.modify import apply_effects, modified
from cxsim.interventions.parameters import Parameter, matching, parameters
from cxsim.spec.interventions import Effect, Operation
from tests.worlds import telecom

ANY = float("inf")


def changed(value: float, *effects: tuple[Operation, float, float], low: float = 0.0, high: float = ANY) -> float:
    """A personal parameter after effects of (operation, value, strength)."""
    known = {"x": Parameter(value, low, high, shared=False)}
    values = {"x": value}
    stacked = [(Effect(parameter="x", operation=op, value=v), s) for op, v, s in effects]
    apply_effects(values, stacked, known, shared=False)
    return values["x"]


@pytest.mark.parametrize(
    ("operation", "amount", "half", "full"),
    [
        ("add", 0.4, 0.8, 1.0),
        ("multiply", 0.25, 0.3, 0.15),
        ("multiply", 4.0, 1.2, 2.4),
        ("close_gap", 0.5, 0.7, 0.8),
        ("set", 0.1, 0.35, 0.1),
        ("logit", 1.0, 1 / (1 + math.exp(-(math.log(1.5) + 0.5))), 1 / (1 + math.exp(-(math.log(1.5) + 1.0)))),
    ],
)
def test_an_operation_at_no_half_and_full_strength(
    operation: Operation, amount: float, half: float, full: float
) -> None:
    assert modified(0.6, operation, amount, 0.0) == pytest.approx(0.6, abs=1e-12)
    assert modified(0.6, operation, amount, 0.5) == pytest.approx(half)
    assert modified(0.6, operation, amount, 1.0) == pytest.approx(full)


def test_multiplying_by_zero_fades_out_evenly() -> None:
    assert [modified(0.6, "multiply", 0.0, s) for s in (0.0, 0.5, 1.0)] == pytest.approx([0.6, 0.3, 0.0])


def test_no_strength_changes_no_bit() -> None:
    assert changed(0.1, ("logit", 3.0, 0.0), ("multiply", 9.0, 0.0)) == 0.1


def test_effects_combine_by_the_rule_of_their_operation() -> None:
    assert changed(1.0, ("add", 0.25, 1.0), ("add", 0.5, 1.0)) == 1.75
    assert changed(8.0, ("multiply", 0.5, 1.0), ("multiply", 0.25, 1.0)) == 1.0
    assert changed(0.5, ("logit", 1.0, 1.0), ("logit", -1.0, 1.0)) == pytest.approx(0.5)
    # Each closes part of what is left: 0.2 -> 1 - 0.8 * 0.5 * 0.75.
    assert changed(0.2, ("close_gap", 0.5, 1.0), ("close_gap", 0.25, 1.0), high=1.0) == pytest.approx(0.7)
    # Two settings at full strength meet in the middle; as long as there is room each goes its part of the way.
    assert changed(0.2, ("set", 0.9, 1.0), ("set", 0.4, 1.0)) == pytest.approx(0.65)
    assert changed(0.2, ("set", 0.9, 0.5), ("set", 0.4, 0.25)) == pytest.approx(0.2 + 0.35 + 0.05)


@given(
    st.permutations(
        [
            ("add", 0.1, 1.0),
            ("multiply", 0.5, 0.7),
            ("set", 0.9, 0.8),
            ("set", 0.1, 0.6),
            ("logit", 1.0, 0.5),
            ("close_gap", 0.3, 1.0),
        ]
    )
)
def test_the_order_in_which_effects_are_written_does_not_matter(effects: list[tuple[Operation, float, float]]) -> None:
    middle = 0.4 + (0.5 * 0.8 - 0.3 * 0.6) / 1.4
    shifted = modified(modified(middle, "multiply", 0.5, 0.7), "logit", 1.0, 0.5)
    expected = 1.0 - (1.0 - shifted) * 0.7 + 0.1
    assert changed(0.4, *effects, high=1.0) == pytest.approx(expected)


def test_bounds_hold_at_the_end_so_that_opposite_effects_cancel_first() -> None:
    assert changed(0.9, ("add", 0.4, 1.0), ("add", -0.4, 1.0), high=1.0) == pytest.approx(0.9)
    assert changed(0.9, ("add", 0.4, 1.0), high=1.0) == 1.0
    assert changed(0.1, ("add", -0.4, 1.0)) == 0.0


@given(st.floats(0.0, 1.0), st.floats(-5.0, 5.0), st.floats(0.0, 1.0))
def test_a_logit_never_leaves_the_unit_interval(value: float, amount: float, strength: float) -> None:
    assert 0.0 <= modified(value, "logit", amount, strength) <= 1.0


@given(st.lists(st.floats(0.0, 1.0), max_size=4), st.floats(0.0, 1.0))
def test_closing_gaps_never_overshoots_and_ignores_order(shares: list[float], value: float) -> None:
    effects: list[tuple[Operation, float, float]] = [("close_gap", share, 1.0) for share in shares]
    one, other = changed(value, *effects, high=1.0), changed(value, *reversed(effects), high=1.0)
    assert one == pytest.approx(other)
    assert value - 1e-12 <= one <= 1.0


def test_shared_and_personal_parameters_change_apart() -> None:
    known = {"desk": Parameter(10.0, 0.0, ANY, shared=True), "taste": Parameter(1.0, 0.0, ANY, shared=False)}
    effects = [(Effect(parameter="*", operation="multiply", value=2.0), 1.0)]
    for shared, expected in ((True, {"desk": 20.0, "taste": 1.0}), (False, {"desk": 10.0, "taste": 2.0})):
        values = {name: parameter.value for name, parameter in known.items()}
        apply_effects(values, effects, known, shared=shared)
        assert values == expected


def test_desks_are_shared_and_what_a_customer_meets_is_personal() -> None:
    known = parameters(telecom())
    shared = {name for name, parameter in known.items() if parameter.shared}
    assert "journey.queues.phone.agents" in shared
    assert "journey.back_offices.letters.capacity_week" in shared
    assert "journey.back_offices.letters.delay" not in shared
    desks = ("journey.queues.", "journey.back_offices.")
    assert {name for name in shared if not name.startswith(desks)} == {"market.leads_per_1000_week"}


def test_a_pattern_stands_for_every_name_that_fits() -> None:
    known = parameters(telecom())
    assert matching("journey.queues.*.agents", known) == ["journey.queues.phone.agents", "journey.queues.chat.agents"]
    assert matching("journey.queues.fax.agents", known) == []
    assert len(matching("journey.touchpoints.*.quality.emotional", known)) == len(telecom().journey.touchpoints)


def test_a_pattern_passes_over_what_no_intervention_may_change() -> None:
    known = {"a.x": Parameter(1.0, 0.0, ANY, shared=False), "a.y": Parameter(1.0, 0.0, ANY, shared=False, fixed="no")}
    values = {"a.x": 1.0, "a.y": 1.0}
    apply_effects(values, [(Effect(parameter="a.*", operation="multiply", value=2.0), 1.0)], known, shared=False)
    assert values == {"a.x": 2.0, "a.y": 1.0}


def test_an_excluded_bound_is_never_reached() -> None:
    known = parameters(telecom())
    minutes = known["journey.queues.phone.handling_min"]
    assert minutes.above
    assert not known["journey.touchpoints.bill.failure"].above
    values = {name: parameter.value for name, parameter in known.items()}
    twice = [(Effect(parameter="journey.queues.phone.handling_min", operation="add", value=-6.0), 1.0)] * 2
    apply_effects(values, twice, known, shared=True)
    assert 0.0 < values["journey.queues.phone.handling_min"] < 0.01 * minutes.value


def test_bounds_of_a_parameter_are_those_of_the_scenario() -> None:
    known = parameters(telecom())
    quality = known["journey.touchpoints.bill.quality.functional"]
    assert (quality.low, quality.high) == (0.0, 1.0)
    assert known["market.price_gap"].low == -ANY
