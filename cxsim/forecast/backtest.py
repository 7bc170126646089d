"""Forecasts made again from earlier points of the history and scored against what came."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from cxsim.errors import Fault, InputError
from cxsim.forecast import scores
from cxsim.forecast.api import argument_faults, interval_columns, names_of, require_models
from cxsim.forecast.members import NAIVE
from cxsim.forecast.quantiles import Array, column, probability_grid
from cxsim.forecast.select import ModelForecast, Speed, Task, default_model, forecast_history
from cxsim.forecast.series import Columns, History, histories, is_whole
from cxsim.forecast.subject import ALL, Subject, prepared
from cxsim.forecast.times import ISO

FEWEST_POINTS = 8


@dataclass(frozen=True)
class Backtest:
    """Past forecasts and their scores.

    Attributes
    ----------
    table : one row for every series, model, origin and step: ``series, target, model, origin, step, time, actual,
        mean, median``, ``lower_L, upper_L`` for every level, ``crps, pinball`` in the unit of the target, and
        ``scale, squared_scale``, the seasonal naive errors inside the history up to the origin. ``origin`` is the time
        of the last point that the forecast saw.
    scores : one row for every series and model, and their mean over series under ``all``: ``points, origins, mase,
        rmsse, wis, crps, pinball, bias``, ``interval_score_L, coverage_L`` for every level, and ``dm_statistic,
        dm_p``, the Diebold-Mariano test against the seasonal naive forecast. All errors are over ``scale``.
    """

    table: pd.DataFrame
    scores: pd.DataFrame


def backtest(
    data: Subject,
    *,
    target: str,
    horizon: int,
    origins: int = 6,
    step: int | None = None,
    levels: Sequence[float] = (80, 95),
    models: Sequence[str] | str | None = None,
    kind: str | None = None,
    exposure: str | float | None = None,
    time: str = "time",
    series: str | None = None,
    season: int | None = None,
    frequency: str | None = None,
    date_format: str = ISO,
    seed: int = 0,
    speed: Speed = "full",
) -> Backtest:
    """Return forecasts from the last `origins` points that lie `step` apart and can be checked in full, scored.

    Parameters are those of `cxsim.forecast.api.forecast`, and

    origins : how many points to forecast from; a short series uses as many as leave it two seasons and eight points.
    step : distance of the origins; ``None`` takes the horizon, so that no step is forecast twice.

    Raises
    ------
    InputError
        Naming every fault, also a series too short for even one origin.
    """
    distance = horizon if step is None else step
    models = names_of(models)
    faults = argument_faults(horizon, levels, models, speed, seed)
    faults += [
        Fault(name, "must be a whole number of at least 1", number)
        for name, number in (("origins", origins), ("step", 1 if step is None else step))
        if not (is_whole(number) and number >= 1)
    ]
    table, columns = prepared(data, Columns(target, time, series, exposure, kind, season, frequency, date_format))
    checked = histories(table, columns, faults)
    require_models(models, checked)
    return backtest_histories(checked, horizon, origins, distance, levels, models, seed, speed)


def backtest_histories(
    checked: Sequence[History],
    horizon: int,
    origins: int,
    distance: int,
    levels: Sequence[float],
    models: Sequence[str] | None = None,
    seed: int = 0,
    speed: Speed = "full",
) -> Backtest:
    """Return the backtest of histories that were found right; arguments as for `backtest`, `distance` its step.

    Raises
    ------
    InputError
        Naming every series too short for even one origin.
    """
    faults = short_histories(checked, horizon)
    if faults:
        raise InputError(faults)
    probabilities = probability_grid(levels)
    rows = []
    for history in checked:
        for points in origin_points(history, horizon, origins, distance):
            task = Task(history.until(points), horizon, probabilities, seed, speed)
            made = forecast_history(task, models or (default_model(history),))
            rows += [_rows(history, task, one, levels) for one in made]
    found = pd.concat(rows, ignore_index=True)
    return Backtest(found, score_table(found, levels, overlap=-(-horizon // distance)))


def short_histories(checked: Sequence[History], horizon: int) -> list[Fault]:
    """Return a fault for every history from whose past no forecast can be checked in full."""
    least = [(one, _fewest_points(one) + horizon) for one in checked]
    return [
        Fault(f"{one.target} of {one.series}", f"must have {points} points", one.values.size)
        for one, points in least
        if one.values.size < points
    ]


def origin_points(history: History, horizon: int, origins: int, step: int) -> list[int]:
    """Return how many points each forecast may see, rising."""
    newest = history.values.size - horizon
    return [end for end in range(newest - (origins - 1) * step, newest + 1, step) if end >= _fewest_points(history)]


def score_table(table: pd.DataFrame, levels: Sequence[float], overlap: int) -> pd.DataFrame:
    """Return the scores of a backtest's table for every series, and their mean over series under ``all``."""
    observed = table[table["actual"].notna()]
    rows = [row for _, rivals in observed.groupby("series", sort=False) for row in _score_rows(rivals, levels, overlap)]
    each = pd.DataFrame(rows)
    if each["series"].eq(each["series"].iloc[0]).all():
        return each
    mean = each.drop(columns=["series", "dm_statistic", "dm_p"]).groupby("model", sort=False).mean().reset_index()
    return pd.concat([each, mean.assign(series=ALL)], ignore_index=True)


