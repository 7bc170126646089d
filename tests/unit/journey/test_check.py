from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

import cxsim
from cxsim.journey.check import check, touchpoints_in_nodes, warnings
from cxsim.spec.journey import Journey
from cxsim.spec.scenario import Scenario, Surveys

type Told = Callable[[dict[str, Any]], list[str]]
ABSENT = object()


@pytest.fixture
def scenario(telecom: Scenario) -> Callable[[dict[str, Any]], Scenario]:
    """A function from a raw journey to a scenario around it."""
    return lambda raw: telecom.model_copy(update={"journey": Journey.model_validate(raw), "surveys": Surveys()})


@pytest.fixture
def told(scenario: Callable[[dict[str, Any]], Scenario]) -> Told:
    return lambda raw: [str(fault) for fault in check(scenario(raw))]


def put(raw: dict[str, Any], path: str, value: Any) -> None:
    *parents, last = path.split("/")
    for name in parents:
        raw = raw[name]
    if value is ABSENT:
        del raw[last]
    else:
        raw[last] = value


def test_the_telecom_journey_is_sound(telecom: Scenario) -> None:
    assert check(telecom) == []


def test_the_small_journey_is_sound(small: dict[str, Any], told: Told) -> None:
    assert told(small) == []


@pytest.mark.parametrize(
    ("path", "value", "message"),
    [
        ("start", "offre", "journey.start: must name a node, got 'offre'; did you mean 'offer'?"),
        ("active", "lives", "journey.active: must name a node, got 'lives'; did you mean 'live'?"),
        ("golden_path", ["offer", "lve"], "journey.golden_path: must name a node, got 'lve'; did you mean 'live'?"),
        (
            "problem/touchpoint",
            "claims",
            "journey.problem.touchpoint: must name a touchpoint, got 'claims'; did you mean 'claim'?",
        ),
        (
            "channels/phone/queue",
            "desks",
            "journey.channels.phone.queue: must name a queue, got 'desks'; did you mean 'desk'?",
        ),
        (
            "channels/phone/back_office",
            "letters",
            "journey.channels.phone.back_office: must name a back office, got 'letters'",
        ),
        (
            "touchpoints/bill/channels",
            {"web": 1.0, "phon": 1.0},
            "journey.touchpoints.bill.channels: must name a channel, got 'phon'; did you mean 'phone'?",
        ),
        (
            "nodes/offer/touchpoint",
            "offr",
            "journey.nodes.offer.touchpoint: must name a touchpoint, got 'offr'; did you mean 'offer'?",
        ),
        (
            "nodes/live/background",
            ["bil"],
            "journey.nodes.live.background: must name a touchpoint, got 'bil'; did you mean 'bill'?",
        ),
        (
            "nodes/live/next/clam",
            "if open",
            "journey.nodes.live.next: must name a node, got 'clam'; did you mean 'claim'?",
        ),
        (
            "integration",
            {"pairs": {"web-phon": 0.5}},
            "journey.integration.pairs.web-phon: must name a channel, got 'phon'; did you mean 'phone'?",
        ),
        (
            "integration",
            {"pairs": {"web": 0.5}},
            "journey.integration.pairs.web: must be two channels joined by -, such as app-web, got 'web'",
        ),
        (
            "integration",
            {"pairs": {"web-web": 0.5}},
            "journey.integration.pairs.web-web: must be two channels joined by -, such as app-web, got 'web-web'",
        ),
        (
            "integration",
            {"pairs": {"web-phone": 0.5, "phone-web": 0.6}},
            "journey.integration.pairs.phone-web: must be given once, in one of its two orders, got 'phone-web'",
        ),
        (
            "touchpoints/bill/channels",
            {"web": 0.0, "phone": 0.0},
            "journey.touchpoints.bill.channels: must have a channel with a weight above 0",
        ),
        (
            "touchpoints/bill/every_weeks",
            ABSENT,
            "journey.touchpoints.bill.every_weeks: must be given, for bill is in the background of live",
        ),
        (
            "touchpoints/bill/every_weeks",
            4.345,
            "journey.touchpoints.bill.every_weeks: must be whole weeks with time.tick=week, got 4.345",
        ),
        (
            "touchpoints/bill/every_weeks",
            0.5,
            "journey.touchpoints.bill.every_weeks: must be whole weeks with time.tick=week, got 0.5",
        ),
        (
            "nodes/island",
            {"life": "gone"},
            "journey.nodes.island: must be reachable from the nodes start and active",
        ),
        (
            "nodes/claim/next",
            {},
            "journey.nodes.claim.next: must lead to another node, for its life is neither lost nor gone",
        ),
        (
            "nodes/claim/next",
            {"claim": "rest", "leave": 0.0},
            "journey.nodes.claim.next: must lead to another node, for its life is neither lost nor gone",
        ),
        (
            "nodes/offer/next",
            {"live": 0.5, "gone": 0.3},
            "journey.nodes.offer.next: must have probabilities that sum to 1, or a rest, got 0.8",
        ),
        (
            "nodes/offer/next",
            {"live": 0.5, "gone": 0.500000002},
            "journey.nodes.offer.next: must have probabilities that sum to 1, or a rest, got 1.000000002",
        ),
        (
            "nodes/offer/next",
            {"live": 0.7, "gone": 0.6, "offer": "rest"},
            "journey.nodes.offer.next: must have probabilities that sum to 1 at most, got 1.3",
        ),
        (
            "nodes/offer/next",
            {"live": "rest", "gone": "rest"},
            "journey.nodes.offer.next: must have rest once at most, got 'live, gone'",
        ),
        (
            "nodes/offer/next",
            {"live": "task()", "gone": "task()"},
            "journey.nodes.offer.next: must have task() once at most, got 'live, gone'",
        ),
        (
            "nodes/claim/next/gone",
            "churn()",
            "journey.nodes.claim.next: must have churn() once at most, got 'leave, gone'",
        ),
        (
            "nodes/live/next/leave",
            -0.1,
            "journey.nodes.live.next.leave: must be a probability between 0 and 1, got -0.1",
        ),
        (
            "nodes/leave/next/recall",
            "rate(-0.01)",
            "journey.nodes.leave.next.recall: must be a rate per week of 0 or more, got -0.01",
        ),
        (
            "nodes/live/next/gone",
            "task()",
            "journey.nodes.live.next.gone: task() needs a node with a touchpoint, whose channel it depends on",
        ),
        (
            "nodes/offer/next/leave",
            "churn()",
            "journey.nodes.offer.next.leave: churn() needs a node whose life is active, not lead",
        ),
        (
            "nodes/offer/next/live",
            "logit(rating)",
            (
                "journey.nodes.offer.next.live: 'rating' is none of E, S, M, PE, Tr, pb, tenure, price_gap, K, nudge, "
                "save_desk, got 'logit(rating)'"
            ),
        ),
        (
            "nodes/gone/next",
            {"offer": "rate(0.1)"},
            "journey.nodes.gone.next.offer: must not lead from gone back to lead without a touchpoint of stage winback",
        ),
        (
            "nodes/leave/next/live",
            "rate(0.1)",
            (
                "journey.nodes.leave.next.live: must not lead from lost back to active without a touchpoint of stage "
                "winback"
            ),
        ),
        (
            "nodes/live/next/offer",
            "rate(0.1)",
            "journey.nodes.live.next.offer: must not lead from active back to lead",
        ),
        (
            "nodes/offer/next/leave",
            "logit(0)",
            "journey.nodes.offer.next.leave: a lead that leaves is gone, not lost: it never was a customer",
        ),
        ("active", "offer", "journey.active: must name a node whose life is active, not lead, got 'offer'"),
        ("start", "gone", "journey.start: must name a node whose life is lead or active, not gone, got 'gone'"),
        (
            "golden_path",
            ["live", "offer"],
            "journey.golden_path: must follow the transitions: live does not lead to offer",
        ),
        (
            "nodes/offer/wait",
            {"kind": "uniform", "weeks": 3.0, "to_weeks": 1.0},
            "journey.nodes.offer.wait.to_weeks: must be at least weeks (3) for kind uniform, got 1.0",
        ),
        (
            "nodes/offer/wait",
            {"kind": "lognormal", "log_sd": 0.5},
            "journey.nodes.offer.wait.weeks: must be above 0 for kind lognormal, got 0.0",
        ),
        (
            "queues/desk/profile",
            [{"load": 1.0, "share": 0.5}, {"load": 1.2, "share": 0.4}],
            "journey.queues.desk.profile: must have shares that sum to 1, got 0.9",
        ),
    ],
)
def test_every_fault_has_its_message(small: dict[str, Any], told: Told, path: str, value: Any, message: str) -> None:
    put(small, path, value)
    assert message in told(small)


