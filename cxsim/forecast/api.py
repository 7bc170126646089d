"""Forecasts of any history: a table of forecasts and a table of what happened on the way."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from numbers import Real

import numpy as np
import pandas as pd

from cxsim.errors import Fault, InputError, nearest
from cxsim.forecast.diagnostics import Diagnosis
from cxsim.forecast.quantiles import Array, column, interval_ends, probability_grid
from cxsim.forecast.select import (
    SPEEDS,
    ModelForecast,
    Speed,
    Task,
    default_model,
    forecast_history,
    model_faults,
)
from cxsim.forecast.series import Columns, History, histories, is_whole
from cxsim.forecast.subject import Subject, prepared
from cxsim.forecast.times import ISO

LONGEST_HORIZON = 10_000


@dataclass(frozen=True)
class Prediction:
    """A forecast.

    Attributes
    ----------
    table : ``series, time, target, model, mean`` and ``lower_L, upper_L`` for every level L: the model's rows and,
        beside them, those of the seasonal naive forecast. ``mean`` is the central forecast: the mean of the draws of
        a rate, the mean of its members for the combination.
    diagnostics : one row for every model and every member: ``series, target, model, form, converged, warnings,
        seconds, fell_back_to, reason, points, missing, notes`` and ``widened_L``, the calibration's factor.
    """

    table: pd.DataFrame
    diagnostics: pd.DataFrame


def forecast(
    data: Subject,
    *,
    target: str,
    horizon: int,
    levels: Sequence[float] = (80, 95),
    kind: str | None = None,
    exposure: str | float | None = None,
    time: str = "time",
    series: str | None = None,
    season: int | None = None,
    frequency: str | None = None,
    date_format: str = ISO,
    models: Sequence[str] | str | None = None,
    seed: int = 0,
    speed: Speed = "full",
) -> Prediction:
    """Return the forecast of the `horizon` steps that follow every series in `data`.

    Parameters
    ----------
    data : a run; or a series indexed by time, or a table in long form, any order, missing values allowed; or the path
        of a ``.csv`` or ``.parquet`` file.
    target : the column to forecast, or the name of a series.
    horizon : steps ahead.
    levels : percentages of the prediction intervals, each at least 1 and below 100, none twice.
    kind : ``rate``, ``positive`` or ``real``; ``None`` takes the declared kind of a metric of cxsim, else ``real``.
    exposure : for a rate, how many customers it is of: a column, or one number for all rows.
    time, series : columns of the times and of the names of the series. A run has its own times and, for churn, its own
        exposure; its series are ``segment``, ``replication`` or ``scenario``, see `cxsim.forecast.subject.of_run`.
    season, frequency : steps in a season and the distance of the points, where the times do not show them.
    date_format : how text is a date: ``ISO8601`` (2019-01-31, also 2019-01, 2019Q1 and 2019), or as for `strptime`, e.g.
        ``%d/%m/%Y``; never guessed, since 03/04 is two dates. With ``%Y%m``, whole numbers such as 201901 are dates too.
    models : one or more among `cxsim.forecast.select.MODELS`, or ``a+b`` for the mean of some; ``None`` takes the default
        of the kind. The seasonal naive forecast is always beside them.
    seed : of the simulated intervals. 0 is a seed.
    speed : ``full``, or ``fast`` with fewer members.

    Raises
    ------
    InputError
        Naming every fault of the data and of the arguments.
    """
    models = names_of(models)
    faults = argument_faults(horizon, levels, models, speed, seed)
    table, columns = prepared(data, Columns(target, time, series, exposure, kind, season, frequency, date_format))
    checked = histories(table, columns, faults)
    require_models(models, checked)
    return forecast_histories(checked, horizon, levels, models, seed, speed)


def forecast_histories(
    checked: Sequence[History],
    horizon: int,
    levels: Sequence[float],
    models: Sequence[str] | None = None,
    seed: int = 0,
    speed: Speed = "full",
) -> Prediction:
    """Return the forecast of histories that were found right; arguments as for `forecast`."""
    probabilities = probability_grid(levels)
    tables, diagnostics = [], []
    for history in checked:
        task = Task(history, horizon, probabilities, seed, speed)
        for made in forecast_history(task, models or (default_model(history),)):
            tables.append(_table(history, made, horizon, levels, probabilities))
            diagnostics.append(diagnosis_rows(history, made, levels, probabilities))
    return Prediction(pd.concat(tables, ignore_index=True), pd.concat(diagnostics, ignore_index=True))


def argument_faults(
    horizon: int, levels: Sequence[float], models: Sequence[str] | None, speed: str, seed: int
) -> list[Fault]:
    """Return what is wrong with the arguments of a forecast."""
    faults = []
    if not (is_whole(horizon) and 1 <= horizon <= LONGEST_HORIZON):
        faults.append(Fault("horizon", f"must be a whole number of steps between 1 and {LONGEST_HORIZON}", horizon))
    faults += level_faults(levels)
    if all(isinstance(name, str) for name in models or ()):
        faults += model_faults(models or ())
    else:
        faults.append(Fault("models", "must be names", models))
    if speed not in SPEEDS:
        faults.append(Fault("speed", f"must be one of {', '.join(SPEEDS)}", speed, nearest(str(speed), SPEEDS)))
    if not (is_whole(seed) and seed >= 0):
        faults.append(Fault("seed", "must be a whole number and not negative", seed))
    return faults


def level_faults(levels: Sequence[float]) -> list[Fault]:
    """Return what is wrong with the levels of the intervals."""
    if isinstance(levels, str) or not isinstance(levels, Collection):
        return [Fault("levels", "must be a list of percentages, such as [80, 95]", levels)]
    if len(levels) == 0:
        return [Fault("levels", "must hold at least one level")]
    rule = "must be percentages of at least 1 and below 100 (80, not 0.8)"
    faults = [Fault("levels", rule, level) for level in levels if not _is_percentage(level)]
    if not faults and len({f"{level:g}" for level in levels}) < len(levels):
        faults.append(Fault("levels", "must not repeat", list(levels)))
    return faults


def names_of(models: Sequence[str] | str | None) -> list[str] | None:
    """Return models as a list of names; a name may stand alone."""
    if models is None:
        return None
    return list(models) if isinstance(models, Collection) and not isinstance(models, str) else [models]


def require_models(models: Sequence[str] | None, checked: Sequence[History]) -> None:
    """Raise `InputError` where a model is not for the kind of a history."""
    faults = model_faults(models or (), checked)
    if faults:
        raise InputError(faults)


def interval_columns(values: Array, levels: Sequence[float], probabilities: Array) -> dict[str, Array]:
    """Return ``lower_L`` and ``upper_L`` of every level from quantiles of shape (horizon, probabilities)."""
    ends: dict[str, Array] = {}
    for level in levels:
        low, high = interval_ends(level)
        ends[f"lower_{level:g}"] = values[:, column(probabilities, low)]
        ends[f"upper_{level:g}"] = values[:, column(probabilities, high)]
    return ends


def diagnosis_rows(
    history: History, made: ModelForecast, levels: Sequence[float], probabilities: Array
) -> pd.DataFrame:
    """Return the diagnoses of one model and its members as rows."""
    return pd.DataFrame([_row(history, made, diagnosis, levels, probabilities) for diagnosis in made.diagnoses])


def _is_percentage(level: object) -> bool:
    return isinstance(level, Real) and not isinstance(level, bool) and 1.0 <= float(level) < 100.0


def _table(
    history: History, made: ModelForecast, horizon: int, levels: Sequence[float], probabilities: Array
) -> pd.DataFrame:
    frame: dict[str, object] = {"series": history.series, "time": history.future(horizon), "target": history.target}
    frame |= {"model": made.model, "mean": made.quantiles.centre}
    return pd.DataFrame(frame | interval_columns(made.quantiles.values, levels, probabilities))


def _row(
    history: History, made: ModelForecast, diagnosis: Diagnosis, levels: Sequence[float], probabilities: Array
) -> dict[str, object]:
    row: dict[str, object] = {
        "series": history.series,
        "target": history.target,
        "model": diagnosis.model,
        "form": diagnosis.form,
        "converged": diagnosis.converged,
        "warnings": "; ".join(diagnosis.warnings),
        "seconds": diagnosis.seconds,
        "fell_back_to": diagnosis.fell_back_to,
        "reason": diagnosis.reason,
        "points": history.values.size,
        "missing": int(np.isnan(history.values).sum()),
        "notes": "; ".join(history.notes),
    }
    for level in levels:
        calibrated = made.widening is not None and diagnosis.model == made.model
        index = column(probabilities, interval_ends(level)[0])
        row[f"widened_{level:g}"] = made.widening[index] if calibrated and made.widening is not None else np.nan
    return row
