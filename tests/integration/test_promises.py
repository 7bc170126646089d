"""The promises of the simulator, held on small worlds bit for bit (promise 5 has a file of its own)."""

from __future__ import annotations

import subprocess
import sys
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import cxsim
from cxsim.engine import kernels
from cxsim.engine.compiled import compiled
from cxsim.engine.model import CXModel
from cxsim.engine.seating import STRETCH
from cxsim.journey.tables import LifeCode
from cxsim.population.columns import CUSTOMER
from cxsim.spec.job import Engine
from cxsim.spec.scenario import Scenario
from tests.worlds import ENDLESS, Tables, differences, lived, run, same_rows, tables_of, world

ARM = ("first_contact", "renewal_delight", "more_agents")
START = 8


@cache
def busy() -> Scenario:
    """A world in which interventions start after 8 weeks: for everybody, for a fifth of all each week, at the desks."""
    return world(size=700, changes={f"interventions.{name}.start_week": START for name in (*ARM, "null_lever")})


@cache
def reference() -> Tables:
    return tables_of(run(busy(), ARM))


@cache
def compared() -> Any:
    return cxsim.compare(busy(), ["null_lever", "+".join(ARM)], replications=3, seed=7, engine=Engine(workers=1))


# -- 1: the same bytes however it is computed ----------------------------------------------------------------------


def test_the_world_is_busy_enough_to_tell_differences() -> None:
    weekly = reference()["weekly"]
    everybody = weekly[weekly["segment"] == "all"]
    for column in ("acquired", "churned", "contacts", "complaints", "abandoned", "settled", "reached", "answered"):
        assert everybody[column].sum() > 0, column
    assert differences(reference(), tables_of(run(busy(), ARM, seed=8))) != []


@pytest.mark.parametrize(
    "how",
    [
        {"threads": 1, "block_rows": 257},
        {"threads": 2, "block_rows": 257},
        {"threads": 2},
        {"threads": 3, "block_rows": 64},
        {"threads": 1, "block_rows": 1},
    ],
    ids=str,
)
def test_threads_and_blocks_change_no_bit(how: dict[str, int]) -> None:
    assert differences(reference(), tables_of(run(busy(), ARM, **how))) == []


def test_waiting_in_line_for_the_next_stretch_of_rows_changes_no_bit() -> None:
    changes = {f"interventions.{name}.start_week": START for name in ARM}
    size = 2 * STRETCH + 700
    # Blocks of one stretch leave nobody in line; one block of all rows lets some of each phase wait twice.
    apart, behind = (run(world(size, 12, 2, changes), ARM, block_rows=rows) for rows in (STRETCH, 4 * STRETCH))
    assert differences(tables_of(apart), tables_of(behind)) == []
    assert same_rows(apart.rows, behind.rows) == []
    another = run(world(size, 12, 2, changes), ARM, seed=8, block_rows=4 * STRETCH)
    assert same_rows(apart.rows, another.rows) != []


def test_stepping_one_agent_at_a_time_in_any_order_changes_no_bit() -> None:
    # Compiled kernels against plain Python: the same rules, so the same bits.
    scenario = world(60, 24, 6, {f"interventions.{name}.start_week": START for name in ARM})
    bulk = run(scenario, ARM)
    one_by_one = run(scenario, ARM, stepping="agents")
    assert differences(tables_of(bulk), tables_of(one_by_one)) == []
    assert same_rows(bulk.rows, one_by_one.rows) == []
    another_order = CXModel(scenario, 7, 0, ARM, stepping="agents")
    another_order.random.seed(99)
    assert same_rows(bulk.rows, lived(another_order).rows) == []


