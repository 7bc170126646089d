"""Nobody and nothing is lost: people, feelings and money add up, in worlds drawn at random."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cxsim.engine.model import CXModel
from cxsim.journey.tables import LifeCode
from tests.worlds import Tables, balances, run, tables_of, world

ROUNDING_EC = 1e-4
"""Stores of an account are kept in 32 bits; so many bookings of one customer round to this."""

worlds = st.fixed_dictionaries({
    "seed": st.integers(0, 2**40),
    "size": st.integers(20, 150),
    "tick": st.sampled_from(["week", "week", "day"]),
    "warmup": st.integers(0, 4),
    "failure": st.floats(0.0, 0.2),
    "contact_rate": st.floats(0.0, 8.0),
    "leads": st.floats(0.0, 60.0),
    "competition": st.floats(0.0, 3.0),
    "threads": st.sampled_from([1, 2]),
    "arm": st.sampled_from([(), ("first_contact",), ("renewal_delight", "proactive"), ("personalisation", "more_agents")]),
})  # fmt: skip


def made(case: dict[str, Any]) -> CXModel:
    changes = {
        "time.tick": case["tick"],
        "journey.touchpoints.usage.failure": case["failure"],
        "journey.contact_rate": case["contact_rate"],
        "market.leads_per_1000_week": case["leads"],
        "behaviour.churn.competition": case["competition"],
        **{f"interventions.{name}.start_week": 3 for name in case["arm"]},
    }
    scenario = world(case["size"], 8, case["warmup"], changes)
    return run(scenario, case["arm"], seed=case["seed"], threads=case["threads"], block_rows=64)


lived_worlds = settings(max_examples=12, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))


@lived_worlds
@given(worlds)
def test_people_are_conserved(case: dict[str, Any]) -> None:
    model = made(case)
    weekly = tables_of(model)["weekly"]
    for _, rows in weekly.groupby("segment"):
        active, acquired, churned = (rows[name].to_numpy() for name in ("active", "acquired", "churned"))
        assert np.array_equal(np.diff(active), (acquired - churned)[1:])
        assert np.array_equal(rows["lost"].to_numpy(), np.cumsum(churned))
    everybody = weekly[weekly["segment"] == "all"].iloc[-1]
    life = model.rows["life"][: model.n_arrived]
    assert everybody["active"] == (life == int(LifeCode.ACTIVE)).sum()
    assert everybody["prospects"] == (life == int(LifeCode.LEAD)).sum()
    assert everybody["lost"] == (life == int(LifeCode.LOST)).sum()
    assert model.n_arrived == np.isin(life, [1, 2, 3, 4]).sum()


@lived_worlds
@given(worlds)
def test_every_account_is_conserved(case: dict[str, Any]) -> None:
    model = made(case)
    rows = model.rows[: model.n_arrived]
    opening = np.zeros(model.n_arrived)
    opening[: model.record.opening.size] = model.record.opening
    credited, debited, forgotten = (rows[name].astype(float) for name in ("credited", "debited", "forgotten"))
    assert opening + credited - debited - forgotten == pytest.approx(balances(rows), abs=ROUNDING_EC)


@lived_worlds
@given(worlds)
def test_the_tables_tell_the_same_account_story(case: dict[str, Any]) -> None:
    model = made(case)
    tables = tables_of(model)
    weekly, ledger, customers = tables["weekly"], tables["ledger"], tables["customers"]
    everybody = weekly[weekly["segment"] == "all"].set_index("tick")
    for column in ("credits", "debits"):
        booked = ledger.groupby("tick")[column].sum().reindex(everybody.index, fill_value=0.0)
        assert np.array_equal(booked.to_numpy(), everybody[f"account_{column}"].to_numpy())
    closing = balances(model.rows[: model.n_arrived]).sum()
    assert everybody["account_balance"].iloc[-1] == pytest.approx(closing, abs=ROUNDING_EC * model.n_arrived)
    change = customers["credits"] - customers["debits"] - customers["forgotten"]
    assert (customers["opening_balance"] + change).to_numpy() == pytest.approx(customers["balance"], abs=ROUNDING_EC)
    assert (ledger["avoidable"] <= ledger["debits"]).all()


@lived_worlds
@given(worlds)
def test_tables_that_count_the_same_thing_agree(case: dict[str, Any]) -> None:
    model = made(case)
    tables = tables_of(model)
    weekly = tables["weekly"]
    everybody, parts = weekly[weekly["segment"] == "all"], weekly[weekly["segment"] != "all"]
    for column in ("active", "acquired", "churned", "contacts", "complaints", "asked", "answered"):
        assert np.array_equal(parts.groupby("tick")[column].sum().to_numpy(), everybody[column].to_numpy())
    cohorts = tables["cohorts"].groupby("tick")[["active", "churned", "revenue"]].sum()
    for column in ("active", "churned", "revenue"):
        of_cohorts = cohorts[column].reindex(range(len(everybody)), fill_value=0).to_numpy()
        assert of_cohorts == pytest.approx(everybody[column].to_numpy(), rel=1e-12)
    surveys = tables["surveys"]
    true = surveys[[f"true_{i}" for i in range(11)]].sum(axis=1).groupby(surveys["tick"]).sum()
    assert np.array_equal(true.to_numpy(), everybody["active"].to_numpy())
    assert_money_agrees(tables, model)


def assert_money_agrees(tables: Tables, model: CXModel) -> None:
    weekly = tables["weekly"]
    everybody = weekly[weekly["segment"] == "all"]
    rows = model.rows[: model.n_arrived]
    assert everybody["revenue"].sum() == pytest.approx(float(rows["revenue"].astype(float).sum()), rel=1e-5)
    spent = everybody[["contact_cost", "recovery_cost", "programme_cost"]].to_numpy().sum() - sum(
        model.record.fixed_costs
    )
    assert spent == pytest.approx(float(rows["cost"].astype(float).sum()), rel=1e-5, abs=1e-3)
    costs = everybody[["contact_cost", "recovery_cost", "programme_cost", "acquisition_cost"]].sum(axis=1)
    profit = model.spec.money.margin * everybody["revenue"] - costs
    assert everybody["profit"].to_numpy() == pytest.approx(profit.to_numpy(), rel=1e-9, abs=1e-9)


def test_a_booking_that_is_not_counted_would_be_noticed() -> None:
    # Planted mistake: half an ec appears in one customer's account from nowhere.
    model = run(world(60, 6, 2))
    rows = model.rows[: model.n_arrived].copy()
    rows["credit_slow"][5] += 0.5
    opening = np.zeros(model.n_arrived)
    opening[: model.record.opening.size] = model.record.opening
    change = rows["credited"].astype(float) - rows["debited"].astype(float) - rows["forgotten"].astype(float)
    gap = np.abs(opening + change - balances(rows))
    assert np.flatnonzero(gap > ROUNDING_EC).tolist() == [5]