def _score_rows(rivals: pd.DataFrame, levels: Sequence[float], overlap: int) -> list[dict[str, object]]:
    """Return one row of scores for every model of one series."""
    naive = _losses(rivals[rivals["model"] == NAIVE])
    rows: list[dict[str, object]] = []
    for model, forecasts in rivals.groupby("model", sort=False):
        row = {"series": forecasts["series"].iloc[0], "model": model, **_score(forecasts, levels)}
        row["dm_statistic"], row["dm_p"] = scores.diebold_mariano(_losses(forecasts), naive, overlap)
        rows.append(row)
    return rows


def _fewest_points(history: History) -> int:
    return max(2 * history.period, FEWEST_POINTS) if history.values.size > 3 * history.period else FEWEST_POINTS


def _rows(history: History, task: Task, made: ModelForecast, levels: Sequence[float]) -> pd.DataFrame:
    """Return the rows of one forecast."""
    seen, horizon = task.history, task.horizon
    future = slice(seen.values.size, seen.values.size + horizon)
    actual = history.values[future]
    quantiles, grid = made.quantiles.values, task.probabilities
    scale, squared = scores.naive_scale(seen.values, seen.period)
    frame = {
        "series": history.series,
        "target": history.target,
        "model": made.model,
        "origin": seen.times[-1],
        "step": np.arange(1, horizon + 1),
        "time": history.times[future],
        "actual": actual,
        "mean": made.quantiles.centre,
        "median": quantiles[:, column(grid, 0.5)],
        **interval_columns(quantiles, levels, grid),
        "crps": scores.crps_of_quantiles(actual, quantiles, grid),
        "pinball": scores.pinball_loss(actual, quantiles, grid).mean(axis=1),
        "scale": scale,
        "squared_scale": squared,
    }
    return pd.DataFrame(frame)


def _score(forecasts: pd.DataFrame, levels: Sequence[float]) -> dict[str, float]:
    """Return the scores of one model, each the mean over points of what is scaled point by point."""
    ends = [f"{side}_{level:g}" for side in ("lower", "upper") for level in levels]
    names = ["actual", "mean", "median", "crps", "pinball", "scale", "squared_scale", *ends]
    # One matrix: taking so many columns out of a table one by one is slow.
    one = dict(zip(names, forecasts[names].to_numpy(dtype=np.float64).T, strict=True))
    scale, actual, centre = one["scale"], one["actual"], one["mean"]
    lower, upper = ([one[f"{side}_{level:g}"] for level in levels] for side in ("lower", "upper"))
    weighted = scores.weighted_interval_score(actual, one["median"], lower, upper, levels)
    squares = (actual - centre) ** 2 / one["squared_scale"]
    row = {
        "points": float(actual.size),
        "origins": float(forecasts["origin"].nunique()),
        "mase": float(np.nanmean(np.abs(actual - centre) / scale)),
        "rmsse": float(np.sqrt(np.nanmean(squares))),
        "wis": float(np.nanmean(weighted / scale)),
        "crps": float(np.nanmean(one["crps"] / scale)),
        "pinball": float(np.nanmean(one["pinball"] / scale)),
        "bias": float(np.nanmean((centre - actual) / scale)),
    }
    for level, low, high in zip(levels, lower, upper, strict=True):
        row[f"interval_score_{level:g}"] = float(np.nanmean(scores.interval_score(actual, low, high, level) / scale))
        row[f"coverage_{level:g}"] = scores.coverage(actual, low, high)
    return row


def _losses(forecasts: pd.DataFrame) -> Array:
    """Return the mean scaled absolute error of every origin, oldest first, of shape (origins,)."""
    errors = (forecasts["actual"] - forecasts["mean"]).abs() / forecasts["scale"]
    return np.asarray(errors.groupby(forecasts["origin"]).mean(), dtype=np.float64)
