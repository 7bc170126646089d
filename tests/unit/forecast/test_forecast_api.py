"""Forecasts as the user asks for them: the tables, the ladder, and what bad arguments are told."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
import pytest
from threadpoolctl import threadpool_info, threadpool_limits

from cxsim.errors import InputError
from cxsim.forecast import calibrate_intervals, members, select
from cxsim.forecast.api import Prediction, forecast
from cxsim.forecast.candidates.candidate import Fitted, Sample
from cxsim.forecast.quantiles import Array, Quantiles

FULL = ("ets", "airline", "theta", "unobserved", "drift")


def history(points: int = 60, seed: int = 0) -> pd.Series:
    time = np.arange(points)
    noise = np.random.default_rng(seed).standard_normal(points)
    values = 100 + time + 10 * np.sin(2 * np.pi * time / 12) + 2 * noise
    return pd.Series(values, index=pd.date_range("2019-01-01", periods=points, freq="MS"))


def by_model(made: Prediction) -> dict[str, dict[str, object]]:
    return {str(row["model"]): dict(row) for _, row in made.diagnostics.iterrows()}


def test_tables_have_their_columns_for_any_levels() -> None:
    made = forecast(history(), target="revenue", horizon=6, levels=(50, 97.5))
    assert list(made.table.columns) == [
        *("series", "time", "target", "model", "mean"),
        *("lower_50", "upper_50", "lower_97.5", "upper_97.5"),
    ]
    assert made.table["model"].tolist() == ["combination"] * 6 + ["seasonal_naive"] * 6
    assert made.table["time"].iloc[0] == pd.Timestamp("2024-01-01")
    inner, outer = made.table["upper_50"] - made.table["lower_50"], made.table["upper_97.5"] - made.table["lower_97.5"]
    assert (outer > inner).all()
    assert made.diagnostics["model"].tolist() == ["combination", *FULL, "seasonal_naive"]
    assert (made.diagnostics["seconds"] >= 0.0).all()
    assert made.diagnostics["converged"].all()
    assert (made.diagnostics.loc[0, ["widened_50", "widened_97.5"]] >= 1.0).all()


def test_fast_does_not_calibrate() -> None:
    made = forecast(history(48), target="revenue", horizon=3, speed="fast")
    assert made.diagnostics["form"].iloc[0] == "mean of ets, airline, theta, unobserved, drift"
    assert made.diagnostics["widened_95"].isna().all()


def test_same_seed_same_table_and_other_series_do_not_matter() -> None:
    one = history().rename_axis("time").rename("revenue").reset_index().assign(who="a")
    other = one.assign(who="b", revenue=one["revenue"] * 2)
    both = pd.concat([other, one])
    arguments = {"target": "revenue", "horizon": 4, "series": "who", "speed": "fast"}
    alone = forecast(one, **arguments).table  # type: ignore[arg-type]
    beside = forecast(both, **arguments).table  # type: ignore[arg-type]
    pd.testing.assert_frame_equal(alone, beside[beside["series"] == "a"].reset_index(drop=True))
    again = forecast(one, **arguments, seed=1).table  # type: ignore[arg-type]
    assert (again["lower_95"] != alone["lower_95"]).any()


def test_a_rate_is_forecast_by_its_state_space_inside_its_bounds() -> None:
    rng = np.random.default_rng(0)
    table = pd.DataFrame({"week": range(60), "churn_rate": rng.binomial(500, 0.02, 60) / 500, "active": 500})
    made = forecast(table, target="churn_rate", horizon=8, time="week", exposure="active")
    rows = made.table[made.table["model"] == "state_space"]
    assert rows["time"].tolist() == list(range(60, 68))
    assert (rows["lower_95"] >= 0.0).all()
    assert rows["mean"].between(0.01, 0.03).all()
    assert "AR(1)" in made.diagnostics["form"].iloc[0]


def test_members_of_a_rate_work_on_its_logit() -> None:
    rng = np.random.default_rng(0)
    table = pd.DataFrame({"week": range(60), "churn_rate": rng.binomial(50, 0.02, 60) / 50})
    made = forecast(table, target="churn_rate", horizon=8, time="week", models=["combination"], speed="fast")
    assert made.table["lower_95"].min() > 0.0
    assert made.table["upper_95"].max() < 1.0


def test_a_state_space_that_fails_is_replaced_by_the_combination(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*arguments: object) -> None:
        raise np.linalg.LinAlgError("not positive definite")

    monkeypatch.setattr(select, "fit_rate", fail)
    made = forecast(history() / 1000.0, target="y", horizon=3, kind="rate", speed="fast")
    assert by_model(made)["state_space"]["fell_back_to"] == "combination"
    assert by_model(made)["state_space"]["reason"] == "not positive definite"
    assert made.table["model"].unique().tolist() == ["state_space", "seasonal_naive"]
    assert made.table["mean"].between(0.0, 1.0).all()


@pytest.mark.parametrize(
    ("points", "least", "said"), [(24, 24, ""), (30, 24, ""), (44, 24, ""), (30, 12, "not calibrated")]
)
def test_quarters_are_calibrated_from_points_that_bear_every_member(
    points: int, least: int, said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(calibrate_intervals, "LEAST_POINTS", least)
    quarters = pd.date_range("2012-01-01", periods=points, freq="QS")
    seasonal = history(points).set_axis(quarters) + 10.0 * (quarters.quarter == 4)
    made = forecast(seasonal, target="revenue", horizon=8, kind="positive")
    assert str(by_model(made)["combination"]["reason"]).partition(":")[0] == said


def test_linear_algebra_of_a_forecast_runs_in_one_thread(monkeypatch: pytest.MonkeyPatch) -> None:
    def threads() -> set[int]:
        return {int(pool["num_threads"]) for pool in threadpool_info() if pool["user_api"] == "blas"}

    seen: list[set[int]] = []
    fit = members.MEMBERS["drift"]

    def watched(sample: Sample) -> Fitted:
        seen.append(threads())
        return fit(sample)

    monkeypatch.setitem(members.MEMBERS, "drift", watched)
    with threadpool_limits(2, user_api="blas"):
        forecast(history(), target="revenue", horizon=3, models=["drift"])
        assert threads() == {2}
    assert seen == [{1}]


def test_a_forecast_that_runs_off_leaves_the_combination(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(members.MEMBERS, "theta", lambda sample: RunsOff())
    made = by_model(forecast(history(), target="y", horizon=3, speed="fast"))
    assert made["combination"]["form"] == "mean of ets, airline, unobserved, drift"
    assert "runs off by more than 5 times the range" in str(made["theta"]["reason"])


class RunsOff:
    form, converged = "runs off", True

    def forecast(self, values: Array, horizon: int, probabilities: Array, rng: np.random.Generator) -> Quantiles:
        return Quantiles(np.full(horizon, 1e9), np.full((horizon, probabilities.size), 1e9))


def test_missing_values_leave_the_members_that_can_take_them() -> None:
    gappy = history()
    gappy.iloc[[10, 30]] = np.nan
    made = forecast(gappy, target="revenue", horizon=3)
    diagnostics = by_model(made)
    assert diagnostics["combination"]["form"] == "mean of airline, unobserved, drift"
    assert diagnostics["ets"]["fell_back_to"] == "combination"
    assert diagnostics["theta"]["reason"] == "Theta needs a history without missing values"
    assert diagnostics["combination"]["missing"] == 2
    assert made.table["mean"].notna().all()


def test_a_model_that_cannot_be_fitted_is_replaced_down_the_ladder() -> None:
    made = forecast(history(7), target="revenue", horizon=3, models=["ets"])
    diagnostics = by_model(made)
    assert diagnostics["ets"]["fell_back_to"] == "theta"
    assert diagnostics["ets"]["reason"] == "exponential smoothing needs 10 points"


@pytest.mark.parametrize("kind", ["positive", "real", "rate"])
@pytest.mark.parametrize("points", [3, 5, 9, 13])
def test_few_points_still_give_a_forecast_with_an_interval(points: int, kind: str) -> None:
    short = history(points) / 1000.0
    made = forecast(short, target="y", horizon=14, kind=kind)
    assert len(made.table) == 28
    assert np.isfinite(made.table[["mean", "lower_95", "upper_95"]]).all().all()
    assert (made.table["upper_95"] > made.table["lower_95"]).all()


@pytest.mark.parametrize("kind", ["positive", "real", "rate"])
@pytest.mark.parametrize("value", [0.0, 0.5])
def test_a_constant_history_is_forecast_as_constant_and_said(value: float, kind: str) -> None:
    made = forecast(history() * 0.0 + value, target="y", horizon=3, kind=kind)
    assert np.allclose(made.table["mean"], value, atol=0.05)
    assert made.diagnostics["notes"].str.contains("the history is constant").all()


@pytest.mark.parametrize("kind", ["positive", "real"])
def test_a_straight_line_is_continued(kind: str) -> None:
    line = history() * 0.0 + np.arange(10.0, 70.0)
    made = forecast(line, target="y", horizon=3, kind=kind, speed="fast")
    assert np.allclose(made.table["mean"].iloc[:3], [70.0, 71.0, 72.0], rtol=0.02)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"horizon": 0}, "horizon: must be a whole number of steps between 1 and 10000, got 0"),
        ({"levels": (80, 100)}, "levels: must be percentages of at least 1 and below 100 .*, got 100"),
        ({"levels": ()}, "levels: must hold at least one level"),
        ({"levels": (0,)}, "levels: .*, got 0"),
        ({"levels": (0.8, 0.95)}, r"levels: .* \(80, not 0\.8\), got 0\.8"),
        ({"levels": (80, 80.0000001)}, "levels: must not repeat"),
        ({"levels": ("80",)}, "levels: must be percentages .*, got '80'"),
        ({"levels": "80"}, "levels: must be a list of percentages, .*, got '80'"),
        ({"levels": 80}, "levels: must be a list of percentages, .*, got 80"),
        ({"horizon": 2.5}, "horizon: must be a whole number .*, got 2.5"),
        ({"horizon": "3"}, "horizon: must be a whole number .*, got '3'"),
        ({"horizon": True}, "horizon: must be a whole number .*, got True"),
        ({"seed": 1.5}, "seed: must be a whole number .*, got 1.5"),
        ({"seed": None}, "seed: must be a whole number"),
        ({"season": 2.5}, "season: must be a whole number .*, got 2.5"),
        ({"models": "est"}, "^models: must be among .*, got 'est'; did you mean 'ets'.$"),
        ({"models": [1]}, "models: must be names"),
        ({"models": 1}, "models: must be names"),
        ({"models": ["arima"]}, "models: must be among .*, got 'arima'; did you mean 'sarima'?"),
        ({"speed": "quick"}, "speed: must be one of full, fast, got 'quick'"),
        ({"seed": -1}, "seed: must be a whole number and not negative, got -1"),
        ({"kind": "rate"}, "must be a rate between 0 and 1"),
    ],
)
def test_bad_arguments_are_told(arguments: dict[str, object], message: str) -> None:
    with pytest.raises(InputError, match=message):
        forecast(history(), **({"target": "revenue", "horizon": 3} | arguments))  # type: ignore[arg-type]


@pytest.mark.parametrize("data", [[1.0, 2.0], np.arange(9.0), {"y": [1.0]}, None])
def test_data_of_another_kind_are_told(data: object) -> None:
    with pytest.raises(InputError, match=f"data: must be a run, .*, got '{type(data).__name__}'"):
        forecast(data, target="y", horizon=3)  # type: ignore[arg-type]


def test_a_model_may_stand_alone_and_numbers_may_be_of_numpy() -> None:
    one = forecast(history(), target="y", horizon=np.int64(2), models="drift", seed=np.int64(1))  # type: ignore[arg-type]
    pd.testing.assert_frame_equal(one.table, forecast(history(), target="y", horizon=2, models=["drift"], seed=1).table)


def test_dates_are_read_as_declared_and_never_guessed() -> None:
    dates = pd.DatetimeIndex(history(24).index)
    declared, plain = history(24).set_axis(dates.strftime("%d/%m/%Y")), history(24)
    with pytest.raises(InputError, match="date_format"):
        forecast(declared, target="y", horizon=2, models="drift")
    made = forecast(declared, target="y", horizon=2, models="drift", date_format="%d/%m/%Y")
    pd.testing.assert_frame_equal(made.table, forecast(plain, target="y", horizon=2, models="drift").table)


def test_faults_of_arguments_and_data_come_together() -> None:
    levels: Sequence[float] = (80, 100)
    with pytest.raises(InputError, match="horizon") as caught:
        forecast(history() - 500, target="revenue", horizon=0, levels=levels)
    assert [fault.path for fault in caught.value.faults] == ["horizon", "levels", "revenue"]