@pytest.mark.parametrize(
    ("weeks", "fault"), [(1.0, False), (30 / 7, False), (4.2857, False), (0.5, True), (0.05, True)]
)
def test_with_daily_ticks_a_rhythm_is_whole_days(weeks: float, fault: bool) -> None:
    scenario = cxsim.load("telecom").with_changes({"time.tick": "day"})
    changed = {"journey.touchpoints.bill.every_weeks": weeks, "surveys.relational.every_weeks": weeks}
    said = [str(one) for one in check(scenario.with_changes(changed))]
    rule = f"every_weeks: must be whole days: n / 7 weeks, got {weeks}"
    assert said == ([f"journey.touchpoints.bill.{rule}", f"surveys.relational.{rule}"] if fault else [])


@pytest.mark.parametrize(("more", "said"), [(62, []), (63, ["must have at most 63 with every_weeks, got 64"])])
def test_a_journey_has_only_so_many_calendar_touchpoints(
    small: dict[str, Any], told: Told, more: int, said: list[str]
) -> None:
    small["touchpoints"] |= {f"letter_{i}": small["touchpoints"]["bill"] for i in range(more)}
    assert [text for text in told(small) if "every_weeks" in text] == [f"journey.touchpoints: {rule}" for rule in said]


def test_a_loop_without_an_end_is_a_fault_of_each_of_its_nodes(small: dict[str, Any], told: Told) -> None:
    small["nodes"]["live"]["next"] = {"claim": "if pb.complained"}
    small["nodes"]["claim"]["next"] = {"live": "if resolved"}
    small["nodes"]["offer"]["next"]["leave"] = "accept(0)"
    rule = "must lead, at last, to a node whose life is lost or gone"
    endless = [text for text in told(small) if rule in text]
    assert endless == [f"journey.nodes.live.next: {rule}", f"journey.nodes.claim.next: {rule}"]