def test_customers_born_in_plain_python_are_those_born_compiled() -> None:
    model = CXModel(world(40), 7)
    laws = model.blueprint.laws(model._maker.base)
    plain, fast = np.zeros(40, CUSTOMER), np.zeros(40, CUSTOMER)
    readable = laws._replace(segments=laws.segments.view(np.recarray), params=laws.params.view(np.recarray))
    kernels.bear_rows(plain.view(np.recarray), 0, 40, 40, 0, 0, model.luck, readable)
    compiled(kernels.bear_rows)(fast, 0, 40, 40, 0, 0, model.luck, laws)
    assert same_rows(plain, fast) == []


def test_an_arm_that_branches_off_is_the_arm_that_lived_from_the_beginning() -> None:
    trunk = CXModel(busy(), 7)
    for _ in range(trunk.warmup_ticks + START * trunk.ticks_per_week):
        trunk.step()
    before = trunk.rows.copy()
    branch = lived(trunk.branch(ARM))
    assert differences(reference(), tables_of(branch)) == []
    assert same_rows(trunk.rows, before) == []  # and the trunk has not moved


def test_a_branch_at_any_earlier_moment_is_the_same_arm() -> None:
    trunk = CXModel(busy(), 7)
    for _ in range(3):
        trunk.step()
    assert differences(reference(), tables_of(lived(trunk.branch(ARM)))) == []


def test_an_arm_is_the_same_alone_and_among_others() -> None:
    alone = cxsim.compare(busy(), ["+".join(ARM)], replications=3, seed=7, engine=Engine(workers=1))
    names = ["baseline", "+".join(ARM)]
    for table, rows in compared().run.tables.items():
        among = rows[rows["scenario"].isin(names)].reset_index(drop=True)
        assert differences({table: among}, {table: alone.run.tables[table]}) == []


def test_processes_change_no_bit() -> None:
    arms = ["null_lever", "+".join(ARM)]
    spread = cxsim.compare(busy(), arms, replications=3, seed=7, engine=Engine(workers=2, block_rows=257))
    assert differences(dict(compared().run.tables), dict(spread.run.tables)) == []
    assert differences({"effects": compared().effects}, {"effects": spread.effects}) == []


# -- 2: nobody else's luck ------------------------------------------------------------------------------------------


def decoupled(size: int = 200, **changes: Any) -> Scenario:
    """A world whose customers meet nowhere: what happens to one can only come from his own luck."""
    inflow = {"market.leads_per_1000_week": 4_000.0 / size}
    return world(
        size, changes={**ENDLESS, **inflow, **{name.replace("__", "."): value for name, value in changes.items()}}
    )


@cache
def alone() -> CXModel:
    return run(decoupled())


def test_one_more_customer_changes_nobody_else() -> None:
    larger = run(decoupled(201))
    n = alone().n_base
    assert alone().n_arrived + 1 == larger.n_arrived
    assert same_rows(alone().rows[:n], larger.rows[:n]) == []
    leads, others = alone().rows[n : alone().n_arrived], larger.rows[n + 1 : larger.n_arrived]
    assert (leads["life"] == 2).any()
    assert same_rows(leads, others) == []


def test_where_customers_meet_at_desks_more_of_them_do_change_others() -> None:
    # The twin of the test above: with queues, others wait a little longer. Were this equal, that test could not fail.
    crowd = world(220, changes={"journey.queues.phone.agents": 200 * 1.2e-4})
    assert same_rows(run(world(200)).rows[:200], run(crowd).rows[:200]) != []


def test_more_leads_change_nobody_of_the_base() -> None:
    flooded = run(decoupled(market__leads_per_1000_week=50.0))
    n = alone().n_base
    assert flooded.n_arrived > alone().n_arrived
    assert same_rows(alone().rows[:n], flooded.rows[:n]) == []


