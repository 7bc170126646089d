"""What can be forecast: runs, files and pandas, through `cxsim.forecast` however the package was met first."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import cxsim
from cxsim.errors import InputError
from cxsim.forecast.series import Columns
from cxsim.forecast.subject import of_run
from cxsim.results.run import Run
from cxsim.spec.scenario import Scenario

WEEKS = 40


@pytest.fixture(scope="module")
def scenario() -> Scenario:
    return cxsim.load("telecom")


def made_run(scenario: Scenario, arms: tuple[str, ...] = ("baseline",)) -> Run:
    rng = np.random.default_rng(3)
    rows = []
    for arm in arms:
        for replication in range(2):
            parts = {name: rng.binomial(500, 0.01, WEEKS) for name in ("value", "pro")}
            for segment, churned in {**parts, "all": parts["value"] + parts["pro"]}.items():
                active = (1000 if segment == "all" else 500) - churned
                frame = pd.DataFrame({"week": np.arange(WEEKS, dtype=float), "tick": np.arange(WEEKS)})
                frame = frame.assign(scenario=arm, replication=replication, segment=segment)
                frame = frame.assign(active=active, churned=churned, churn_rate=churned / (active + churned))
                rows.append(frame.assign(revenue=100.0 + replication, acquired=np.minimum(frame["tick"], 5)))
    return Run(scenario, {"weekly": pd.concat(rows, ignore_index=True)}, seed=0, replications=2)


def test_churn_of_a_run_is_pooled_over_replications_with_its_exposure(scenario: Scenario) -> None:
    run = made_run(scenario)
    table, columns = of_run(run, Columns("churn_rate"))
    whole = run.weekly[run.weekly["segment"] == "all"]
    first = whole[whole["week"] == 0]
    assert (columns.time, columns.series, columns.exposure) == ("week", "series", "exposure")
    assert table["exposure"].eq(2000).all()
    assert table["churn_rate"].iloc[0] == first["churned"].sum() / 2000
    assert table["series"].unique().tolist() == ["all"]


@pytest.mark.parametrize(("target", "first"), [("churn_rate", 1), ("churned", 1), ("revenue", 0), ("active", 0)])
def test_losses_start_at_the_second_tick_where_nobody_can_leave_in_the_first(
    scenario: Scenario, target: str, first: int
) -> None:
    run = made_run(scenario)
    assert of_run(run, Columns(target))[0]["week"].tolist() == list(range(WEEKS))  # somebody left in the first one
    weekly = run.weekly
    weekly.loc[weekly["tick"] == 0, ["churned", "churn_rate"]] = 0
    assert of_run(run, Columns(target))[0]["week"].tolist() == list(range(first, WEEKS))


@pytest.mark.parametrize(("per_week", "first"), [(1, 2), (7, 14)])
def test_arrivals_start_when_the_way_to_a_contract_is_filled(scenario: Scenario, per_week: int, first: int) -> None:
    run = made_run(scenario.with_changes({"time.tick": "week" if per_week == 1 else "day"}))
    table, columns = of_run(run, Columns("acquired"))
    assert table[columns.time].tolist() == list(range(first, WEEKS))


def test_other_targets_are_means_over_replications(scenario: Scenario) -> None:
    table, columns = of_run(made_run(scenario), Columns("revenue"))
    assert table["revenue"].eq(100.5).all()
    assert columns.exposure is None


@pytest.mark.parametrize(
    ("series", "names"), [("segment", ["value", "pro"]), ("replication", [0, 1]), (None, ["baseline", "faster_reply"])]
)
def test_series_of_a_run(scenario: Scenario, series: str | None, names: list[object]) -> None:
    run = made_run(scenario, ("baseline", "faster_reply") if series is None else ("baseline",))
    table, columns = of_run(run, Columns("churn_rate", series=series))
    assert table[columns.series].unique().tolist() == names
    assert table.groupby(columns.series).size().eq(WEEKS).all()


def test_a_run_a_table_and_a_file_give_the_same_forecast(scenario: Scenario, tmp_path: Path) -> None:
    run = made_run(scenario)
    table, _ = of_run(run, Columns("churn_rate"))
    table.to_csv(tmp_path / "history.csv", index=False)
    of_a_run = cxsim.forecast(run, target="churn_rate", horizon=4)
    for data in (table, tmp_path / "history.csv"):
        same = cxsim.forecast(data, target="churn_rate", horizon=4, time="week", series="series", exposure="exposure")
        pd.testing.assert_frame_equal(of_a_run.table, same.table)
    assert of_a_run.table["time"].unique().tolist() == [40, 41, 42, 43]


def test_backtest_of_a_run(scenario: Scenario) -> None:
    checked = cxsim.backtest(made_run(scenario), target="churn_rate", horizon=4, origins=1)
    assert checked.scores["model"].tolist() == ["state_space", "seasonal_naive"]


def test_faults_of_a_run_are_named_at_once(scenario: Scenario) -> None:
    said = (
        "series: must be a column of the run's weekly table, got 'segments'; did you mean 'segment'?\n"
        "target: must be a column of the run's weekly table, got 'churn_rat'; did you mean 'churn_rate'?\n"
        "exposure: must be left out for a run, which knows its own, got 'active'"
    )
    with pytest.raises(InputError, match=f"^{re.escape(said)}$"):
        cxsim.forecast(made_run(scenario), target="churn_rat", series="segments", exposure="active", horizon=4)


@pytest.mark.parametrize(
    "first",
    [
        "import cxsim",
        "import cxsim.forecast.closed_forms",
        "from cxsim.forecast.api import forecast; import cxsim",
    ],
)
def test_the_package_is_the_function_and_keeps_its_modules(first: str) -> None:
    program = (
        f"{first}\n"
        "import inspect\n"
        "print(callable(cxsim.forecast), 'horizon' in inspect.signature(cxsim.forecast.__call__).parameters)\n"
        "print(cxsim.forecast.closed_forms.__name__, cxsim.forecast.api.forecast is cxsim.forecast.__call__)\n"
        "print(hasattr(cxsim.forecast, 'nothing'))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["True", "True", "cxsim.forecast.closed_forms", "True", "False"]
