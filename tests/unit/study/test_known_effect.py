"""Customers watched in two worlds, and what churn models make of one of them."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest

from cxsim.errors import InputError
from cxsim.spec.scenario import Scenario
from cxsim.study.known_effect import known_effect
from cxsim.study.watch import Worlds, watch
from tests.worlds import with_intervention, world

OFFER = {
    "label": "offer",
    "family": "reward",
    "start_week": 2,
    "target": {"coverage": 0.5},
    "effects": [{"parameter": "behaviour.churn.level", "operation": "add", "value": -1.0}],
}


def offered(**changes: Any) -> Scenario:
    return with_intervention(world(size=400, weeks=30), "offer", {**OFFER, **changes})


@pytest.fixture(scope="module")
def pair() -> Worlds:
    return watch(offered(), "offer", 3, 0, 4)


def test_every_row_is_a_customer_in_a_period_at_whose_start_he_is_there(pair: Worlds) -> None:
    for rows in pair:
        assert rows["start_week"].unique().tolist() == [0, 4, 8, 12, 16, 20, 24]
        assert rows["end_week"].max() == 28
        ordered = rows.sort_values(["customer", "start_week"]).groupby("customer")
        assert (ordered["start_week"].diff().dropna() == 4).all()
        lost = ordered["churned_now"].sum()
        assert set(lost.unique()) == {0, 1}
        assert ordered["churned_now"].last()[lost == 1].all()
        assert ordered["end_week"].last()[lost == 0].eq(28).all()


def test_both_worlds_begin_with_the_same_customers_in_the_same_state(pair: Worlds) -> None:
    known = ["customer", "segment", "contract", "tenure_weeks", "satisfaction", "contacts"]
    without, treated = (rows[rows["start_week"] == 0][known] for rows in pair)
    pd.testing.assert_frame_equal(without, treated)
    assert pair.without["reached"].eq(0).all()
    assert 0.4 < pair.treated.groupby("customer")["reached"].max().mean() < 0.6


def test_who_is_reached_stays_reached() -> None:
    aimed = {"target": {"state": "satisfaction < 0.72"}}
    rows = watch(offered(**aimed), "offer", 3, 0, 4).treated.sort_values(["customer", "start_week"])
    assert (rows.groupby("customer")["reached"].diff().dropna() >= 0).all()
    assert rows.groupby("customer")["reached"].nunique().max() == 2


def test_a_lever_that_changes_nothing_has_no_effect_exactly() -> None:
    nothing = known_effect(offered(effects=[]), "offer", replications=2)
    true = nothing.table[nothing.table["analysis"] == "true"]
    assert true[["hazard_ratio", "low", "high"]].eq(1.0).all(axis=None)
    assert nothing.lost[["difference", "low", "high"]].eq(0.0).all(axis=None)
    assert nothing.table["error"].tolist() == nothing.table["coefficient"].tolist()


def test_the_table_holds_every_analysis_by_both_models_and_the_curves_all_three_groups() -> None:
    found = known_effect(offered(), "offer", replications=2)
    assert (
        found.table.groupby("model")["analysis"].agg(list).tolist()
        == [["true", "as_seen", "adjusted_at_start", "adjusted_over_time"]] * 2
    )
    assert found.clustered_by == "customer"
    assert set(found.curves["who"]) == {"reached", "reached, without the lever", "not reached"}
    assert found.lost["lost_with"].item() < found.lost["lost_without"].item()


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        (
            {"target": {}},
            r"interventions.offer.target: must reach some customers and leave some out; it reaches everybody",
        ),
        ({"target": {"state": "satisfaction < 0"}}, "it reaches nobody"),
        (
            {"start_week": 30},
            r"offer.start_week: must be before the end of the run \(time.horizon_weeks is 30\), got 30",
        ),
    ],
)
def test_a_lever_that_leaves_nothing_to_compare_is_refused(changes: dict[str, Any], message: str) -> None:
    with pytest.raises(InputError, match=message):
        known_effect(offered(**changes), "offer", replications=1)


def test_all_wrong_arguments_are_named_at_once() -> None:
    with pytest.raises(
        InputError, match="intervention: no such intervention, got 'ofer'; did you mean 'offer'"
    ) as caught:
        known_effect(offered(), "ofer", replications=0, every_weeks=0)
    assert [fault.path for fault in caught.value.faults] == ["replications", "every_weeks", "intervention"]
