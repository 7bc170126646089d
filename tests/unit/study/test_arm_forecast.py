"""The effect of an arm on the steps of a firm's history, and the command `forecast` from files to files."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from cxsim.cli import main
from cxsim.cli.compose import job, load
from cxsim.errors import InputError
from cxsim.forecast.calendar import Calendar
from cxsim.results.folder import folder_of
from cxsim.results.run import Run
from cxsim.spec.scenario import Scenario
from cxsim.study.arm_forecast import arm_effects, forecast_arm, weeks_in_step

WEEKS, START, REPLICATIONS, CUSTOMERS = 104, 13, 6, 20_000
BEFORE, AFTER = 0.01, 0.006


@pytest.fixture(scope="module")
def scenario() -> Scenario:
    return load("telecom", [f"time.horizon_weeks={WEEKS}"])


def made_run(scenario: Scenario, after: float = AFTER) -> Run:
    """A comparison in which the arm lowers weekly churn from week 13 on, with the luck of the baseline."""
    parts = []
    for replication in range(REPLICATIONS):
        luck = np.random.default_rng(replication).random(WEEKS)
        for arm, rate in (("baseline", BEFORE), ("lever", after)):
            chance = np.where(np.arange(WEEKS) < START, BEFORE, rate) * (0.9 + 0.2 * luck)
            churned = np.round(CUSTOMERS * chance)
            columns: Mapping[str, object] = {
                "scenario": arm, "replication": replication, "segment": "all", "tick": np.arange(WEEKS),
                "week": np.arange(float(WEEKS)), "active": CUSTOMERS - churned, "churned": churned,
                "churn_rate": churned / CUSTOMERS, "revenue": 1000.0,
            }  # fmt: skip
            parts.append(pd.DataFrame(columns))
    return Run(scenario, {"weekly": pd.concat(parts, ignore_index=True)}, seed=0, replications=REPLICATIONS)


def months() -> pd.DataFrame:
    rng = np.random.default_rng(5)
    times = pd.date_range("2022-01-01", periods=36, freq="MS")
    return pd.DataFrame({"month": times, "churn": rng.binomial(8000, 0.045, 36) / 8000, "customers": 8000})


def test_the_effect_is_nothing_before_the_start_and_the_odds_ratio_after(scenario: Scenario) -> None:
    effects = arm_effects(made_run(scenario), "lever", 24, 4.0)
    assert not effects[:, :3].any()
    before, after = 1 - (1 - BEFORE) ** 4, 1 - (1 - AFTER) ** 4
    odds = np.log(after / (1 - after)) - np.log(before / (1 - before))
    assert effects[:, 5:].mean() == pytest.approx(odds, rel=0.01)


def test_steps_between_weeks_take_their_share_of_a_week(scenario: Scenario) -> None:
    whole = arm_effects(made_run(scenario), "lever", 2, 13.0)
    half = arm_effects(made_run(scenario), "lever", 4, 6.5)
    assert not half[:, :2].any()
    assert half[:, 2:].mean() == pytest.approx(whole[:, 1].mean(), abs=0.02)


def test_an_arm_like_the_baseline_has_no_effect(scenario: Scenario) -> None:
    assert not arm_effects(made_run(scenario, BEFORE), "lever", 12, 4.0).any()


@pytest.mark.parametrize(
    ("calendar", "weeks"),
    [(Calendar("step", 1, "4"), 4.0), (Calendar("weekly", 52, "W"), 1.0), (Calendar("monthly", 12, "M"), 13 / 3)],
)
def test_weeks_in_a_step(calendar: Calendar, weeks: float) -> None:
    assert weeks_in_step(calendar) == pytest.approx(weeks, abs=1e-3)


def test_the_history_is_forecast_lower_under_the_lever(scenario: Scenario) -> None:
    made = forecast_arm(
        made_run(scenario), "lever", months(), horizon=12, target="churn", time="month", exposure="customers"
    )
    assert list(made.table.columns[:5]) == ["series", "time", "target", "model", "mean"]
    assert made.table["time"].iloc[0] == pd.Timestamp("2025-01-01")
    total = made.total.set_index("model")["mean"]
    assert total["scenario_as_simulated"] < total["scenario"] < total["nothing_done"]
    assert set(made.components["source"]) == {"history", "counting", "monte_carlo", "parameter", "realisation"}


@pytest.mark.parametrize(
    ("arm", "horizon", "said"),
    [
        ("levr", 12, "arm: must be an arm of the comparison, got 'levr'; did you mean 'lever'?"),
        (
            "lever",
            30,
            "horizon: must end within the simulated 104 weeks, which are 24 steps of the history, got 30",
        ),
    ],
)
def test_what_cannot_be_forecast_is_refused(scenario: Scenario, arm: str, horizon: int, said: str) -> None:
    with pytest.raises(InputError, match=f"^{re.escape(said)}$"):
        forecast_arm(
            made_run(scenario), arm, months(), horizon=horizon, target="churn", time="month", exposure="customers"
        )


@pytest.fixture
def files(scenario: Scenario, tmp_path: Path) -> Path:
    """A folder with the history of a firm and the folder of a finished comparison."""
    months().to_csv(tmp_path / "churn.csv", index=False)
    folder = tmp_path / "finished"
    folder.mkdir()
    made_run(scenario).weekly.to_parquet(folder / "weekly.parquet")
    (folder / "scenario.yaml").write_text(json.dumps(scenario.model_dump(mode="json")))
    (folder / "manifest.json").write_text(json.dumps({"status": "complete", "command": "compare"}))
    return tmp_path


def typed(files: Path, *more: str) -> int:
    history = [f"data.history={files / 'churn.csv'}", "data.time=month", "data.target=churn", "data.kind=rate"]
    return main(["forecast", *history, f"output.root={files / 'outputs'}", "horizon=6", *more])


def test_the_command_leaves_tables_figures_and_a_page(files: Path) -> None:
    assert typed(files, "data.exposure=customers", "backtest=true", "origins=1") == 0
    (folder,) = (files / "outputs" / "forecast").iterdir()
    found = {path.name for path in folder.iterdir()}
    assert found == {
        "forecast.csv", "diagnostics.csv", "backtest.csv", "scores.csv", "history.csv", "forecast.yaml",
        "manifest.json", "report.html", "figures",
    }  # fmt: skip
    table = pd.read_csv(folder / "forecast.csv")
    head = ["series", "time", "target", "model", "mean", "lower_80", "upper_80", "lower_95", "upper_95"]
    assert list(table.columns) == head
    assert table["time"].iloc[0] == "2025-01-01"
    assert [path.name for path in (folder / "figures").iterdir()] == ["fan-churn.svg"]
    page = (folder / "report.html").read_text("utf-8")
    assert all(word in page for word in ("<svg", "Backtest", "state_space"))
    assert not re.search(r'(?:src|href)="(?!#|data:)', page)
    manifest = json.loads((folder / "manifest.json").read_text("utf-8"))
    assert (manifest["status"], manifest["command"]) == ("complete", "forecast")
    before = {path: path.read_bytes() for path in folder.glob("*.csv")}
    (folder / "manifest.json").unlink()
    assert typed(files, "data.exposure=customers", "backtest=true", "origins=1") == 0
    assert {path: path.read_bytes() for path in folder.glob("*.csv")} == before


def test_the_command_forecasts_a_history_under_an_arm(files: Path) -> None:
    of_run = ["data.exposure=customers", f"run={files / 'finished'}", "arm=lever"]
    assert typed(files, *of_run) == 0
    (folder,) = (files / "outputs" / "forecast").iterdir()
    table = pd.read_csv(folder / "forecast.csv")
    assert table["model"].unique().tolist() == ["nothing_done", "scenario", "scenario_as_simulated", "effect"]
    assert {"total.csv", "components.csv"} <= {path.name for path in folder.iterdir()}
    assert "Where the uncertainty comes from" in (folder / "report.html").read_text("utf-8")


def test_the_command_forecasts_a_run(files: Path) -> None:
    out = f"output.root={files / 'outputs'}"
    assert main(["forecast", f"run={files / 'finished'}", "data.target=churn_rate", "horizon=4", out]) == 0
    (folder,) = (files / "outputs" / "forecast").iterdir()
    assert pd.read_csv(folder / "forecast.csv")["series"].unique().tolist() == ["baseline", "lever"]


@pytest.mark.parametrize(
    ("more", "said"),
    [
        (("data.time=mont",), "data.time: must be a column of the file, got 'mont'; did you mean 'month'?"),
        (("forecast.levels=[80,100]",), "forecast.levels.1: must be below 100, got 100"),
        (
            ("arm=lever",),
            "forecast.arm: needs both data.history and forecast.run, the folder of a comparison, got 'lever'",
        ),
        (("backtest=true", "horizon=30"), "churn of churn: must have 38 points, got 36"),
        (("run=nowhere", "arm=lever"), "forecast.run: must be the folder of a finished run, got 'nowhere'"),
    ],
)
def test_wrong_input_is_said_and_leaves_nothing(
    files: Path, capsys: pytest.CaptureFixture[str], more: tuple[str, ...], said: str
) -> None:
    assert typed(files, *more) == 2
    assert capsys.readouterr().err == f"{said}\n"
    assert not (files / "outputs").exists()


def test_nothing_to_forecast_is_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["forecast", f"output.root={tmp_path / 'outputs'}"]) == 2
    said = "data.history: must be the file of a history, or forecast.run the folder of a run\n"
    assert capsys.readouterr().err == said


def test_the_folder_follows_from_the_history_and_not_from_its_place(files: Path) -> None:
    (files / "moved").mkdir()
    (files / "moved" / "churn.csv").write_bytes((files / "churn.csv").read_bytes())
    names = [
        folder_of(job([f"data.history={path}", *more]), "forecast").name
        for path, more in (
            (files / "churn.csv", []),
            (files / "moved" / "churn.csv", ["population.size=77"]),
            (files / "churn.csv", ["forecast.horizon=5"]),
        )
    ]
    assert names[0] == names[1] != names[2]
