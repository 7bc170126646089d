"""From stated ranges of parameters to a forecast that tells apart what they leave open, as it is typed."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from cxsim.cli import main
from cxsim.cli.compose import job
from cxsim.results.identity import run_id

SMALL = (
    "population.size=600", "time.horizon_weeks=26", "time.warmup_weeks=4", "study.replications=10", "engine.workers=1",
    "study.arms=[stronger]", "output.figures=false",
)  # fmt: skip
PRIORS = (
    "uncertainty.priors={behaviour.churn.satisfaction:{low:4,high:12},"
    "behaviour.failure.memory_half_life_weeks:{low:0.5,high:2,relative:true}}"
)
LEVER = """
label: Stronger experience
family: design
start_week: 0
effects: [{parameter: market.outside_option, operation: add, value: -0.2}]
"""


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the user's own lever and the history of a firm."""
    place = tmp_path_factory.mktemp("uncertain")
    (place / "mine" / "intervention").mkdir(parents=True)
    (place / "mine" / "intervention" / "stronger.yaml").write_text(LEVER)
    months = pd.date_range("2022-01-01", periods=36, freq="MS")
    rates = np.random.default_rng(5).binomial(8000, 0.03, 36) / 8000
    pd.DataFrame({"month": months, "churn_rate": rates}).to_csv(place / "churn.csv", index=False)
    return place


def compared(place: Path, *more: str) -> Path:
    root = place / f"outputs-{len(list(place.glob('outputs-*')))}"
    assert main(["compare", "--config-dir", str(place / "mine"), *SMALL, *more, f"output.root={root}"]) == 0
    (folder,) = (root / "compare").iterdir()
    return folder


@pytest.fixture(scope="module")
def drawn(place: Path) -> Path:
    return compared(place, PRIORS)


def forecast(place: Path, run: Path, *more: str) -> int:
    history = [f"data.history={place / 'churn.csv'}", "data.time=month", "horizon=6"]
    return main(["forecast", *history, f"run={run}", "arm=stronger", f"output.root={run}", *more])


def test_every_replication_has_its_own_parameters_and_both_arms_the_same(drawn: Path) -> None:
    table = pd.read_parquet(drawn / "parameters.parquet")
    assert table.groupby("parameter")["value"].nunique().tolist() == [10, 10]
    plain = json.loads((drawn / "manifest.json").read_text())["uncertainty"]["priors"]
    assert set(plain) == set(table["parameter"])
    weekly = pd.read_parquet(drawn / "weekly.parquet")
    first = weekly[(weekly["tick"] == 0) & (weekly["segment"] == "all")]
    effect = first.pivot_table(index="replication", columns="scenario", values="prospects")
    assert (effect["baseline"] == effect["stronger"]).all()


def test_what_the_parameters_leave_open_is_in_the_forecast(place: Path, drawn: Path) -> None:
    assert forecast(place, drawn) == 0
    (folder,) = (drawn / "forecast").iterdir()
    parts = pd.read_csv(folder / "components.csv").groupby("source")["variance"].mean()
    assert parts["parameter"] > 0.0
    assert "not assessed" not in (folder / "report.html").read_text("utf-8")


def test_one_set_of_parameters_is_said_to_assess_nothing(place: Path) -> None:
    run = compared(place)
    assert not (run / "parameters.parquet").exists()
    assert forecast(place, run) == 0
    (folder,) = (run / "forecast").iterdir()
    parts = pd.read_csv(folder / "components.csv")
    assert parts[parts["source"] == "parameter"]["variance"].isna().all()
    assert "not assessed" in (folder / "report.html").read_text("utf-8")


def test_draws_from_a_file_are_those_of_the_ranges_bit_for_bit(place: Path, drawn: Path) -> None:
    table = pd.read_parquet(drawn / "parameters.parquet")
    file = place / "draws.csv"
    table.pivot_table(index="replication", columns="parameter", values="value").to_csv(file, index=False)
    again = compared(place, f"uncertainty.draws={file}")
    assert (again / "effects.csv").read_bytes() == (drawn / "effects.csv").read_bytes()
    other = pd.read_csv(file).assign(**{"behaviour.churn.satisfaction": 8.0})
    other.to_csv(file, index=False)
    changed = compared(place, f"uncertainty.draws={file}")
    assert (changed / "effects.csv").read_bytes() != (drawn / "effects.csv").read_bytes()


def test_draws_that_churn_as_observed_are_calibrated_and_taken(place: Path) -> None:
    root = place / "calibrated"
    outside = "uncertainty.priors={market.outside_option:{low:0.6,high:0.8}}"
    small = ["population.size=600", "time.warmup_weeks=4", "data.pilot_customers=4000", "data.pilot_tolerance=0.0001"]
    aim = ["calibration.target_churn_year=0.2", "study.replications=4", "engine.threads=1", f"output.root={root}"]
    assert main(["calibrate", outside, *small, *aim]) == 0
    (folder,) = (root / "calibrate").iterdir()
    draws = pd.read_csv(folder / "draws.csv")
    # The log hazard has 2 (outside option - reference) + level, so that the level answers with a slope of -2.
    slope, _ = np.polyfit(draws["market.outside_option"], draws["behaviour.churn.level"], 1)
    assert slope == pytest.approx(-2.0, abs=0.1)
    taken = compared(place, f"uncertainty.draws={folder / 'draws.csv'}", "study.replications=4")
    levels = pd.read_parquet(taken / "parameters.parquet").query("parameter == 'behaviour.churn.level'")["value"]
    assert levels.to_numpy() == pytest.approx(draws["behaviour.churn.level"].to_numpy())


def test_what_is_wrong_is_said_before_anything_is_simulated(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    wrong = "uncertainty.priors={behaviour.churn.satisfactio:{low:4,high:12}}"
    assert main(["compare", *SMALL[:5], wrong, f"output.root={place / 'nothing'}"]) == 2
    assert capsys.readouterr().err == (
        "uncertainty.priors.behaviour.churn.satisfactio: must name a number of the scenario's behaviour, journey or market; "
        "did you mean 'behaviour.churn.satisfaction'?\n"
    )
    level = "uncertainty.priors={behaviour.churn.level:{low:-1,high:1}}"
    aim = "calibration.target_churn_year=0.2"
    assert main(["calibrate", level, aim, f"output.root={place / 'nothing'}"]) == 2
    said = "uncertainty.priors.behaviour.churn.level: must be left out: it is what is solved for\n"
    assert capsys.readouterr().err == said
    assert not (place / "nothing").exists()


def test_too_few_replications_for_the_parameters_are_refused(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run = compared(place, PRIORS, "study.replications=2")
    capsys.readouterr()
    assert forecast(place, run) == 2
    assert capsys.readouterr().err == "forecast.run: must come from at least 9 pairs of arms, got 2\n"
    assert not (run / "forecast").exists()


def test_the_id_of_a_run_without_uncertainty_stays() -> None:
    ids = [run_id(job(more), "compare") for more in ([], ["uncertainty=none"], ["uncertainty=assumed"])]
    assert ids[0] == ids[1] != ids[2]
