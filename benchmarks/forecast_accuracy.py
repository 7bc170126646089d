"""Measure the forecasts on real series and on churn whose truth is known, and write the table into the documentation.

Run from the root of the repository: ``python -m benchmarks.forecast_accuracy`` (some twelve minutes on one core). With
``--print`` the documentation is left alone.
"""

from __future__ import annotations

import argparse
import os
import time
from collections.abc import Iterable, Sequence

import numpy as np
import pandas as pd

from benchmarks.real_series import ChurnTruth, RealSeries, real_series
from benchmarks.written import between
from cxsim.forecast.backtest import backtest
from cxsim.forecast.candidates.rate import fit_rate
from cxsim.forecast.quantiles import Array, column, from_paths, probability_grid
from cxsim.forecast.select import Speed

MEASURES = ("mase", "rmsse", "coverage_80", "coverage_95", "interval_score_95", "wis")
SHORT = {12: 36, 4: 24}
FEWEST_SEASONS = 3
"""Of history that a series must have at an earlier origin."""
MEMBERS = ("ets", "sarima", "airline", "theta", "unobserved", "drift")
GRID = probability_grid((80, 95))
CHURN_MONTHS, CHURN_HORIZON = 48, 12


def measure(
    chosen: Iterable[RealSeries],
    short: bool,
    speed: Speed = "full",
    models: Sequence[str] = ("combination",),
    earlier: int = 0,
) -> pd.DataFrame:
    """Return one row of scores for every series and model, with the CPU seconds that its forecasts took together.

    `earlier` steps so many horizons back; a series that is then too short is left out.
    """
    rows = []
    for series in chosen:
        frame = series.frame(SHORT[series.period] if short else None, earlier)
        if len(frame) < (FEWEST_SEASONS * series.period + series.horizon if earlier else 0):
            continue
        started = time.process_time()
        made = backtest(
            frame,
            target="value",
            series="series",
            horizon=series.horizon,
            origins=1,
            kind="positive",
            models=models,
            speed=speed,
        )
        seconds = time.process_time() - started
        rows.append(made.scores.assign(period=series.period, seconds=seconds))
    return pd.concat(rows, ignore_index=True)


def churn_coverage(customers: int, series: int, seed: int = 0) -> tuple[Array, Array]:
    """Return the coverage at 80 and 95 % of every series: of the state space, and of coin flips at the mean rate.

    Each is of shape (series, 2). The twelve months after 48 are forecast.
    """
    state_space, coin_flips = np.empty((series, 2)), np.empty((series, 2))
    for index in range(series):
        rng = np.random.default_rng([seed, customers, index])
        rates = ChurnTruth().rates(CHURN_MONTHS + CHURN_HORIZON, customers, rng)
        history, future = rates[:CHURN_MONTHS], rates[CHURN_MONTHS:]
        fitted = fit_rate(history, np.full(CHURN_MONTHS, float(customers)), 12)
        state_space[index] = _covered(fitted.quantiles(CHURN_HORIZON, GRID, rng).values, future)
        counts = rng.binomial(customers, history.mean(), (4000, CHURN_HORIZON)) / customers
        coin_flips[index] = _covered(from_paths(counts, GRID).values, future)
    return state_space, coin_flips


def _covered(values: Array, future: Array) -> list[float]:
    ends = [(column(GRID, low), column(GRID, high)) for low, high in ((0.1, 0.9), (0.025, 0.975))]
    return [float(((values[:, low] <= future) & (future <= values[:, high])).mean()) for low, high in ends]


def accuracy_table(scores: pd.DataFrame) -> str:
    """Return the mean scores of every model as a Markdown table."""
    means = scores.groupby("model", sort=False)[list(MEASURES)].mean()
    lines = ["| model | MASE | RMSSE | coverage 80 | coverage 95 | IS 95 | WIS |", "|---|--:|--:|--:|--:|--:|--:|"]
    for model, row in means.iterrows():
        lines.append(f"| {model} | " + " | ".join(f"{row[name]:.3f}" for name in MEASURES) + " |")
    return "\n".join(lines)


def seconds_line(scores: pd.DataFrame, label: str) -> str:
    """Return the CPU seconds of one forecast in a sentence."""
    parts = []
    for period, name in ((12, "monthly"), (4, "quarterly")):
        seconds = scores.loc[(scores["period"] == period) & (scores["model"] == "combination"), "seconds"]
        parts.append(f"{name} mean {seconds.mean():.2f}, longest {seconds.max():.2f}")
    return f"CPU seconds a series, {label}: {'; '.join(parts)}."


def churn_table(series: int) -> str:
    """Return the coverage of the churn rate as a Markdown table."""
    lines = ["| customers | state space 80 | 95 | coin flips 80 | 95 |", "|--:|--:|--:|--:|--:|"]
    for customers in (300, 4_000, 50_000):
        numbers = [part.mean(axis=0) for part in churn_coverage(customers, series)]
        lines.append(f"| {customers:,} | " + " | ".join(f"{value:.3f}" for pair in numbers for value in pair) + " |")
    return "\n".join(lines)


def report() -> str:
    """Return everything that is measured, as Markdown."""
    chosen = real_series()
    parts = []
    for short, title in ((False, "The newest twenty years"), (True, "Short histories: 36 months or 24 quarters")):
        full = measure(chosen, short)
        fast = measure(chosen, short, "fast")
        fast = fast[fast["model"] == "combination"].assign(model="combination, fast")
        members = [] if short else [measure(chosen, short, models=MEMBERS).query("model in @MEMBERS")]
        parts.append(f"### {title}\n\n{accuracy_table(pd.concat([full, fast, *members]))}")
        parts.append(seconds_line(full, "full"))
        parts.append(seconds_line(fast.assign(model="combination"), "fast"))
    back = measure(chosen, False, "fast", earlier=1).query("model == 'combination'")
    earlier = pd.concat([measure(chosen, False, earlier=1), back.assign(model="combination, fast")])
    parts.append(f"### One horizon earlier, {back['series'].nunique()} series\n\n{accuracy_table(earlier)}")
    parts.append("### Churn rate, 200 histories of 48 months, 12 ahead\n\n" + churn_table(200))
    return "\n\n".join(parts)


def main() -> None:
    """Measure, print, and write the result into the documentation."""
    parser = argparse.ArgumentParser(description="Measure the forecasts.")
    parser.add_argument("--print", action="store_true", help="print only, leave the documentation alone")
    only_print = parser.parse_args().print
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    text = report()
    print(text)
    if not only_print:
        between("measured", text)


if __name__ == "__main__":
    main()
