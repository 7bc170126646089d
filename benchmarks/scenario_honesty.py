"""Measure whether forecasts under an intervention are honest, in worlds whose truth is known, and write it into the docs.

Run from the root of the repository: ``python -m benchmarks.scenario_honesty``. With ``--print`` the documentation is left
alone.
"""

from __future__ import annotations

import argparse
import os
import time
from collections.abc import Iterator, Mapping, Sequence
from functools import cache

import numpy as np
import pandas as pd

from benchmarks.scenario_rivals import rivals
from benchmarks.scenario_worlds import (
    AS_PRIOR,
    CUSTOMERS,
    DISCREPANT,
    MONTHS,
    NPS,
    REVENUE,
    REVENUE_DISCREPANT,
    REVENUE_STEADY,
    RIGHT,
    Firm,
    World,
    world,
)
from benchmarks.section import markdown_table
from benchmarks.written import between
from cxsim.forecast.quantiles import Array
from cxsim.forecast.scenario import FULL, NOTHING_DONE, SCENARIO, scenario_forecast
from cxsim.forecast.scores import crps_of_ensemble

WORLDS, DRAWS = 500, 1000
LEVELS = (80, 95)
OWN = (SCENARIO, FULL, NOTHING_DONE)
CHURN: tuple[Firm, ...] = (RIGHT, AS_PRIOR, DISCREPANT)
OTHERS: tuple[Firm, ...] = (REVENUE, REVENUE_DISCREPANT, REVENUE_STEADY, NPS)


@cache
def measured(firm: Firm, worlds: int = WORLDS) -> pd.DataFrame:
    """Return one row for every world and model.

    ``months_L`` is the share of the months inside the interval of level L, ``total_L`` whether their mean or sum is, ``crps``
    the score of the months and ``crps_total`` of the total, ``place`` where the total lies among the draws, from 0 to 1.
    """
    rows = [row for number in range(worlds) for row in _scored(world(firm, number), firm, number)]
    return pd.DataFrame(rows)


def _scored(one: World, firm: Firm, number: int) -> Iterator[dict[str, object]]:
    for model, drawn in _forecasts(one, firm, number).items():
        total, came = drawn.mean(axis=1), one.came.mean()
        row: dict[str, object] = {"world": number, "model": model}
        for level in LEVELS:
            tails = [0.5 - level / 200, 0.5 + level / 200]
            low, high = np.quantile(drawn, tails, axis=0)
            bottom, top = np.quantile(total, tails)
            row[f"months_{level}"] = float(np.mean((one.came >= low) & (one.came <= high)))
            row[f"total_{level}"] = float(bottom <= came <= top)
        row["crps"] = float(crps_of_ensemble(one.came, drawn).mean())
        row["crps_total"] = float(crps_of_ensemble(np.array([came]), total[:, None])[0])
        row["place"] = (float(np.sum(total < came)) + one.rng.random()) / (total.size + 1.0)
        yield row


def _forecasts(one: World, firm: Firm, number: int) -> Mapping[str, Array]:
    """Return the draws of every model; of churn those of its rivals too."""
    exposure = np.full(MONTHS, float(CUSTOMERS)) if firm.kind == "rate" else None
    made = scenario_forecast(
        one.history,
        exposure,
        one.effects,
        kind=firm.kind,
        parameters=one.parameters,
        draws=DRAWS,
        seed=number,
        speed="fast",
    )
    own = {name: made.paths[name] for name in OWN}
    return {**own, **rivals(one, DRAWS)} if firm.kind == "rate" else own


def mean_and_error(firm: Firm, model: str, column: str, worlds: int = WORLDS) -> tuple[float, float]:
    """Return the mean of a column over worlds and its standard error; the months of a world are not independent."""
    rows = measured(firm, worlds)
    each = rows.loc[rows["model"] == model, column].to_numpy(dtype=np.float64)
    return float(each.mean()), float(each.std(ddof=1) / np.sqrt(each.size))


def coverage_table(firms: Sequence[Firm], models: Sequence[str] = OWN) -> str:
    """Return the coverage of models as a Markdown table."""
    columns = [f"{part}_{level}" for part in ("months", "total") for level in LEVELS]
    rows = [
        (firm.name, f"`{model}`", *(f"{mean_and_error(firm, model, column)[0]:.3f}" for column in columns))
        for firm in firms
        for model in models
    ]
    return markdown_table(("world", "model", "month 80", "95", "12 months 80", "95"), rows)


def score_table(firms: Sequence[Firm]) -> str:
    """Return the score of every model in worlds of churn, months and mean over them, in thousandths of the rate."""
    models = measured(firms[0])["model"].unique().tolist()
    scores = {
        model: [1000 * mean_and_error(firm, model, "crps")[0] for firm in firms]
        for model in models
        if model != NOTHING_DONE
    }
    rows = [
        (f"`{model}`", *(f"{value:.2f}" for value in values), f"{np.mean(values):.2f}")
        for model, values in sorted(scores.items(), key=lambda item: float(np.mean(item[1])))
    ]
    return markdown_table(("CRPS x 1,000", "right", "as the prior", "discrepant", "mean"), rows)


def report() -> str:
    """Return everything that is measured, as Markdown."""
    began = time.process_time()
    parts = [coverage_table(CHURN), score_table(CHURN), coverage_table(OTHERS)]
    spent = f"{WORLDS} worlds of each kind; {(time.process_time() - began) / 60:.0f} minutes of processor time."
    return "\n\n".join([spent, *parts])


def main() -> None:
    """Measure, print, and write the result into the documentation."""
    parser = argparse.ArgumentParser(description="Measure forecasts under an intervention.")
    parser.add_argument("--print", action="store_true", help="print only, leave the documentation alone")
    only_print = parser.parse_args().print
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    text = report()
    print(text)
    if not only_print:
        between("honesty", text)


if __name__ == "__main__":
    main()
