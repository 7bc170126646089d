"""Should a telecom operator fix its complaint desk or delight customers at renewal? Run it: `python run.py [--small]`."""

from __future__ import annotations

import sys
from pathlib import Path

import yaml

import cxsim

HERE = Path(__file__).parent
QUESTION = ("faster_reply", "first_contact", "renewal_delight", "faster_reply+first_contact", "null_lever")
METRICS = ("churn_rate", "ltv", "nps_true", "npv")


def answer(size: int, replications: int) -> dict[str, dict[str, float]]:
    """Return the effects after three years and their intervals, by arm and metric."""
    scenario = cxsim.load("telecom", overrides=[f"population.size={size}"])
    comparison = cxsim.compare(scenario, interventions=QUESTION, replications=replications, seed=11)
    table = comparison.effects
    last = table[(table["segment"] == "all") & (table["horizon_weeks"] == table["horizon_weeks"].max())]
    found: dict[str, dict[str, float]] = {}
    for row in last[last["metric"].isin(METRICS)].itertuples():
        cells = {"": row.difference, "_low": row.ci_low, "_high": row.ci_high}
        found.setdefault(row.intervention, {}).update({row.metric + end: float(x) for end, x in cells.items()})
    if size > SMALL["size"]:
        comparison.plot.effects().savefig(HERE / "answer.png", dpi=110)
    return found


SMALL = {"size": 1500, "replications": 3}

if __name__ == "__main__":
    small = "--small" in sys.argv
    result = answer(**SMALL) if small else answer(size=20_000, replications=20)
    name = "expected.yaml" if small else "answer.yaml"
    (HERE / name).write_text(yaml.safe_dump(result, sort_keys=True))
    for arm, values in result.items():
        print(f"{arm:28s}", *(f"{metric} {values[metric]:+.4g}" for metric in METRICS))
