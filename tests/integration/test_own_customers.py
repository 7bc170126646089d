"""A study that starts from a firm's own customers: what comes in is what the results speak of."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from cxsim.checks import check
from cxsim.cli.compose import job as composed
from cxsim.engine.model import CXModel
from cxsim.errors import InputError
from cxsim.population.customer_file import sized
from cxsim.results.folder import prepare
from cxsim.spec.job import Job
from cxsim.study import calibrate, customers
from cxsim.study.churn_level import Pilot
from cxsim.study.compare import compare
from cxsim.study.customers import own_customers
from cxsim.study.simulate import fill, run_job, simulate

ROOT = Path(__file__).resolve().parents[2]
SIZE = 400
QUICK = ["time.warmup_weeks=4", "time.horizon_weeks=26", "data.pilot_customers=4000", "data.churn_window_weeks=26"]
COLUMNS = "{id: id, segment: kind, tenure: months, revenue: bill, contract: plan, churned: left}"


@pytest.fixture
def extract(tmp_path: Path) -> Path:
    """A CRM extract in which customers of a yearly contract leave much less."""
    rng = np.random.default_rng(5)
    frame = pd.DataFrame({"id": [f"{i:06}" for i in range(SIZE)]})
    frame["kind"] = rng.choice(["value", "pro"], SIZE)
    frame["months"] = rng.integers(0, 60, SIZE)
    frame["bill"] = rng.uniform(10.0, 90.0, SIZE).round(2)
    frame["plan"] = rng.choice(["monthly", "yearly"], SIZE)
    frame["left"] = np.where(rng.random(SIZE) < np.where(frame["plan"] == "monthly", 0.4, 0.1), "Yes", "No")
    path = tmp_path / "crm.csv"
    frame.to_csv(path, index=False)
    return path


def job_on(extract: Path, *overrides: str) -> Job:
    return composed(
        [
            f"data.customers={extract}",
            f"data.columns={COLUMNS}",
            "data.tenure_classes_weeks=[0,104]",
            f"output.root={extract.parent / 'outputs'}",
            "study.replications=2",
            "study.arms=[faster_reply]",
            "engine.workers=1",
            *QUICK,
            *overrides,
        ]
    )


def test_ids_tenures_contracts_and_revenues_are_kept_to_the_results(extract: Path) -> None:
    job = job_on(extract)
    run = simulate(job.scenario, replications=1, seed=3, data=job.data)
    base = run.customers[run.customers["origin"] == "base"]
    crm = pd.read_csv(extract, dtype={"id": str})
    assert base["customer"].tolist() == crm["id"].tolist()
    assert base["segment"].tolist() == crm["kind"].tolist()
    assert base["contract"].tolist() == crm["plan"].tolist()
    assert base["monthly_revenue"].to_numpy() == pytest.approx(crm["bill"].to_numpy(), rel=1e-6)
    assert np.abs(-base["since_week"].to_numpy() - crm["months"].to_numpy() * 52 / 12).max() <= 0.5
    first = run.weekly.query("segment == 'all' and tick == 0").iloc[0]
    assert first["base_active"] + first["base_churned"] == SIZE


def test_the_scenario_has_the_size_of_the_file_and_represents_it_unless_told(extract: Path) -> None:
    population = job_on(extract).scenario.population
    assert (population.size, population.represents) == (SIZE, 1_000_000)
    population = job_on(extract, "population.represents=null").scenario.population
    assert (population.size, population.represents) == (SIZE, SIZE)


def test_a_run_shows_observed_against_simulated_and_says_what_was_assumed(extract: Path) -> None:
    job = job_on(extract, "data.churn_window_note=half a year says the CRM")
    folder = run_job(job, progress=False)
    table = pd.read_parquet(folder / "calibration.parquet")
    crm = pd.read_csv(extract)
    assert table["customers"].sum() == SIZE
    assert table["churned"].sum() == (crm["left"] == "Yes").sum()
    assert list(zip(table["contract"], table["tenure_class"], strict=True)) == [
        ("monthly", "0-104"),
        ("monthly", "104+"),
        ("yearly", "0-104"),
        ("yearly", "104+"),
    ]
    assert table["reached"].all()
    assert ((table["observed_low"] < table["observed"]) & (table["observed"] < table["observed_high"])).all()
    facts = json.loads((folder / "manifest.json").read_text())["data"]
    assert facts["assumption"] == "the churn flag was observed over 26 weeks"
    assert facts["churn_window_note"] == "half a year says the CRM"
    assert (facts["customers"], facts["cells_not_reached"]) == (SIZE, 0)


def test_the_same_job_solves_the_same_offsets_and_another_seed_others(extract: Path) -> None:
    first, again, other = (own_customers(job_on(extract, f"study.seed={seed}")) for seed in (0, 0, 1))
    assert first is not None
    assert again is not None
    assert other is not None
    assert first.base.tobytes() == again.base.tobytes()
    assert first.base.tobytes() != other.base.tobytes()


def test_a_run_taken_up_again_does_not_solve_again(extract: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    job = job_on(extract)
    with prepare(job, "run") as folder:
        plan = fill(folder, job, {"baseline": ()}, progress=False)

    def never(*_: Any) -> None:
        raise AssertionError("solved again")

    monkeypatch.setattr(customers, "_solved", never)
    with prepare(job, "run") as folder:
        again = fill(folder, job, {"baseline": ()}, progress=False)
    assert plan.base is not None
    assert again.base is not None
    assert plan.base.tobytes() == again.base.tobytes()
    assert plan.scenario == again.scenario


def test_arms_are_compared_on_the_firms_customers(extract: Path) -> None:
    job = job_on(extract, "interventions.faster_reply.start_week=4")
    found = compare(job.scenario, ["faster_reply"], 2, data=job.data, horizons=[26], engine=job.engine)
    # Nobody of the file is in this segment, so only those who arrive later can be.
    family = found.effects.query("segment == 'family' and metric == 'ltv'")
    assert family["baseline"].isna().all()
    assert found.effects.query("segment == 'all' and metric == 'ltv'")["baseline"].gt(0.0).all()
    assert set(found.customers.query("origin == 'base'")["customer"]) == {f"{i:06}" for i in range(SIZE)}
    assert "calibration" in found.run.tables


def test_without_a_flag_the_churn_level_is_left_alone(extract: Path) -> None:
    job = job_on(extract, "data.columns.churned=null")
    own = own_customers(job)
    assert own is not None
    assert own.calibration is None
    assert not own.base["log_hazard"].any()
    assert own.scenario == job.scenario


def test_segments_that_the_file_lacks_are_drawn_by_their_shares(extract: Path) -> None:
    job = job_on(extract, "data.columns.segment=null", "data.columns.churned=null")
    own, again = own_customers(job), own_customers(job)
    assert own is not None
    assert again is not None
    shares = np.bincount(own.base["segment"], minlength=3) / SIZE
    # Four standard errors of a share of 400 are 0.1 at most.
    assert shares == pytest.approx([0.50, 0.35, 0.15], abs=0.1)
    assert own.base.tobytes() == again.base.tobytes()


def test_a_pilot_is_a_run_with_these_offsets(extract: Path) -> None:
    job = job_on(extract, "data.columns.churned=null")
    own = own_customers(job)
    assert own is not None
    offset = np.random.default_rng(1).normal(1.0, 1.0, SIZE)
    lost = Pilot(own.scenario, own.base, 26.0, 7, 3, threads=1).lost(offset)
    base = own.base.copy()
    base["log_hazard"] = offset
    model = CXModel(own.scenario, 7, 3, base=base)
    while model.running:
        model.step()
    assert lost.tolist() == (model.rows["life"][:SIZE] == 3).tolist()
    assert 0 < lost.sum() < SIZE


def test_calibrate_writes_a_scenario_that_resembles_the_file(extract: Path) -> None:
    job = job_on(extract)
    folder = calibrate.run_job(job)
    scenario = composed_scenario(folder)
    crm = pd.read_csv(extract)
    assert scenario.population.size == SIZE
    assert scenario.population.contracts["yearly"].share == pytest.approx((crm["plan"] == "yearly").mean())
    assert scenario.population.segments["family"].share == 0.0
    table = pd.read_parquet(folder / "calibration.parquet")
    drawn = table.iloc[-1]
    assert (drawn["contract"], drawn["tenure_class"]) == ("all", "drawn population")
    assert drawn["target"] == pytest.approx((crm["left"] == "Yes").mean())
    # 4,000 customers: four standard errors.
    assert drawn["simulated"] == pytest.approx(drawn["target"], abs=0.03)
    assert scenario.behaviour.churn.level == pytest.approx(job.scenario.behaviour.churn.level + drawn["offset"])
    facts = json.loads((folder / "manifest.json").read_text())["data"]
    assert facts["observed_churn"] == pytest.approx((crm["left"] == "Yes").mean())


def test_calibrate_takes_a_target_where_the_file_has_no_flag(extract: Path) -> None:
    folder = calibrate.run_job(job_on(extract, "data.columns.churned=null", "calibration.target_churn_year=0.3"))
    assert pd.read_parquet(folder / "calibration.parquet")["simulated"].tolist() == pytest.approx([0.3], abs=0.03)


def test_calibrate_hits_a_target_without_a_file(tmp_path: Path) -> None:
    overrides = ["time.warmup_weeks=4", "data.pilot_customers=4000", f"output.root={tmp_path}"]
    folder = calibrate.run_job(composed([*overrides, "calibration.target_churn_year=0.25", "population.size=1000"]))
    table = pd.read_parquet(folder / "calibration.parquet")
    assert table["simulated"].tolist() == pytest.approx([0.25], abs=0.03)
    assert composed_scenario(folder).population.size == 1000
    with pytest.raises(InputError, match=r"calibration.target_churn_year: must be given where"):
        calibrate.run_job(composed(overrides))


def composed_scenario(folder: Path) -> Any:
    from cxsim.cli.compose import load

    return load(folder / "scenario.yaml")


def test_every_fault_of_the_file_ends_the_command_and_nothing_is_written(tmp_path: Path) -> None:
    (tmp_path / "crm.csv").write_text(
        "id,kind,months,bill,plan,left\na,value,-1,10,monthly,Yes\na,vip,1,x,weekly,No\nb,value,1,2,monthly,No\n"
    )
    done = subprocess.run(
        [
            sys.executable,
            "-m",
            "cxsim",
            "compare",
            "data.customers=crm.csv",
            f"data.columns={COLUMNS}",
            "money.margin=2",
        ],
        cwd=tmp_path,
        env={"PYTHONPATH": str(ROOT), "PATH": "/usr/bin:/bin"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == "money.margin: must be at most 1, got 2\n"
    done = subprocess.run(
        [sys.executable, "-m", "cxsim", "compare", "data.customers=crm.csv", f"data.columns={COLUMNS}"],
        cwd=tmp_path,
        env={"PYTHONPATH": str(ROOT), "PATH": "/usr/bin:/bin"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout) == (2, "")
    unknown = "must be a {0} of the scenario or a value that data.{0}s maps to one, got "
    assert done.stderr.splitlines() == [
        "crm.csv row 2 column months: must be at least 0, got '-1'",
        "crm.csv row 3 column id: must be unique, row 2 has it too, got 'a'",
        f"crm.csv row 3 column kind: {unknown.format('segment')}'vip'",
        "crm.csv row 3 column bill: must be a number, got 'x'",
        f"crm.csv row 3 column plan: {unknown.format('contract')}'weekly'",
    ]
    assert [path.name for path in tmp_path.iterdir()] == ["crm.csv"]


def test_the_check_of_a_job_reads_the_file(extract: Path) -> None:
    job = job_on(extract)
    assert check(job) == []
    extract.write_text(extract.read_text().replace("monthly", "montly"))
    found = check(job)
    assert found[0].path == "crm.csv row 2 column plan" or found[0].nearest == "monthly"
    assert str(found[-1]).startswith("crm.csv: and ")
    with pytest.raises(InputError, match=r"crm.csv row \d+ column plan: must be a contract of the scenario"):
        sized(job)


def test_tenure_classes_must_rise(extract: Path) -> None:
    with pytest.raises(InputError, match=r"^data.tenure_classes_weeks: must rise from 0, got \[0.0, 52.0, 26.0\]$"):
        job_on(extract, "data.tenure_classes_weeks=[0,52,26]")
