"""The model as a Mesa user meets it; runs unchanged on Mesa 3.5 and on the pre-release of Mesa 4."""

from __future__ import annotations

import copy
import pickle
import re
from typing import Any

import mesa
import numpy as np
import pytest
from mesa.agentset import AbstractAgentSet

from cxsim.engine.campaigns import Campaign
from cxsim.engine.customers import CustomerAgent, CustomerSet
from cxsim.engine.desks import BackOffice, ServiceDesk
from cxsim.engine.model import CXModel
from cxsim.journey.tables import LifeCode
from tests.worlds import lived, same_rows, world


@pytest.fixture
def model() -> CXModel:
    model = CXModel(world(50, 8, 2), rng=7, interventions=["null_lever", "faster_reply"])
    for _ in range(4):
        model.step()
    return model


def test_model_customers_and_views_are_mesas_own_kinds(model: CXModel) -> None:
    assert isinstance(model, mesa.Model)
    assert isinstance(model.customers, AbstractAgentSet)
    assert isinstance(model.customers[5], mesa.Agent)
    assert model.agents is model.customers
    assert len(model.agents) == model.n_arrived


def test_step_and_run_for_move_the_clock() -> None:
    model = CXModel(world(30, 8, 2), rng=7)
    assert model.time == 0
    model.step()
    assert model.time == 1
    model.run_for(3)
    assert (model.time, model.tick, model.week) == (4, 4, 2.0)


def test_the_model_stops_running_at_its_horizon() -> None:
    model = lived(CXModel(world(30, 5, 2), rng=7))
    assert not model.running
    assert model.tick == 7


def test_desks_and_campaigns_are_agents_beside_the_customers(model: CXModel) -> None:
    kinds = model.agents_by_type
    assert {CustomerAgent, ServiceDesk, BackOffice, Campaign} <= set(kinds)
    assert set(model.agent_types) == set(kinds)
    assert sorted(kinds[ServiceDesk].get("name")) == ["chat", "phone"]
    assert sorted(kinds[Campaign].get("name")) == ["faster_reply", "null_lever"]
    assert kinds[CustomerAgent] is model.customers


def test_no_two_agents_share_a_unique_id(model: CXModel) -> None:
    others = [
        agent.unique_id
        for kind, agents in model.agents_by_type.items()
        if kind is not CustomerAgent
        for agent in agents
    ]
    ids = model.customers.get("unique_id") + others
    assert len(set(ids)) == len(ids)


class Listening(mesa.DataCollector):  # type: ignore[misc]
    """A data collector of a user, with reporters for the model and for its agents."""

    def __init__(self) -> None:
        super().__init__(
            model_reporters={"active": lambda m: int(m.customers.agg("is_active", np.sum)), "tick": "tick"},
            agent_reporters={"satisfaction": "satisfaction", "frustrated": lambda a: a.balance < 0},
        )


def test_a_data_collector_reports_on_the_model_and_on_every_customer(model: CXModel) -> None:
    collector = Listening()
    collector.collect(model)
    model.step()
    collector.collect(model)
    of_model, of_agents = collector.get_model_vars_dataframe(), collector.get_agent_vars_dataframe()
    assert of_model["tick"].tolist() == [4, 5]
    assert of_model["active"].iloc[-1] == sum(agent.is_active for agent in model.customers)
    newest = of_agents.xs(model.time, level=0)
    assert newest["satisfaction"].tolist() == model.customers.get("satisfaction")
    assert set(map(type, newest["frustrated"])) == {bool}


def test_the_model_brings_a_data_collector_that_fills_itself() -> None:
    model = lived(CXModel(world(40, 6, 2), rng=7))
    table = model.datacollector.get_model_vars_dataframe()
    assert table["week"].tolist() == [0, 1, 2, 3, 4, 5]
    assert {"active", "acquired", "churned", "contacts", "complaints", "satisfaction", "balance"} <= set(table.columns)
    active = [int(sums[:, 1].sum()) for sums in model.record.measures]
    assert table["active"].tolist() == active


def test_a_collector_of_the_users_own_takes_its_place() -> None:
    model = CXModel(world(40, 6, 2), rng=7)
    model.datacollector = Listening()
    lived(model)
    assert len(model.datacollector.get_model_vars_dataframe()) == 6


def test_a_view_reads_python_scalars_and_writes_through(model: CXModel) -> None:
    customer = model.customers[3]
    assert type(customer.satisfaction) is float
    assert type(customer.segment) is int
    assert type(customer.is_active) is bool
    customer.satisfaction = 0.25
    assert model.customers[3].satisfaction == 0.25
    assert model.customers["satisfaction"][3] == np.float32(0.25)


def test_a_view_lists_its_columns(model: CXModel) -> None:
    assert {"satisfaction", "segment", "balance", "is_active", "step", "unique_id"} <= set(dir(model.customers[3]))


