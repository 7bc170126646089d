"""Backtests: no forecast sees what it is scored against, and the scores are those of the table."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pandas as pd
import pytest

from cxsim.errors import InputError
from cxsim.forecast.backtest import Backtest, backtest


def two_series(points: int = 48) -> pd.DataFrame:
    time = np.arange(points)
    noise = np.random.default_rng(0).standard_normal((2, points))
    dates = pd.date_range("2018-01-01", periods=points, freq="MS")
    small = 100 + time + 10 * np.sin(2 * np.pi * time / 12) + noise[0]
    tables = [
        pd.DataFrame({"time": dates, "who": who, "y": values}) for who, values in (("a", small), ("b", 9 * small))
    ]
    return pd.concat(tables)


def score(made: Backtest, series: str, model: str, measure: str) -> float:
    rows = made.scores[(made.scores["series"] == series) & (made.scores["model"] == model)]
    return float(rows[measure].to_numpy(dtype=float)[0])


@pytest.fixture(scope="module")
def made() -> Backtest:
    return backtest(two_series(), target="y", series="who", horizon=4, origins=5, step=2, speed="fast", kind="positive")


def test_the_table_has_every_series_model_origin_and_step(made: Backtest) -> None:
    assert len(made.table) == 2 * 2 * 5 * 4
    origins = sorted(made.table["origin"].unique())
    assert origins[-1] == pd.Timestamp("2021-08-01")
    assert [(later - earlier).days // 28 for earlier, later in pairwise(origins)] == [2] * 4
    first = made.table.iloc[0]
    assert first["time"] > first["origin"]
    columns = {"median", "lower_80", "upper_80", "lower_95", "upper_95", "crps", "pinball", "scale", "squared_scale"}
    assert columns <= set(made.table.columns)


def test_what_comes_after_the_origin_cannot_change_the_forecast(made: Backtest) -> None:
    table = two_series()
    table.loc[table["time"] > "2021-08-01", "y"] = 1.0
    changed = backtest(table, target="y", series="who", horizon=4, origins=5, step=2, speed="fast", kind="positive")
    pd.testing.assert_series_equal(made.table["lower_95"], changed.table["lower_95"])
    assert (made.table["actual"] != changed.table["actual"]).any()


def test_scores_are_those_of_the_table(made: Backtest) -> None:
    rows = made.table[(made.table["series"] == "a") & (made.table["model"] == "combination")]
    errors = (rows["actual"] - rows["mean"]).abs() / rows["scale"]
    assert score(made, "a", "combination", "mase") == pytest.approx(errors.mean())
    inside = rows["actual"].between(rows["lower_80"], rows["upper_80"])
    assert score(made, "a", "combination", "coverage_80") == pytest.approx(inside.mean())
    assert score(made, "a", "combination", "points") == 20
    assert score(made, "a", "combination", "origins") == 5
    each = [score(made, series, "combination", "wis") for series in ("a", "b")]
    assert score(made, "all", "combination", "wis") == pytest.approx(np.mean(each))


@pytest.mark.parametrize("measure", ["mase", "rmsse", "interval_score_95", "crps"])
def test_scaled_scores_do_not_depend_on_the_unit(made: Backtest, measure: str) -> None:
    assert score(one_unit(9.0), "a", "seasonal_naive", measure) == pytest.approx(
        score(made, "a", "seasonal_naive", measure)
    )


def one_unit(factor: float) -> Backtest:
    table = two_series()
    table = table[table["who"] == "a"].assign(y=lambda rows: factor * rows["y"])
    return backtest(table, target="y", series="who", horizon=4, origins=5, step=2, models=["seasonal_naive"])


def test_diebold_mariano_prefers_the_model_that_knows_the_trend(made: Backtest) -> None:
    assert score(made, "a", "combination", "dm_statistic") < 0.0
    assert score(made, "a", "combination", "mase") < 0.5 * score(made, "a", "seasonal_naive", "mase")
    assert np.isnan(score(made, "a", "seasonal_naive", "dm_p"))


def test_missing_actual_values_are_not_scored() -> None:
    table = two_series()
    table.loc[table["time"] == "2021-11-01", "y"] = np.nan
    arguments = {"target": "y", "series": "who", "horizon": 4, "origins": 1, "speed": "fast"}
    made = backtest(table, **arguments)  # type: ignore[arg-type]
    assert (made.scores["points"] == 3).all()
    assert made.scores[["mase", "rmsse", "wis", "crps", "coverage_80"]].notna().all().all()


def test_a_short_series_uses_the_origins_it_has_and_one_too_short_is_told() -> None:
    made = backtest(two_series(14), target="y", series="who", horizon=4, origins=9, step=1, speed="fast")
    assert (made.scores["origins"] == 3).all()
    with pytest.raises(InputError, match="y of a: must have 12 points, got 10") as caught:
        backtest(two_series(10), target="y", series="who", horizon=4, origins=1, speed="fast")
    assert len(caught.value.faults) == 2


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("origins", "origins: must be a whole number of at least 1"),
        ("step", "step: must be a whole number of at least 1"),
    ],
)
def test_bad_arguments_are_told(name: str, message: str) -> None:
    with pytest.raises(InputError, match=message):
        backtest(two_series(), target="y", series="who", horizon=4, **{name: 0})  # type: ignore[arg-type]