def test_a_node_before_a_dead_end_is_not_at_fault(small: dict[str, Any], told: Told) -> None:
    small["nodes"]["claim"]["next"] = {}
    small["nodes"]["live"]["next"]["leave"] = 0.0
    small["nodes"]["leave"]["next"] = {}
    assert [text for text in told(small) if "must lead" in text] == [
        "journey.nodes.claim.next: must lead to another node, for its life is neither lost nor gone"
    ]


def test_surveys_name_touchpoints(telecom: Scenario) -> None:
    surveys = Surveys.model_validate({"transactional": {"after": ["suport"]}})
    assert [str(fault) for fault in check(telecom.model_copy(update={"surveys": surveys}))] == [
        "surveys.transactional.after: must name a touchpoint, got 'suport'; did you mean 'support'?"
    ]


def test_every_fault_is_told_at_once(small: dict[str, Any], told: Told) -> None:
    small["start"] = "offre"
    small["nodes"]["offer"]["next"]["live"] = "logit(E*S)"
    small["queues"]["desk"]["profile"] = [{"load": 1.0, "share": 0.5}]
    assert [text.partition(":")[0] for text in told(small)] == [
        "journey.start",
        "journey.nodes.offer.next.live",
        "journey.nodes.offer",
        "journey.nodes.gone",
        "journey.queues.desk.profile",
    ]


def test_a_sum_is_not_judged_while_a_way_cannot_be_read(small: dict[str, Any], told: Told) -> None:
    small["nodes"]["offer"]["next"] = {"live": 0.5, "gone": "rst"}
    assert [text.partition(":")[0] for text in told(small)] == ["journey.nodes.offer.next.gone"]


@pytest.mark.parametrize(
    "ways",
    [
        {"live": 0.25, "gone": "3/4"},
        {"live": 0.1, "gone": 0.2, "offer": 0.7},
        {"live": 0.5, "gone": "rest"},
        {"live": 0.5, "gone": "logit(E)"},
        {"live": 0.5, "gone": "rate(0.1)"},
    ],
)
def test_probabilities_that_fit_are_no_fault(small: dict[str, Any], told: Told, ways: dict[str, Any]) -> None:
    small["nodes"]["offer"]["next"] = ways
    assert told(small) == []


def test_too_many_moments_of_truth_are_a_warning(
    small: dict[str, Any], scenario: Callable[[dict[str, Any]], Scenario]
) -> None:
    assert warnings(scenario(small)) == []
    small["touchpoints"]["claim"]["moment_of_truth"] = True
    assert [str(fault) for fault in warnings(scenario(small))] == [
        "journey.touchpoints: moments of truth should be 20% of the touchpoints in nodes at most, got '1 of 4: claim'"
    ]


def test_touchpoints_that_customers_can_meet(small: dict[str, Any]) -> None:
    small["touchpoints"]["poster"] = small["touchpoints"]["offer"]
    assert touchpoints_in_nodes(Journey.model_validate(small)) == ["offer", "bill", "claim", "recall"]
