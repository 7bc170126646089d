from __future__ import annotations

import re
from typing import Any

import pytest

from cxsim.errors import InputError
from cxsim.journey.tables import FEATURES, EdgeKind
from cxsim.journey.transitions import parse_transition, read_transitions
from cxsim.spec.journey import Journey

LANGUAGE = "must be a number, rest, if ..., rate(x), logit(x), save(x), accept(x), task() or churn()"
GUARDS = "must be one of if pb.complained, if open, if resolved"
NAMES = ", ".join(FEATURES[1:])


@pytest.mark.parametrize(
    ("value", "kind", "coefficients"),
    [
        (0.25, EdgeKind.PROBABILITY, {"one": 0.25}),
        ("1/4", EdgeKind.PROBABILITY, {"one": 0.25}),
        (" rest ", EdgeKind.REST, {}),
        ("if pb.complained", EdgeKind.GUARD_COMPLAINED, {}),
        ("if  open", EdgeKind.GUARD_OPEN, {}),
        ("if resolved", EdgeKind.GUARD_RESOLVED, {}),
        ("rate(0.012)", EdgeKind.RATE, {"one": 0.012}),
        ("rate(0.01 + 0.02*pb)", EdgeKind.RATE, {"one": 0.01, "pb": 0.02}),
        ("logit(0.2 + 4*(E-K))", EdgeKind.LOGIT, {"one": 0.2, "E": 4.0, "K": -4.0}),
        ("save(0.10 + 0.4*save_desk)", EdgeKind.PROBABILITY, {"one": 0.1, "save_desk": 0.4}),
        ("accept(0.2*M)", EdgeKind.PROBABILITY, {"M": 0.2}),
        ("task()", EdgeKind.TASK, {}),
        ("churn()", None, {}),
    ],
)
def test_every_word_of_the_language(value: float | str, kind: EdgeKind | None, coefficients: dict[str, float]) -> None:
    transition = parse_transition(value)
    assert transition.kind is kind
    assert dict(zip(FEATURES, transition.coefficients, strict=True)) == dict.fromkeys(FEATURES, 0.0) | coefficients


@pytest.mark.parametrize(
    ("value", "constant"), [(0.25, 0.25), ("save(0.3)", 0.3), ("save(E)", None), ("rest", None), ("rate(2)", 2.0)]
)
def test_a_constant_is_known_before_a_run(value: float | str, constant: float | None) -> None:
    assert parse_transition(value).constant == constant


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("logt(E)", f"t: {LANGUAGE}, got 'logt(E)'; did you mean 'logit'?"),
        ("exec('1')", f"t: {LANGUAGE}, got \"exec('1')\""),
        ("reste", f"t: {LANGUAGE}, got 'reste'; did you mean 'rest'?"),
        ("logit(E", f"t: {LANGUAGE}, got 'logit(E'"),
        ("", f"t: {LANGUAGE}, got ''"),
        ("if compained", f"t: {GUARDS}, got 'if compained'; did you mean 'pb.complained'?"),
        ("if", f"t: {GUARDS}, got 'if'"),
        ("churn(E)", "t: must be churn(), with nothing in the brackets, got 'churn(E)'"),
        ("task(1)", "t: must be task(), with nothing in the brackets, got 'task(1)'"),
        ("rate()", "t: must be rate(x), with one expression in the brackets, got 'rate()'"),
        ("save(E, S)", "t: must be save(x), with one expression in the brackets, got 'save(E, S)'"),
        ("accept(x=1, y=2)", "t: must be accept(x), with one expression in the brackets, got 'accept(x=1, y=2)'"),
        (
            "0.1 + 0.2*E",
            "t: an expression with names must stand in rate(x), logit(x), save(x) or accept(x), got '0.1 + 0.2*E'",
        ),
        ("logit(E*S)", "t: must be linear: a product of two names is not, got 'logit(E*S)'"),
        ("logit(2*tenur)", f"t: 'tenur' is none of {NAMES}, got 'logit(2*tenur)'; did you mean 'tenure'?"),
    ],
)
def test_what_is_not_of_the_language_is_refused(text: str, message: str) -> None:
    with pytest.raises(InputError, match=f"^{re.escape(message)}$"):
        parse_transition(text, "t")


def test_the_faults_of_all_nodes_come_together(small: dict[str, Any]) -> None:
    small["nodes"]["offer"]["next"]["live"] = "logit(rating)"
    small["nodes"]["leave"]["next"]["recall"] = "often"
    ways, faults = read_transitions(Journey.model_validate(small))
    assert [fault.path for fault in faults] == ["journey.nodes.offer.next.live", "journey.nodes.leave.next.recall"]
    assert list(ways["offer"]) == ["gone"]
