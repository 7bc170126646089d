"""Set churn models beside the true effect of levers, and write the tables into the documentation of forecasts.

Run from the root of the repository: ``python -m benchmarks.churn_models`` (some three minutes on one core). With
``--print`` the documentation is left alone.
"""

from __future__ import annotations

import argparse
import os
from collections.abc import Mapping

import pandas as pd

import cxsim
from benchmarks.section import markdown_table
from benchmarks.written import between
from cxsim.study.known_effect import KnownEffect, known_effect

SIZE = {"population.size": 3_000, "time.warmup_weeks": 13, "time.horizon_weeks": 52}
REPLICATIONS, SEED = 10, 5
AIMED: Mapping[str, object] = {"state": "satisfaction < 0.70", "coverage": 0.6}
AT_RANDOM: Mapping[str, object] = {"coverage": 0.5}
ON_LEAVING = ("behaviour.churn.level", "add", -0.7)
ON_SATISFACTION = ("journey.touchpoints.*.quality.functional", "add", 0.08)
LEVERS: Mapping[str, tuple[tuple[str, str, float], Mapping[str, object]]] = {
    "an offer to stay, to 6 in 10 of the dissatisfied": (ON_LEAVING, AIMED),
    "the same, to every second customer by lot": (ON_LEAVING, AT_RANDOM),
    "better service, for 6 in 10 of the dissatisfied": (ON_SATISFACTION, AIMED),
}


def studied(effect: tuple[str, str, float], target: Mapping[str, object]) -> KnownEffect:
    """Return what churn models say about a lever that acts for a year, from the first week on."""
    parameter, operation, value = effect
    lever = {
        "label": "lever",
        "family": "reward",
        "start_week": 0,
        "target": dict(target),
        "effects": [{"parameter": parameter, "operation": operation, "value": value}],
    }
    scenario = cxsim.load("telecom").with_changes({**SIZE, "interventions.lever": lever})
    return known_effect(scenario, "lever", replications=REPLICATIONS, seed=SEED)


def ratios(found: dict[str, KnownEffect]) -> str:
    """Return hazard ratios with their intervals, a row for every lever and model, a column for every analysis."""
    rows = []
    for lever, known in found.items():
        for model, own in known.table.groupby("model", sort=False):
            cells = [f"{row['hazard_ratio']:.2f} ({row['low']:.2f} to {row['high']:.2f})" for _, row in own.iterrows()]
            rows.append([lever, str(model).replace("_", " "), *cells])
    return markdown_table(("lever", "model", "true", "as seen", "adjusted at start", "adjusted over time"), rows)


def survival(found: dict[str, KnownEffect]) -> str:
    """Return who is still there after a year by Kaplan-Meier, and how many of those reached were lost by the lever."""
    rows = []
    for lever, known in found.items():
        last = known.curves.groupby("who")["survival"].last()
        lost = known.lost.iloc[0]
        rows.append([
            lever, *(f"{100 * last[who]:.1f} %" for who in ("reached", "not reached", "reached, without the lever")),
            f"{lost['difference']:+.0f} ({lost['low']:+.0f} to {lost['high']:+.0f})",
        ])  # fmt: skip
    head = ("lever", "reached", "not reached", "the reached without it", "lost per 1,000 reached, true")
    return markdown_table(head, rows)


def main() -> None:
    """Measure, print, and write the result into the documentation."""
    parser = argparse.ArgumentParser(description="Set churn models beside the truth.")
    parser.add_argument("--print", action="store_true", help="print only, leave the documentation alone")
    only_print = parser.parse_args().print
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    pd.set_option("display.width", 200)
    found = {lever: studied(*how) for lever, how in LEVERS.items()}
    text = f"Hazard ratios, below 1 where customers stay longer:\n\n{ratios(found)}\n\n"
    text += f"Still there after a year (Kaplan-Meier):\n\n{survival(found)}"
    print(text)
    if not only_print:
        between("churn models", text)


if __name__ == "__main__":
    main()