@pytest.mark.parametrize("first", [True, False])
def test_a_touchpoint_elsewhere_changes_nobody(first: bool) -> None:
    plain = decoupled().model_dump(mode="json")
    new = {"stage": "discovery", "quality": {"functional": 0.5, "emotional": 0.5}, "channels": {"web": 1.0}}
    there = plain["journey"]["touchpoints"]
    plain["journey"]["touchpoints"] = {"farewell": new, **there} if first else {**there, "farewell": new}
    # Visited only by leads on their way out.
    plain["journey"]["nodes"]["farewell"] = {"touchpoint": "farewell", "life": "lead", "next": {"gone": 1.0}}
    for node in ("ad", "compare"):
        del plain["journey"]["nodes"][node]["next"]["gone"]
        plain["journey"]["nodes"][node]["next"]["farewell"] = "rest"
    more = run(Scenario.model_validate(plain))
    stay = alone().rows["life"] != int(LifeCode.GONE)
    indices = ("problem_touchpoint", "waiting_touchpoint", "node")
    assert same_rows(alone().rows[stay], more.rows[stay], without=indices) == []
    assert same_rows(alone().rows[~stay], more.rows[~stay]) != []


@pytest.mark.parametrize("first", [True, False])
def test_a_calendar_touchpoint_more_moves_no_other_in_time(first: bool) -> None:
    plain = decoupled().model_dump(mode="json")
    new = {"stage": "use", "weight": 0.0, "quality": {"functional": 0.75, "emotional": 0.7}, "channels": {"web": 1.0}}
    there = plain["journey"]["touchpoints"]
    letter = {"letter": {**new, "every_weeks": 13.0}}
    plain["journey"]["touchpoints"] = {**letter, **there} if first else {**there, **letter}
    background = plain["journey"]["nodes"]["live"]["background"]
    plain["journey"]["nodes"]["live"]["background"] = ["letter", *background] if first else [*background, "letter"]
    visits = []
    for scenario in (decoupled(), Scenario.model_validate(plain)):
        model = run(scenario)
        table = tables_of(model)["touchpoints"].set_index(["touchpoint", "channel"])
        visits.append(table.loc[["usage", "bill"], ["encounters", "failures"]])
    assert visits[0].equals(visits[1])


def test_one_more_replication_changes_no_other() -> None:
    more = cxsim.compare(busy(), ["null_lever", "+".join(ARM)], replications=4, seed=7, engine=Engine(workers=1))
    for table, rows in more.run.tables.items():
        first = rows[rows["replication"] < 3].reset_index(drop=True)
        assert differences({table: first}, {table: compared().run.tables[table]}) == []


def test_an_output_more_changes_nothing() -> None:
    with_customers = cxsim.compare(
        busy(), ["null_lever"], replications=2, seed=7, customer_replications=2, engine=Engine(workers=1)
    )
    without = cxsim.compare(
        busy(), ["null_lever"], replications=2, seed=7, customer_replications=0, engine=Engine(workers=1)
    )
    assert "customers" not in without.run.tables
    kept = {name: table for name, table in with_customers.run.tables.items() if name != "customers"}
    assert differences(kept, dict(without.run.tables)) == []


def test_seed_0_is_a_seed_and_replications_differ() -> None:
    small = world(80, 6, 2)
    runs = {
        (seed, r): run(small, seed=seed, replication=r).rows["revenue"].tobytes() for seed in (0, 1) for r in (0, 1)
    }
    assert len(set(runs.values())) == 4
    assert run(small, seed=0).rows["revenue"].tobytes() == runs[0, 0]


# -- 3: days and weeks ----------------------------------------------------------------------------------------------


def nobody_leaves(tick: str) -> CXModel:
    never = {"population.frailty": {"kind": "same_for_all", "churn_year": 0.0}, "time.tick": tick}
    return run(world(200, 26, 0, {**never, "journey.alignment": 1.0, "journey.problem.handoff_failure": 0.0}))


