"""The effect of an arm on the steps of a firm's history, and the command `forecast` from files to files."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from cxsim.cli import main
from cxsim.cli.compose import job, load
from cxsim.errors import InputError
from cxsim.forecast.calendar import Calendar
from cxsim.forecast.links import Kind
from cxsim.forecast.quantiles import Array
from cxsim.results.folder import folder_of
from cxsim.results.run import Run
from cxsim.spec.scenario import Scenario
from cxsim.study.arm_effect import arm_effects, weeks_in_step
from cxsim.study.arm_forecast import forecast_arm

WEEKS, START, REPLICATIONS, CUSTOMERS = 104, 13, 6, 20_000
BEFORE, AFTER = 0.01, 0.006
MORE, POINTS = 1.1, 4.0
"""What the lever does to revenue, a ratio, and to the NPS, a difference."""
OF_EACH_KIND: tuple[tuple[str, Kind], ...] = (("churn_rate", "rate"), ("revenue", "positive"), ("nps_true", "real"))


@pytest.fixture(scope="module")
def scenario() -> Scenario:
    return load("telecom", [f"time.horizon_weeks={WEEKS}", "population.size=20000", "population.represents=200000"])


def made_run(scenario: Scenario, after: float = AFTER, draws: Array | None = None) -> Run:
    """A comparison in which the arm acts from week 13 on, with the luck of the baseline.

    It lowers weekly churn, multiplies revenue by `MORE`, adds `POINTS` to the NPS and a thousand a week to the profit; with
    `draws` of an uncertain parameter, it multiplies revenue by `MORE` to the power of the draw.
    """
    parts = []
    for replication in range(REPLICATIONS):
        luck = np.random.default_rng(replication).random(WEEKS)
        for arm, rate in (("baseline", BEFORE), ("lever", after)):
            chance = np.where(np.arange(WEEKS) < START, BEFORE, rate) * (0.9 + 0.2 * luck)
            churned = np.round(CUSTOMERS * chance)
            acts = (arm == "lever") & (np.arange(WEEKS) >= START) & (after != BEFORE)
            power = 1.0 if draws is None else draws[replication]
            columns: Mapping[str, object] = {
                "scenario": arm, "replication": replication, "segment": "all", "tick": np.arange(WEEKS),
                "week": np.arange(float(WEEKS)), "active": CUSTOMERS - churned, "churned": churned,
                "churn_rate": churned / CUSTOMERS, "revenue": 1000.0 * (1.0 + luck) * MORE ** (power * acts),
                "nps_true": 10.0 * luck + POINTS * acts, "profit": 500.0 * luck + 1000.0 * acts,
                "programme_cost": 100.0 * acts, "nps_survey": np.where(luck < 2, np.nan, 0.0), "answered": 0,
            }  # fmt: skip
            parts.append(pd.DataFrame(columns))
    tables = {"weekly": pd.concat(parts, ignore_index=True)}
    if draws is not None:
        replications = range(len(draws))
        tables["parameters"] = pd.DataFrame({"replication": replications, "parameter": "behaviour.x", "value": draws})
    return Run(scenario, tables, seed=0, replications=REPLICATIONS)


def months() -> pd.DataFrame:
    rng = np.random.default_rng(5)
    times = pd.date_range("2022-01-01", periods=36, freq="MS")
    return pd.DataFrame({
        "month": times, "churn": rng.binomial(8000, 0.045, 36) / 8000, "customers": 8000,
        "revenue": 1e6 * np.exp(0.02 * rng.standard_normal(36).cumsum()), "nps": 20.0 + 3.0 * rng.standard_normal(36),
    })  # fmt: skip


def churn_effects(run: Run, horizon: int, weeks: float) -> Array:
    return arm_effects(run, "lever", "churn_rate", "rate", horizon, weeks)


def test_the_effect_is_nothing_before_the_start_and_the_odds_ratio_after(scenario: Scenario) -> None:
    effects = churn_effects(made_run(scenario), 24, 4.0)
    assert not effects[:, :3].any()
    before, after = 1 - (1 - BEFORE) ** 4, 1 - (1 - AFTER) ** 4
    odds = np.log(after / (1 - after)) - np.log(before / (1 - before))
    assert effects[:, 5:].mean() == pytest.approx(odds, rel=0.01)


def test_steps_between_weeks_take_their_share_of_a_week(scenario: Scenario) -> None:
    whole = churn_effects(made_run(scenario), 2, 13.0)
    half = churn_effects(made_run(scenario), 4, 6.5)
    assert not half[:, :2].any()
    assert half[:, 2:].mean() == pytest.approx(whole[:, 1].mean(), abs=0.02)


def test_an_arm_like_the_baseline_has_no_effect(scenario: Scenario) -> None:
    run = made_run(scenario, BEFORE)
    for metric, kind in OF_EACH_KIND:
        assert not arm_effects(run, "lever", metric, kind, 12, 4.0).any()


def test_an_effect_is_a_ratio_of_what_is_positive_and_a_difference_of_what_is_real(scenario: Scenario) -> None:
    run = made_run(scenario)
    revenue = arm_effects(run, "lever", "revenue", "positive", 8, 13.0)
    nps = arm_effects(run, "lever", "nps_true", "real", 8, 13.0)
    assert not revenue[:, 0].any()
    assert not nps[:, 0].any()
    assert revenue[:, 1:] == pytest.approx(np.full((REPLICATIONS, 7), np.log(MORE)))
    assert nps[:, 1:] == pytest.approx(np.full((REPLICATIONS, 7), POINTS), abs=0.002)


def test_a_difference_of_money_is_that_of_the_represented_base(scenario: Scenario) -> None:
    profit = arm_effects(made_run(scenario), "lever", "profit", "real", 8, 13.0)
    assert profit[:, 1:] == pytest.approx(np.full((REPLICATIONS, 7), 13 * 1000.0 * 10))


@pytest.mark.parametrize(
    ("metric", "kind", "said"),
    [
        (
            "programme_cost", "positive",
            "metric: must be above 0 in every step of both arms: an effect is a ratio; programme_cost is not in 8 of 8 steps",
        ),
        (
            "nps_survey", "real",
            ("metric: must be observed in every step of both arms: make steps longer or the population larger; nps_survey is "
            "not in 8 of 8 steps"),
        ),
    ],
)  # fmt: skip
def test_a_metric_without_a_value_on_its_scale_is_refused(
    scenario: Scenario, metric: str, kind: Kind, said: str
) -> None:
    with pytest.raises(InputError, match=f"^{re.escape(said)}$"):
        arm_effects(made_run(scenario), "lever", metric, kind, 8, 13.0)


@pytest.mark.parametrize(
    ("calendar", "weeks"),
    [(Calendar("step", 1, "4"), 4.0), (Calendar("weekly", 52, "W"), 1.0), (Calendar("monthly", 12, "M"), 13 / 3)],
)
def test_weeks_in_a_step(calendar: Calendar, weeks: float) -> None:
    assert weeks_in_step(calendar) == pytest.approx(weeks, abs=1e-3)


def test_the_history_is_forecast_lower_under_the_lever(scenario: Scenario) -> None:
    made = forecast_arm(
        made_run(scenario), "lever", months(), horizon=12, target="churn", metric="churn_rate", time="month",
        exposure="customers",
    )  # fmt: skip
    assert list(made.table.columns[:5]) == ["series", "time", "target", "model", "mean"]
    assert made.table["time"].iloc[0] == pd.Timestamp("2025-01-01")
    total = made.total.set_index("model")["mean"]
    assert total["scenario_as_simulated"] < total["scenario"] < total["nothing_done"]
    assert set(made.components["source"]) == {"history", "counting", "monte_carlo", "parameter", "realisation"}
    assert made.total["over_steps"].eq("mean").all()
    assert made.diagnostics["model"].tolist() == ["state_space"]


def test_revenue_is_forecast_higher_and_added_up(scenario: Scenario) -> None:
    made = forecast_arm(made_run(scenario), "lever", months(), horizon=12, target="revenue", time="month", speed="fast")
    assert made.total["over_steps"].eq("sum").all()
    total = made.total.set_index("model")["mean"]
    # Week 13 is the beginning of the fourth month.
    ratio = total["scenario_as_simulated"] / total["nothing_done"]
    assert ratio == pytest.approx(1 + (MORE - 1) * 9 / 12, abs=0.003)
    by_month = made.table[made.table["model"] == "nothing_done"]["mean"].sum()
    assert total["nothing_done"] == pytest.approx(by_month)
    assert set(made.components["source"]) == {"history", "monte_carlo", "parameter", "realisation"}


def test_the_nps_is_forecast_higher_by_points(scenario: Scenario) -> None:
    made = forecast_arm(
        made_run(scenario), "lever", months(), horizon=12, target="nps", metric="nps_true", time="month", speed="fast"
    )
    last = made.table[made.table["time"] == made.table["time"].max()].set_index("model")["mean"]
    assert last["scenario_as_simulated"] - last["nothing_done"] == pytest.approx(POINTS, abs=0.01)
    assert last["effect"] == pytest.approx(0.8 * POINTS, rel=0.03)
    assert made.total["over_steps"].eq("mean").all()


def test_what_the_parameters_leave_open_is_told_apart_where_they_were_drawn(scenario: Scenario) -> None:
    draws = np.linspace(0.0, 2.0, REPLICATIONS)
    made, plain = (
        forecast_arm(
            made_run(scenario, draws=drawn), "lever", months(), horizon=12, target="revenue", time="month", speed="fast"
        ).components
        for drawn in (draws, None)
    )
    last = made[made["time"] == made["time"].max()].set_index("source")["variance"]
    assert last["parameter"] == pytest.approx((0.8**2 + 0.25**2) * (np.log(MORE) * draws).var(), rel=0.01)
    assert last["monte_carlo"] < 0.01 * last["parameter"]
    assert plain[plain["source"] == "parameter"]["variance"].isna().all()


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"arm": "levr"}, "arm: must be an arm of the comparison, got 'levr'; did you mean 'lever'?"),
        (
            {"horizon": 30},
            "horizon: must end within the simulated 104 weeks, which are 24 steps of the history, got 30",
        ),
        (
            {"metric": None},
            "metric: must be the column of the run's weekly table that the target is, got 'churn'; did you mean 'churn_rate'?",
        ),
        ({"model": "etz"}, "models: must be among .*, got 'etz'; did you mean 'ets'?"),
        ({"kind": "real", "exposure": None, "model": "state_space"}, "models: state_space is for rates; churn is real"),
    ],
)
def test_what_cannot_be_forecast_is_refused(scenario: Scenario, given: Mapping[str, Any], said: str) -> None:
    asked: dict[str, Any] = {"arm": "lever", "horizon": 12, "target": "churn", "metric": "churn_rate", "kind": "rate"}
    asked |= {"time": "month", "exposure": "customers", **given}
    pattern = said if ".*" in said else re.escape(said)
    with pytest.raises(InputError, match=f"^{pattern.replace('?', '[?]') if '.*' in said else pattern}$"):
        forecast_arm(made_run(scenario), history=months(), **asked)


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


def only_folder(files: Path) -> Path:
    (folder,) = (files / "outputs" / "forecast").iterdir()
    return folder


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
    assert all(word in page for word in ("<svg", "backtest", "state space of the rate"))
    assert not re.search(r'(?:src|href)="(?!#|data:)', page)
    manifest = json.loads((folder / "manifest.json").read_text("utf-8"))
    assert (manifest["status"], manifest["command"]) == ("complete", "forecast")
    before = {path: path.read_bytes() for path in folder.glob("*.csv")}
    (folder / "manifest.json").unlink()
    assert typed(files, "data.exposure=customers", "backtest=true", "origins=1") == 0
    assert {path: path.read_bytes() for path in folder.glob("*.csv")} == before


def test_the_command_forecasts_a_history_under_an_arm(files: Path) -> None:
    of_run = ["data.exposure=customers", f"run={files / 'finished'}", "arm=lever", "metric=churn_rate"]
    assert typed(files, *of_run) == 0
    (folder,) = (files / "outputs" / "forecast").iterdir()
    table = pd.read_csv(folder / "forecast.csv")
    assert table["model"].unique().tolist() == [
        "nothing_done", "scenario", "scenario_as_simulated", "effect", "effect_as_simulated",
    ]  # fmt: skip
    assert {"total.csv", "components.csv"} <= {path.name for path in folder.iterdir()}
    assert "Where the uncertainty comes from" in (folder / "report.html").read_text("utf-8")


def test_the_command_forecasts_a_run(files: Path) -> None:
    out = f"output.root={files / 'outputs'}"
    assert main(["forecast", f"run={files / 'finished'}", "data.target=churn_rate", "horizon=4", out]) == 0
    (folder,) = (files / "outputs" / "forecast").iterdir()
    assert pd.read_csv(folder / "forecast.csv")["series"].unique().tolist() == ["baseline", "lever"]


def test_the_command_combines_the_models_it_is_told_to(files: Path) -> None:
    assert typed(files, "models=[ets+theta,drift]") == 0
    folder = only_folder(files)
    assert pd.read_csv(folder / "forecast.csv")["model"].unique().tolist() == ["ets+theta", "drift", "seasonal_naive"]
    fitted = pd.read_csv(folder / "diagnostics.csv").set_index("model")
    assert fitted.loc["ets+theta", "form"] == "mean of ets, theta"
    assert "sarima" not in fitted.index


def test_a_model_carries_the_history_on_under_an_arm(files: Path) -> None:
    of_run = [f"run={files / 'finished'}", "arm=lever", "data.target=revenue", "data.kind=null", "models=[theta]"]
    assert typed(files, *of_run) == 0
    assert pd.read_csv(only_folder(files) / "diagnostics.csv")["model"].tolist() == ["theta"]


def test_dates_of_a_file_are_read_as_declared_and_never_guessed(
    files: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    dates = pd.date_range("2021-01-01", periods=36, freq="MS")
    expected = pd.date_range("2024-01-01", periods=6, freq="MS").strftime("%Y-%m-%d").tolist()
    for written in ("%d/%m/%Y", "%d.%m.%Y", "%Y%m", "%Y%m%d", "%d%m%Y"):
        months().assign(month=dates.strftime(written)).to_csv(files / "churn.csv", index=False)
        if written != "%d%m%Y":
            assert typed(files) == 2
            said = capsys.readouterr().err
            assert said.startswith("time of churn: ")
            assert "36 (row 2, 3, 4 ...)" in said
            assert "data.date_format=" in said
            assert not (files / "outputs").exists()
        assert typed(files, f"data.date_format={written}", "output.figures=false") == 0
        made = pd.read_csv(only_folder(files) / "forecast.csv")
        assert made.loc[made["model"] == "seasonal_naive", "time"].tolist() == expected
        shutil.rmtree(files / "outputs")


def test_names_of_series_stay_as_they_stand(files: Path) -> None:
    table = pd.concat([months().assign(who=name) for name in ("007", "7", "NA")])
    table.to_csv(files / "churn.csv", index=False)
    assert typed(files, "data.series=who") == 0
    page = (only_folder(files) / "report.html").read_text("utf-8")
    assert all(f"churn, {name}" in page or f", {name}" in page for name in ("007", "7", "NA"))
    written = pd.read_csv(only_folder(files) / "forecast.csv", dtype=str, keep_default_na=False)
    assert written["series"].unique().tolist() == ["007", "7", "NA"]


def test_no_figures_are_left_where_none_are_asked_for(files: Path) -> None:
    assert typed(files, "output.figures=false") == 0
    assert not (only_folder(files) / "figures").exists()
    assert "<svg" in (only_folder(files) / "report.html").read_text("utf-8")
    # The forecast is finished; asking for the figures makes them without forecasting again.
    assert typed(files) == 0
    assert [path.name for path in (only_folder(files) / "figures").iterdir()] == ["fan-churn.svg"]


@pytest.mark.parametrize(
    ("more", "said"),
    [
        (("data.time=mont",), "data.time: must be a column of the file, got 'mont'; did you mean 'month'?"),
        (("forecast.levels=[80,100]",), "forecast.levels.1: must be below 100, got 100"),
        (("forecast.levels=[0.8,0.95]",), "forecast.levels: must be percentages: 80, not 0.8, got 0.8"),
        (("forecast.levels=[80,80.0000001]",), "forecast.levels: must not repeat, got [80.0, 80.0000001]"),
        (("data.target=gebühr",), "data.target: must be a column of the file, got 'gebühr'"),
        (
            ("data.date_format=dd/mm/yyyy",),
            "data.date_format: must be ISO8601 or, with its year, as for strptime: %d/%m/%Y, got 'dd/mm/yyyy'",
        ),
        (
            ("arm=lever",),
            "forecast.arm: needs both data.history and forecast.run, the folder of a comparison, got 'lever'",
        ),
        (("backtest=true", "horizon=30"), "churn of churn: must have 38 points, got 36"),
        (("run=nowhere", "arm=lever"), "forecast.run: must be the folder of a finished run, got 'nowhere'"),
        (("models=[]",), "forecast.models: must have at least one entry, got []"),
        (
            ("models=[combo]",),
            (
                "forecast.models: must be among combination, state_space, ets, sarima, airline, theta, unobserved, drift, "
                "seasonal_naive, got 'combo'; did you mean 'combination'?"
            ),
        ),
        (
            ("models=[ets+thta,ets+ets]",),
            (
                "forecast.models: a combination a+b must be of ets, sarima, airline, theta, unobserved, drift, seasonal_naive, "
                "got 'thta'; did you mean 'theta'?\nforecast.models: a combination must not repeat a model, got 'ets+ets'"
            ),
        ),
        (
            ("data.kind=positive", "models=[state_space]"),
            "forecast.models: state_space is for rates; churn is positive",
        ),
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