@pytest.mark.parametrize(
    ("column", "value", "message"),
    [
        ("satisfaction", float("nan"), "satisfaction must be a number between 0 and 1, got nan"),
        ("satisfaction", 1.5, "satisfaction must be a number between 0 and 1, got 1.5"),
        ("peak", float("inf"), "peak must be a finite number, got inf"),
        ("segment", -1, "segment must be a whole number between 0 and 255, got -1"),
        ("segment", 0.5, "segment must be a whole number between 0 and 255, got 0.5"),
    ],
)
def test_a_value_that_a_column_cannot_hold_is_refused(model: CXModel, column: str, value: float, message: str) -> None:
    before = model.rows.tobytes()
    with pytest.raises(ValueError, match=re.escape(message)):
        model.customers.set(column, value)
    with pytest.raises(ValueError, match=re.escape(message)):
        model.customers.set(column, np.full(model.n_arrived, value))
    with pytest.raises(ValueError, match=re.escape(message)):
        setattr(model.customers[3], column, value)
    assert model.rows.tobytes() == before


def test_a_view_knows_no_other_attribute(model: CXModel) -> None:
    customer = model.customers[3]
    with pytest.raises(AttributeError, match="a customer has no attribute 'mood'"):
        _ = customer.mood
    with pytest.raises(AttributeError, match="a customer has no column 'mood'"):
        customer.mood = 1
    with pytest.raises(AttributeError, match="a customer has no column 'balance'"):
        customer.balance = 1.0


def test_two_views_of_one_customer_are_equal(model: CXModel) -> None:
    assert model.customers[3] == model.customers[3]
    assert model.customers[3] != model.customers[4]
    assert len({model.customers[3], model.customers[3], model.customers[4]}) == 2
    assert model.customers[3] in model.customers
    assert CXModel(world(50, 8, 2), rng=7).customers[3] != model.customers[3]


def test_iteration_and_lists_give_every_customer_once(model: CXModel) -> None:
    views = list(model.customers)
    assert views == model.customers.to_list()
    assert [view.row for view in views] == list(range(model.n_arrived))


def test_select_takes_functions_shares_and_arrays(model: CXModel) -> None:
    active = model.customers.select(lambda customer: customer.is_active)
    assert isinstance(active, CustomerSet)
    assert len(active) == model.customers["is_active"].sum()
    assert len(model.customers.select(model.customers["is_active"])) == len(active)
    assert len(model.customers.select(at_most=7)) == 7
    assert len(model.customers.select(at_most=0.5)) == model.n_arrived // 2
    assert len(model.customers.select(agent_type=CustomerAgent)) == model.n_arrived
    assert len(model.customers.select(agent_type=ServiceDesk)) == 0


def test_agg_get_and_set_work_on_columns(model: CXModel) -> None:
    customers = model.customers
    assert customers.agg("balance", np.mean) == pytest.approx(float(np.mean(customers.get("balance"))), abs=1e-6)
    assert customers.agg("satisfaction", [np.min, np.max]) == [
        min(customers.get("satisfaction")),
        max(customers.get("satisfaction")),
    ]
    assert customers.get(["segment", "life"])[0] == [customers[0].segment, customers[0].life]
    assert set(customers.get("mood", handle_missing="default", default_value=5)) == {5}
    with pytest.raises(AttributeError, match="a customer has no attribute 'mood'"):
        customers.get("mood")
    first = customers.select(at_most=10).set("trust", 0.5)
    assert first.get("trust") == [0.5] * 10
    assert set(customers.get("trust")[10:]) != {0.5}


def test_slices_and_arrays_of_positions_give_lists_of_views(model: CXModel) -> None:
    customers = model.customers
    assert customers[2:5] == [customers[2], customers[3], customers[4]]
    assert customers[-1] == customers[model.n_arrived - 1]
    assert customers[np.array([7, 3])] == [customers[7], customers[3]]
    assert customers[customers["is_active"]] == customers.select(customers["is_active"]).to_list()


@pytest.mark.parametrize("at_most", [-1, -0.5, float("nan")])
def test_a_number_of_customers_is_not_negative(model: CXModel, at_most: float) -> None:
    with pytest.raises(ValueError, match=f"at_most must be at least 0, got {at_most}"):
        model.customers.select(at_most=at_most)


def test_groupby_splits_the_customers(model: CXModel) -> None:
    groups = model.customers.groupby("segment")
    assert sum(len(group) for _, group in groups) == model.n_arrived
    means = groups.agg("monthly_revenue", np.mean)
    assert means[2] > means[0]  # small businesses pay more than value seekers
    by_function = model.customers.groupby(lambda customer: customer.balance < 0, result_type="list")
    assert all(isinstance(group, list) for _, group in by_function)