def test_days_and_weeks_agree_in_everything_that_chance_does_not_touch() -> None:
    weekly, daily = (tables_of(nobody_leaves(tick)) for tick in ("week", "day"))

    def total(tables: Tables, column: str) -> float:
        table = tables["weekly"]
        return float(table.loc[table["segment"] == "all", column].sum())

    assert total(weekly, "base_churned") == total(daily, "base_churned") == 0.0
    assert total(daily, "base_revenue") == pytest.approx(total(weekly, "base_revenue"), rel=1e-6)
    assert len(daily["weekly"]) == 7 * len(weekly["weekly"])
    # Everybody uses the service once a week and gets a bill every four, whatever the clock ticks.
    for touchpoint, period in (("usage", 1), ("bill", 4)):
        counts = [t["touchpoints"].groupby("touchpoint")["encounters"].sum()[touchpoint] for t in (weekly, daily)]
        expected = 200 * 26 / period
        assert counts == pytest.approx([expected, expected], rel=0.12)


def test_leads_arrive_at_the_same_rate_by_day_and_by_week() -> None:
    arrived = [nobody_leaves(tick).n_arrived for tick in ("week", "day")]
    assert arrived == [200 + 26 * 4] * 2


# -- 4: what is switched off is absent ------------------------------------------------------------------------------

NO_FAILURES = {f"journey.touchpoints.{name}.failure": 0.0 for name in ("install", "usage", "bill")} | {
    "journey.problem.handoff_failure": 0.0
}


@pytest.mark.parametrize(
    ("off", "indifferent"),
    [
        (
            NO_FAILURES,
            {"behaviour.failure.weight": 9.0, "behaviour.failure.severity_mean": 0.9, "behaviour.complaint.severity": 9.0,
             "behaviour.recovery.distributive": 0.1, "journey.problem.first_contact_resolution": 0.1,
             "behaviour.churn.failure": 9.0, "behaviour.churn.open_problem": 9.0, "behaviour.failure.handoff": 0.9},
        ),
        ({"behaviour.habituation.step": 0.0}, {"behaviour.habituation.half_life_weeks": 2.0}),
        ({"surveys.relational.sample": 0.0, "surveys.transactional.sample": 0.0}, {"behaviour.survey.response": 3.0}),
        ({"behaviour.churn.competition": 0.0}, {"behaviour.churn.satisfaction": 20.0, "behaviour.churn.trust": 5.0}),
        (
            {"population.frailty": {"kind": "same_for_all", "churn_year": 0.0}},
            {"behaviour.churn.satisfaction": 20.0, "behaviour.churn.level": 4.0, "behaviour.churn.after_lock": 9.0},
        ),
        ({"journey.contact_rate": 0.0, **NO_FAILURES}, {"journey.queues.phone.agents": 1.0, "behaviour.failure.abandoned": 0.9}),
        ({"behaviour.performance.wait_penalty": 0.0}, {"behaviour.performance.wait_scale_min": 1.0}),
        ({"behaviour.churn.notice": 0.0, **NO_FAILURES}, {"behaviour.churn.attention": 9.0}),
        ({"market.leads_per_1000_week": 0.0}, {"market.price_gap": 3.0, "money.acquisition_cost": 9.0}),
    ],
    ids=["failures", "habituation", "surveys", "competition", "churn", "contacts", "waiting", "attention", "leads"],
)  # fmt: skip
def test_what_is_switched_off_leaves_its_other_parameters_without_effect(
    off: dict[str, Any], indifferent: dict[str, Any]
) -> None:
    small = world(500, 10, 3)
    without = small.with_changes(off)
    assert differences(tables_of(run(without)), tables_of(run(without.with_changes(indifferent)))) == []
    # Switched on, the same parameters matter.
    assert differences(tables_of(run(small)), tables_of(run(small.with_changes(indifferent)))) != []


def test_without_failures_nothing_of_them_is_counted_or_booked() -> None:
    tables = tables_of(run(world(150, 12, 4, NO_FAILURES)))
    weekly = tables["weekly"]
    for column in ("failures", "complaints", "settled", "closed_unresolved", "open_problems", "recovery_cost"):
        assert weekly[column].sum() == 0
    causes = {
        "failure",
        "unavoidable",
        "handoff",
        "unresolved",
        "late_reply",
        "restoration",
        "recovery",
        "double_deviation",
    }
    assert causes.isdisjoint(tables["ledger"]["cause"])


