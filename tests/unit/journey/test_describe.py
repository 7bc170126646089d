from __future__ import annotations

from typing import Any

import pytest

from cxsim.journey.describe import dwell_text, path_table, transition_text
from cxsim.journey.transitions import parse_transition
from cxsim.spec.journey import Dwell, Journey
from cxsim.spec.scenario import Scenario


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.25, "25%"),
        ("1/3", "33.33%"),
        ("accept(0.2)", "20%"),
        ("rest", "rest"),
        ("if pb.complained", "if complained"),
        ("churn()", "churn"),
        ("task()", "task done"),
        ("rate(0.012)", "0.012 a week"),
        ("rate(0.01+0.2*pb)", "0.01 + 0.2·pb a week"),
        ("save(0.10 + 0.4*save_desk)", "save 0.10 + 0.4·save_desk"),
        ("logit(0.2+4*(E - K) + 1*(Tr-0.6) - 1.0*price_gap)", "logit 0.2 + 4(E−K) + (Tr−0.6) − price_gap"),
        ("logit(-E - 11*S - 1e-3*PE-0.1*K)", "logit −E − 11·S − 1e−3·PE − 0.1·K"),
    ],
)
def test_a_transition_in_short(value: float | str, text: str) -> None:
    assert transition_text(parse_transition(value)) == text


@pytest.mark.parametrize(
    ("wait", "text"),
    [
        (Dwell(), ""),
        (Dwell(kind="fixed", weeks=1.0), "1 week"),
        (Dwell(kind="geometric", weeks=8.0), "8 weeks (mean)"),
        (Dwell(kind="uniform", weeks=1.0, to_weeks=2.5), "1 to 2.5 weeks"),
        (Dwell(kind="lognormal", weeks=1.5, log_sd=0.5), "1.5 weeks (median)"),
    ],
)
def test_the_time_in_a_node_in_words(wait: Dwell, text: str) -> None:
    assert dwell_text(wait) == text


def test_the_table_has_a_row_per_transition(telecom: Scenario) -> None:
    table = path_table(telecom.journey)
    assert len(table) == sum(max(1, len(node.next)) for node in telecom.journey.nodes.values())
    first = table.iloc[2].to_dict()
    assert first == {
        "node": "compare",
        "stage": "discovery",
        "phase": "before",
        "life": "lead",
        "touchpoint": "compare",
        "dwell": "1 week (median)",
        "to": "subscribe",
        "transition": "logit 0.2 + 4(E−K) + (Tr−0.6) − price_gap",
        "golden": True,
    }
    assert table.loc[table["node"] == "complaint", "touchpoint"].unique().tolist() == ["complaint"]


def test_a_node_without_transitions_has_a_row(small: dict[str, Any]) -> None:
    table = path_table(Journey.model_validate(small))
    assert table.loc[table["node"] == "gone", ["to", "transition"]].to_numpy().tolist() == [["", ""]]
