from __future__ import annotations

import re
from typing import Any

import numpy as np
import pytest

from cxsim.errors import InputError
from cxsim.journey.compile import compile_journey
from cxsim.journey.tables import FEATURES, DwellKind, EdgeKind, JourneyTables, LifeCode
from cxsim.spec.journey import Journey
from cxsim.spec.scenario import Scenario


@pytest.fixture(scope="module")
def tables(telecom: Scenario) -> JourneyTables:
    return compile_journey(telecom.journey)


def edges_of(tables: JourneyTables, node: int) -> list[tuple[int, EdgeKind]]:
    here = slice(tables.first_edge[node], tables.first_edge[node + 1])
    return [(int(t), EdgeKind(k)) for t, k in zip(tables.edge_target[here], tables.edge_kind[here], strict=True)]


def test_every_table_has_its_shape_and_type(tables: JourneyTables, telecom: Scenario) -> None:
    n, e, b = len(telecom.journey.nodes), len(tables.edge_target), len(tables.background)
    shapes = {name: table.shape for name, table in tables._asdict().items()}
    assert shapes == dict.fromkeys(JourneyTables._fields, (n,)) | {
        "first_edge": (n + 1,),
        "edge_target": (e,),
        "edge_kind": (e,),
        "coefficients": (e, len(FEATURES)),
        "first_background": (n + 1,),
        "background": (b,),
    }
    floats = {"dwell_a", "dwell_b", "coefficients"}
    for name, table in tables._asdict().items():
        assert table.dtype == (np.float64 if name in floats else np.int64), name
        assert table.flags.c_contiguous, name


def test_the_telecom_journey(tables: JourneyTables, telecom: Scenario) -> None:
    node = {name: index for index, name in enumerate(telecom.journey.nodes)}
    touchpoint = {name: index for index, name in enumerate(telecom.journey.touchpoints)}
    assert edges_of(tables, node["live"]) == [
        (node["complaint"], EdgeKind.GUARD_COMPLAINED),
        (node["support"], EdgeKind.RATE),
    ]
    assert edges_of(tables, node["cancel"]) == [(node["live"], EdgeKind.PROBABILITY), (node["offboard"], EdgeKind.REST)]
    assert edges_of(tables, node["lost"]) == []
    assert tables.churn_target[node["live"]] == node["cancel"]
    assert tables.churn_target[node["ad"]] == -1
    assert tables.touchpoint[node["support"]] == touchpoint["support"]
    assert tables.touchpoint[node["live"]] == -1
    assert tables.life[[node["ad"], node["live"], node["offboard"], node["gone"]]].tolist() == [
        LifeCode.LEAD,
        LifeCode.ACTIVE,
        LifeCode.LOST,
        LifeCode.GONE,
    ]
    assert np.flatnonzero(tables.problem).tolist() == [node["complaint"]]
    live = slice(tables.first_background[node["live"]], tables.first_background[node["live"] + 1])
    assert tables.background[live].tolist() == [touchpoint[name] for name in ("usage", "bill", "renewal")]
    purchase = dict(zip(FEATURES, tables.coefficients[tables.first_edge[node["compare"]]], strict=True))
    expected = {"one": -0.4, "E": 4.0, "K": -4.0, "Tr": 1.0, "price_gap": -1.0}
    assert purchase == pytest.approx(dict.fromkeys(FEATURES, 0.0) | expected)


def test_edges_come_in_the_order_in_which_they_are_tried(small: dict[str, Any]) -> None:
    small["nodes"]["claim"]["touchpoint"] = "claim"
    small["nodes"]["claim"]["next"] = {
        "gone": "rest",
        "leave": "churn()",
        "offer": "logit(S)",
        "recall": "save(0.1)",
        "live": "if resolved",
        "claim": "if open",
    }
    small["nodes"]["extra"] = {"life": "gone"}
    small["nodes"]["claim"]["next"]["extra"] = "task()"
    tables = compile_journey(Journey.model_validate(small))
    names = list(small["nodes"])
    assert [(names[target], kind) for target, kind in edges_of(tables, names.index("claim"))] == [
        ("live", EdgeKind.GUARD_RESOLVED),
        ("claim", EdgeKind.GUARD_OPEN),
        ("recall", EdgeKind.PROBABILITY),
        ("extra", EdgeKind.TASK),
        ("offer", EdgeKind.LOGIT),
        ("gone", EdgeKind.REST),
    ]


@pytest.mark.parametrize(
    ("wait", "kind", "a", "b"),
    [
        ({}, DwellKind.NONE, 0.0, 0.0),
        ({"kind": "none", "weeks": 3.0}, DwellKind.NONE, 0.0, 0.0),
        ({"kind": "fixed", "weeks": 3.0}, DwellKind.FIXED, 3.0, 0.0),
        ({"kind": "geometric", "weeks": 8.0}, DwellKind.GEOMETRIC, 8.0, 0.0),
        ({"kind": "uniform", "weeks": 1.0, "to_weeks": 4.0}, DwellKind.UNIFORM, 1.0, 4.0),
        ({"kind": "lognormal", "weeks": 1.5, "log_sd": 0.5}, DwellKind.LOGNORMAL, 1.5, 0.5),
    ],
)
def test_the_time_in_a_node(small: dict[str, Any], wait: dict[str, Any], kind: DwellKind, a: float, b: float) -> None:
    small["nodes"]["offer"]["wait"] = wait
    tables = compile_journey(Journey.model_validate(small))
    assert (tables.dwell_kind[0], tables.dwell_a[0], tables.dwell_b[0]) == (kind, a, b)


def test_a_journey_without_any_edge_has_empty_tables(small: dict[str, Any]) -> None:
    small["nodes"] = {"live": {"life": "active"}}
    small |= {"start": "live", "golden_path": []}
    tables = compile_journey(Journey.model_validate(small))
    assert tables.coefficients.shape == (0, len(FEATURES))
    assert tables.first_edge.tolist() == [0, 0]


def test_another_node_at_the_end_changes_no_other_row(small: dict[str, Any]) -> None:
    before = compile_journey(Journey.model_validate(small))
    small["nodes"]["extra"] = {"life": "gone"}
    after = compile_journey(Journey.model_validate(small))
    for name in JourneyTables._fields:
        old, new = getattr(before, name), getattr(after, name)
        assert np.array_equal(new[: len(old)], old), name


def test_what_cannot_be_compiled_is_told_at_once(small: dict[str, Any]) -> None:
    small["nodes"]["offer"]["next"] = {"life": "logit(E)", "gone": "rst"}
    message = (
        "journey.nodes.offer.next: must name a node, got 'life'; did you mean 'live'?\n"
        "journey.nodes.offer.next.gone: must be a number, rest, if ..., rate(x), logit(x), save(x), accept(x), "
        "task() or churn(), got 'rst'; did you mean 'rest'?"
    )
    with pytest.raises(InputError, match=f"^{re.escape(message)}$"):
        compile_journey(Journey.model_validate(small))