def test_without_norms_no_commitment_is_booked() -> None:
    on, off = (tables_of(run(world(150, 12, 4, {"behaviour.account.norm": size})))["ledger"] for size in (1.0, 0.0))
    assert "norm" in set(on["cause"])
    assert "norm" not in set(off["cause"])


# -- pairing --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("table", ["weekly", "ledger", "cohorts", "surveys", "desks"])
def test_before_the_start_every_row_of_both_arms_is_equal(table: str) -> None:
    rows = compared().run.tables[table].drop(columns="scenario")
    names = compared().run.tables[table]["scenario"]
    base, treated = (rows[names == name].reset_index(drop=True) for name in ("baseline", "+".join(ARM)))
    early, late = (
        [part[part["week"] < START].reset_index(drop=True) for part in (base, treated)],
        [part[part["week"] >= START].reset_index(drop=True) for part in (base, treated)],
    )
    assert len(early[0]) > 0
    assert differences({table: early[0]}, {table: early[1]}) == []
    # In the few weeks that follow, newcomers need not have left or paid differently yet.
    assert table == "cohorts" or differences({table: late[0]}, {table: late[1]}) != []


def test_an_intervention_that_changes_nothing_has_no_effect_at_all() -> None:
    rows = compared().effects.query("intervention == 'null_lever'")
    for column in ("difference", "ci_low", "ci_high"):
        assert (rows[column] == 0.0).all(), rows.loc[rows[column] != 0.0, ["metric", "segment", column]]
    needed = {"churn_rate", "retention", "active", "ltv", "revenue", "profit", "nps_true", "nps_survey", "csat", "ces"}
    needed |= {"balance", "contacts", "complaints", "acquired", "cost", "npv", "roi", "payback_weeks"}
    assert needed <= set(rows["metric"])
    both = compared().run.tables
    for name, table in both.items():
        arms = [
            table[table["scenario"] == arm].drop(columns="scenario").reset_index(drop=True)
            for arm in ("baseline", "null_lever")
        ]
        if name == "weekly":
            arms = [arm.drop(columns="reached") for arm in arms]
        if name == "customers":
            arms = [arm.drop(columns="reached") for arm in arms]
        assert differences({name: arms[0]}, {name: arms[1]}) == []


# -- 6: no network --------------------------------------------------------------------------------------------------

GUARD = """
import socket

def refuse(*_, **__):
    raise SystemExit("the network was asked for")

socket.socket.connect = socket.socket.connect_ex = refuse
socket.getaddrinfo = socket.create_connection = refuse
"""
PROGRAM = """
import sys
from pathlib import Path
import socket
try:
    socket.create_connection(("localhost", 9))
except SystemExit:
    print("guarded")
from cxsim.cli.compose import job
from cxsim.study.compare import run_job
overrides = ["population.size=60", "time.horizon_weeks=6", "time.warmup_weeks=1", "study.arms=[null_lever]"]
overrides += ["study.replications=2", "engine.workers=2", "interventions.null_lever.start_week=2", f"output.root={sys.argv[1]}"]
run_job(job(overrides), progress=False)
"""


def test_a_run_asks_for_no_network_in_any_of_its_processes(tmp_path: Path, repository: Path) -> None:
    (tmp_path / "guard").mkdir()
    (tmp_path / "guard" / "sitecustomize.py").write_text(GUARD)
    path = f"{tmp_path / 'guard'}:{repository}"
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, str(tmp_path / "out")],
        env=environment(PYTHONPATH=path),
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "guarded" in done.stdout
    assert list(tmp_path.glob("out/compare/*/effects.csv"))


def environment(**more: str) -> dict[str, str]:
    import os

    return {**os.environ, "OMP_NUM_THREADS": "1", **more}
