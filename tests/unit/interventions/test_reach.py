"""Whom an intervention reaches, in a running model, and what it costs: the books of the firm, exactly."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from cxsim.engine.model import CXModel
from cxsim.interventions.reach import address, capped
from cxsim.measures import FIXED_POINT
from cxsim.spec.scenario import Scenario
from tests.worlds import ENDLESS, differences, lived, tables_of, with_intervention, world

START = 4


def scenario(size: int = 400, changes: dict[str, Any] | None = None, **lever: Any) -> Scenario:
    return with_intervention(world(size, 12, 2, changes), "mine", {"family": "design", "start_week": START, **lever})


def reached(model: CXModel) -> np.ndarray[Any, Any]:
    return (model.rows["reached"][: model.n_arrived] & 1).astype(bool)


def at_week(made: Scenario, week: float) -> CXModel:
    """The model after the tick that begins at a week."""
    model = CXModel(made, 7, 0, ["mine"])
    while model.week <= week:
        model.step()
    return model


def everybody(model: CXModel) -> Any:
    weekly = tables_of(model)["weekly"]
    return weekly[weekly["segment"] == "all"].set_index("week")


def test_nobody_is_reached_before_the_start_and_everybody_after() -> None:
    assert not reached(at_week(scenario(), START - 1)).any()
    assert reached(at_week(scenario(), START)).all()


def test_segments_coverage_and_holdout_choose_customers_for_good() -> None:
    model = at_week(scenario(target={"segments": ["pro"], "coverage": 0.5, "holdout": 0.2}), START)
    first = reached(model)
    pro = model.rows["segment"][: first.size] == 2
    assert not first[~pro].any()
    assert 0.25 < first[pro].mean() < 0.55
    lived(model)
    assert np.array_equal(first, reached(model)[: first.size])


def test_a_larger_coverage_reaches_those_of_the_smaller_and_more() -> None:
    few, many = (reached(at_week(scenario(target={"coverage": share}), START)) for share in (0.2, 0.6))
    assert (few <= many).all()
    assert few.mean() == pytest.approx(0.2, abs=0.07)
    assert many.mean() == pytest.approx(0.6, abs=0.08)


def test_a_holdout_is_never_reached_whatever_the_coverage() -> None:
    whole = reached(at_week(scenario(target={"holdout": 0.3}), START))
    part = reached(at_week(scenario(target={"holdout": 0.3, "coverage": 0.5}), START))
    assert whole.mean() == pytest.approx(0.7, abs=0.08)
    assert (part <= whole).all()


@pytest.mark.parametrize("tick", ["week", "day"])
def test_a_weekly_draw_reaches_others_each_week_and_the_same_within_it(tick: str) -> None:
    model = at_week(scenario(200, {"time.tick": tick}, target={"coverage": 0.4, "draw": "weekly"}), START)
    by_week: dict[int, list[bytes]] = {}
    while model.week < START + 3:
        model.step()
        week = (model.tick - 1) // model.ticks_per_week
        by_week.setdefault(week, []).append(reached(model)[:200].tobytes())
    assert all(len(set(days)) == 1 for days in by_week.values())
    assert len({days[0] for days in by_week.values()}) == len(by_week) >= 2


def test_a_state_is_looked_at_anew_each_week() -> None:
    made = scenario(target={"state": "pb_open == 1"})
    model = CXModel(made, 7, 0, ["mine"])
    while model.week < START:
        model.step()
    for _ in range(4):
        open_before = model.rows["problem"][: model.n_arrived] > 0
        model.open_tick()
        model.run_campaigns()
        assert np.array_equal(reached(model)[: open_before.size], open_before)
        for phase in ("live_customers", "answer_contacts", "serve_customers", "close_tick"):
            getattr(model, phase)()


@pytest.mark.parametrize(("tick", "cap"), [("week", 7.0), ("day", 7.0), ("day", 3.0), ("week", 0.5)])
def test_a_weekly_cap_holds_in_days_and_weeks(tick: str, cap: float) -> None:
    model = CXModel(scenario(100, {"time.tick": tick}, target={"cap_per_week": cap}), 7, 0, ["mine"])
    total = 0
    while model.running:
        model.step()
        total += int(reached(model).sum())
    assert total == pytest.approx(cap * 8, abs=1.0)


def test_a_cap_keeps_the_smallest_draws() -> None:
    draws = np.array([0.9, 0.1, 0.5, 0.3])
    wanted = np.array([True, True, True, False])
    kept = capped(wanted, 2, np.arange(4), 0, "mine", lambda ids, *_: draws[ids])
    assert kept.tolist() == [False, True, True, False]
    assert capped(wanted, 3, np.arange(4), 0, "mine", lambda ids, *_: draws[ids]).tolist() == wanted.tolist()


def test_draws_of_interventions_are_addressed_by_name() -> None:
    assert 0 <= address("faster_reply") < 2**24
    assert address("faster_reply") != address("first_contact")


def test_a_lever_bound_to_a_channel_changes_the_quality_there_and_nowhere_else() -> None:
    made = scenario(
        target={"channels": ["app"]},
        effects=[{"parameter": "journey.touchpoints.bill.quality.functional", "operation": "add", "value": 0.1}],
    )
    model = at_week(made, START)
    base = CXModel(made, 7).world
    slot = int(model.world.slots[1])
    gain = model.world.levels[slot, :, :, 0] - base.levels[0, :, :, 0]
    bill, app = model.blueprint.touchpoints.index("bill"), model.blueprint.channels.index("app")
    assert gain[bill, app] == pytest.approx(0.1)
    gain[bill, app] = 0.0
    assert not gain.any()


@pytest.mark.parametrize(
    "target", [{}, {"coverage": 0.5}, {"draw": "weekly", "coverage": 0.5}, {"state": "active == 1"}]
)
def test_a_lever_that_has_ended_for_good_reaches_nobody(target: dict[str, Any]) -> None:
    ended = scenario(100, target=target, end_week=8, cost={"per_customer_week": 1.0, "per_event": 1.0, "event": "bill"})
    weekly = everybody(lived(CXModel(ended, 7, 0, ["mine"])))
    assert (
        (weekly["reached"] > 0).tolist()
        == (weekly["programme_cost"] > 0).tolist()
        == [START <= w < 8 for w in weekly.index]
    )
    assert not reached(lived(CXModel(ended, 7, 0, ["mine", "null_lever"]))).any()


def test_a_lever_that_fades_still_reaches_those_it_reached() -> None:
    fading = scenario(100, end_week=8, fade_half_life_weeks=2.0)
    assert (everybody(lived(CXModel(fading, 7, 0, ["mine"])))["reached"] > 0).tolist() == [False] * 4 + [True] * 8


BILL = "journey.touchpoints.bill.quality.functional"


def test_levers_bound_to_a_channel_combine_with_others_as_everywhere() -> None:
    half = {
        "family": "design",
        "start_week": START,
        "effects": [{"parameter": BILL, "operation": "multiply", "value": 0.5}],
    }
    more = {"family": "design", "start_week": START, "effects": [{"parameter": BILL, "operation": "add", "value": 0.1}]}
    made = with_intervention(world(60, 12, 2), "aa", {**more, "target": {"channels": ["app"]}})
    made = with_intervention(with_intervention(made, "bb", {**half, "target": {"channels": ["app"]}}), "cc", half)
    model = CXModel(made, 7, 0, ["aa", "bb", "cc"])
    while model.week <= START:
        model.step()
    bill = model.blueprint.touchpoints.index("bill")
    found = model.world.levels[int(model.world.slots[7]), bill, :, 0]
    shared = made.journey.touchpoints["bill"].quality.functional
    assert found[model.blueprint.channels.index("app")] == pytest.approx(0.25 * shared + 0.1)
    assert found[model.blueprint.channels.index("web")] == pytest.approx(0.5 * shared)


def test_a_bundle_is_the_same_in_whatever_order_it_is_written() -> None:
    made = world(120, 12, 2)
    for name, operation, value in (("aa", "add", 0.1), ("bb", "multiply", 0.5), ("cc", "set", 0.9)):
        effects = [{"parameter": BILL, "operation": operation, "value": value}]
        lever = {"family": "design", "start_week": START, "effects": effects, "target": {"coverage": 0.7}}
        made = with_intervention(made, name, lever)
    one, other = (lived(CXModel(made, 7, 0, names)) for names in (["aa", "bb", "cc"], ["cc", "bb", "aa"]))
    assert differences(tables_of(one), tables_of(other)) == []


def test_reached_and_unreached_live_under_different_numbers() -> None:
    made = scenario(
        target={"coverage": 0.5}, effects=[{"parameter": "journey.contact_rate", "operation": "multiply", "value": 0.5}]
    )
    model = at_week(made, START)
    rates = [float(model.world.params[int(model.world.slots[mask])]["journey_contact_rate"]) for mask in (0, 1)]
    assert rates == [1.0, 0.5]


def test_a_shared_number_changes_as_far_as_customers_are_reached() -> None:
    made = scenario(
        target={"coverage": 0.5},
        effects=[{"parameter": "journey.queues.phone.handling_min", "operation": "add", "value": 4.0}],
    )
    model = at_week(made, START)
    share = model.campaigns[0].reached_share
    assert 0.35 < share < 0.65
    assert model._maker.shared["journey.queues.phone.handling_min"] == pytest.approx(8.0 + 4.0 * share)


def test_synergy_lifts_a_lever_by_the_strength_of_another_as_far_as_the_firm_is_aligned() -> None:
    effects = [{"parameter": "journey.contact_rate", "operation": "add", "value": -0.1}]
    made = scenario(effects=effects, synergy={"null_lever": 1.5}).with_changes(
        {"interventions.null_lever.start_week": START}
    )

    def rate(*names: str) -> float:
        model = CXModel(made, 7, 0, names)
        while model.week <= START:
            model.step()
        return float(model.world.params[int(model.world.slots[(1 << len(names)) - 1])]["journey_contact_rate"])

    assert rate("mine") == pytest.approx(0.9)
    assert rate("mine", "null_lever") == pytest.approx(1.0 - 0.1 * (1.0 + 0.5 * 0.7))


@pytest.mark.parametrize("tick", ["week", "day"])
def test_investment_and_running_costs_are_paid_once_and_each_week(tick: str) -> None:
    made = scenario(
        50, {"time.tick": tick, "population.represents": 500}, end_week=9, cost={"capex": 700.0, "fixed_week": 30.0}
    )
    weekly = everybody(lived(CXModel(made, 7, 0, ["mine"])))
    by_week = weekly["programme_cost"].groupby(np.floor(weekly.index + 1e-9)).sum()
    # Books are those of the simulated base: a tenth of the represented one.
    assert by_week.to_numpy() == pytest.approx([0.0] * 4 + [73.0] + [3.0] * 4 + [0.0] * 3)


@pytest.mark.parametrize("tick", ["week", "day"])
def test_costs_per_customer_and_week_are_the_price_times_the_reached(tick: str) -> None:
    made = scenario(100, {"time.tick": tick}, target={"coverage": 0.5}, cost={"per_customer_week": 0.25})
    model = lived(CXModel(made, 7, 0, ["mine"]))
    weekly = everybody(model)
    price = np.floor(0.25 * model.weeks * FIXED_POINT + 0.5) / FIXED_POINT
    paid_weeks = weekly.index >= START
    assert np.array_equal(weekly["programme_cost"].to_numpy(), np.where(paid_weeks, weekly["reached"] * price, 0.0))
    assert weekly["programme_cost"].sum() > 0


def test_costs_per_event_are_the_price_times_the_visits_of_the_reached() -> None:
    made = scenario(100, cost={"per_event": 2.0, "event": "bill"})
    model = lived(CXModel(made, 7, 0, ["mine"]))
    visits = tables_of(model)["touchpoints"].query("touchpoint == 'bill'")["encounters"].sum()
    early = lived(
        CXModel(
            with_intervention(
                made,
                "mine",
                {"family": "design", "start_week": 0, "cost": made.interventions["mine"].cost.model_dump()},
            ),
            7,
            0,
            ["mine"],
        )
    )
    assert everybody(early)["programme_cost"].sum() == 2.0 * visits
    weekly = everybody(model)["programme_cost"]
    assert (weekly[weekly.index < START] == 0.0).all()
    assert np.array_equal(
        weekly[weekly.index >= START].to_numpy(), everybody(early)["programme_cost"].loc[START:].to_numpy()
    )


@pytest.mark.parametrize(("event", "channel"), [("bill", "app"), ("support", "phone")])
def test_costs_per_event_of_a_lever_bound_to_a_channel_are_those_of_its_visits_there(event: str, channel: str) -> None:
    made = scenario(
        200,
        {**ENDLESS, "journey.contact_rate": 5.0},
        start_week=0,
        target={"channels": [channel]},
        cost={"per_event": 2.0, "event": event},
    )
    model = lived(CXModel(made, 7, 0, ["mine"]))
    visits = tables_of(model)["touchpoints"].query("touchpoint == @event")
    there = visits.loc[visits["channel"] == channel, "encounters"].sum()
    assert 0 < there < visits["encounters"].sum()
    assert everybody(model)["programme_cost"].sum() == 2.0 * there