def test_sort_and_shuffle_reorder_and_keep_everybody(model: CXModel) -> None:
    ordered = model.customers.sort("satisfaction", ascending=True).get("satisfaction")
    assert ordered == sorted(ordered)
    assert model.customers.sort(lambda customer: customer.row)[0].row == model.n_arrived - 1
    shuffled = model.customers.shuffle()
    assert [view.row for view in shuffled] != list(range(model.n_arrived))
    assert sorted(view.row for view in shuffled) == list(range(model.n_arrived))


def test_sort_orders_columns_of_every_kind_both_ways(model: CXModel) -> None:
    for column in ("segment", "is_active", "balance", "since"):
        values = model.customers.sort(column).get(column)
        assert values == sorted(values, reverse=True)
        assert model.customers.sort(column, ascending=True).get(column) == values[::-1]


def test_the_models_own_set_takes_another_order_and_newcomers_behind_it(model: CXModel) -> None:
    ordered = model.customers.sort("satisfaction", inplace=True)
    assert ordered is model.customers
    rows = [view.row for view in ordered]
    assert rows != sorted(rows)
    lived(model)
    assert len(rows) < model.n_arrived
    assert [view.row for view in model.customers] == [*rows, *range(len(rows), model.n_arrived)]
    assert model.customers.get("unique_id") == [view.unique_id for view in model.customers]


def test_the_order_of_the_models_own_set_changes_nobodys_life() -> None:
    bulk, agents = CXModel(world(30, 6, 2), rng=7), CXModel(world(30, 6, 2), rng=7, stepping="agents")
    agents.customers.shuffle(inplace=True)
    assert same_rows(lived(bulk).rows, lived(agents).rows) == []


def test_nobody_can_be_taken_out_of_the_models_own_set(model: CXModel) -> None:
    everybody, words = model.customers, "nobody can be taken out of the model's own set of customers; take a selection"
    for leave_out in (
        lambda: everybody.remove(everybody[0]),
        lambda: everybody.discard(everybody[0]),
        lambda: everybody.select(at_most=3, inplace=True),
    ):
        with pytest.raises(ValueError, match=words):
            leave_out()
    assert len(everybody) == model.n_arrived
    own = copy.copy(everybody)
    own.remove(own[0])
    assert (len(own), len(everybody)) == (model.n_arrived - 1, model.n_arrived)


def test_do_and_map_call_methods_and_functions(model: CXModel) -> None:
    seen: list[int] = []
    model.customers.select(at_most=5).do(lambda customer: seen.append(customer.row))
    assert seen == [0, 1, 2, 3, 4]
    assert model.customers.map(lambda customer: customer.row) == list(range(model.n_arrived))


def test_a_selection_can_gain_and_lose_members(model: CXModel) -> None:
    few = model.customers.select(at_most=3)
    few.add(model.customers[9])
    few.discard(model.customers[0])
    assert [view.row for view in few] == [1, 2, 9]
    few.remove(model.customers[9])
    with pytest.raises(KeyError, match="CustomerAgent"):
        few.remove(model.customers[9])
    assert model.n_arrived == len(model.customers)


def test_removing_an_agent_takes_the_customer_out_of_the_simulation(model: CXModel) -> None:
    model.customers[4].remove()
    assert model.customers[4].life == int(LifeCode.GONE)
    model.step()
    assert not model.customers[4].is_active


def going_on(make: Any, model: CXModel) -> tuple[bytes, bytes]:
    twin = make(model)
    lived(model)
    lived(twin)
    return model.rows.tobytes(), twin.rows.tobytes()


def test_a_deep_copy_goes_on_like_the_original(model: CXModel) -> None:
    # A deep copy takes the way of pickling: what a user's own snapshots rely on.
    one, other = going_on(copy.deepcopy, model)
    assert one == other


def test_a_pickled_model_goes_on_like_the_original(model: CXModel) -> None:
    one, other = going_on(lambda model: pickle.loads(pickle.dumps(model)), model)  # noqa: S301 - our own bytes
    assert one == other


def test_a_pickled_customer_brings_its_model(model: CXModel) -> None:
    customer = pickle.loads(pickle.dumps(model.customers[3]))  # noqa: S301 - our own bytes
    assert (customer.row, customer.satisfaction) == (3, model.customers[3].satisfaction)
    assert customer == customer.model.customers[3]


def test_a_copy_of_a_set_is_independent_of_it(model: CXModel) -> None:
    few = model.customers.select(at_most=3)
    other = copy.copy(few)
    other.discard(other[0])
    assert (len(few), len(other)) == (3, 2)


def test_unknown_and_repeated_interventions_are_refused() -> None:
    with pytest.raises(Exception, match=r"interventions: must name an intervention of the scenario.*faster_reply"):
        CXModel(world(10, 2, 0), interventions=["faster_repyl"])
    with pytest.raises(Exception, match="an intervention must not be repeated in one arm"):
        CXModel(world(10, 2, 0), interventions=["null_lever", "null_lever"])
