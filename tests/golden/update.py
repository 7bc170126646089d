"""Named numbers of one small comparison, held still: `python tests/golden/update.py "why they move"` writes them anew.

They may move when the science or the order of draws changes, never because of speed, threads, files or refactoring. The
program prints what moves and by how much, and wants the reason, which it keeps in the file; say it in the changelog too.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import pandas as pd
import yaml

import cxsim
from cxsim.spec.job import Engine

FILE = Path(__file__).with_name("golden.yaml")
ARM = "first_contact+renewal_delight"
OVERRIDES = [
    "population.size=2000",
    "time.horizon_weeks=52",
    "time.warmup_weeks=13",
    f"interventions.{ARM.split('+', maxsplit=1)[0]}.start_week=8",
]
WEEKLY_SUMS = (
    "acquired", "churned", "revenue", "contact_cost", "recovery_cost", "profit", "contacts", "complaints",
    "abandoned", "failures", "settled", "answered", "account_credits", "account_debits", "account_forgotten",
)  # fmt: skip
WEEKLY_LAST = (
    "active", "prospects", "nps_true", "satisfaction", "balance", "trust", "habituation", "frustrated_share", "account_balance",
)  # fmt: skip
EFFECTS = ("churn_rate", "ltv", "nps_true", "profit", "roi")


def measured() -> dict[str, float]:
    """Return the numbers by their names: baseline, treated arm, effects, single customers."""
    scenario = cxsim.load("telecom", overrides=OVERRIDES)
    comparison = cxsim.compare(scenario, [ARM], replications=2, seed=20_260_101, engine=Engine(workers=1))
    weekly = comparison.weekly[comparison.weekly["segment"] == "all"]
    found: dict[str, float] = {}
    for arm, label in (("baseline", "baseline"), (ARM, "treated")):
        rows = weekly[(weekly["scenario"] == arm) & (weekly["replication"] == 1)]
        names = WEEKLY_SUMS if label == "baseline" else (*WEEKLY_SUMS[:6], "programme_cost")
        found |= {f"{label} {name}, sum": float(rows[name].sum()) for name in names}
        if label == "baseline":
            found |= {f"{label} {name}, last week": float(rows[name].iloc[-1]) for name in WEEKLY_LAST}
    return found | effects(comparison.effects) | customers(comparison.run.customers)


def effects(table: pd.DataFrame) -> dict[str, float]:
    """Return differences and their lower limits at the end of the run, over all segments."""
    rows = table[(table["segment"] == "all") & (table["horizon_weeks"] == table["horizon_weeks"].max())].set_index(
        "metric"
    )
    found = {f"effect on {metric}": float(rows.loc[metric, "difference"]) for metric in EFFECTS}
    return found | {f"effect on {metric}, lower limit": float(rows.loc[metric, "ci_low"]) for metric in EFFECTS[:3]}


def customers(table: pd.DataFrame) -> dict[str, float]:
    """Return what became of one customer of the base and of one lead."""
    base = table[table["scenario"] == "baseline"]
    seventh, lead = base[base["customer"] == "7"], base[base["origin"] == "acquired"]
    return {
        "customer 7, balance": float(seventh["balance"].iloc[0]),
        "customer 7, value": float(seventh["value"].iloc[0]),
        "first acquired lead, satisfaction": float(lead["satisfaction"].iloc[0]),
    }


def kept() -> dict[str, Any]:
    """Return the content of the file."""
    content: dict[str, Any] = (
        yaml.safe_load(FILE.read_text("utf-8")) if FILE.exists() else {"reasons": [], "numbers": {}}
    )
    return content


def moved(before: dict[str, float], after: dict[str, float]) -> list[str]:
    """Return a line for each number that is new, gone or different."""
    lines = []
    for name in sorted(before.keys() | after.keys()):
        old, new = before.get(name), after.get(name)
        if old != new:
            share = f" ({new / old - 1.0:+.3%})" if old and new else ""
            lines.append(f"{name}: {old} -> {new}{share}")
    return lines


def main(arguments: list[str]) -> int:
    """Print what moves; write it if there is a reason."""
    content, numbers = kept(), measured()
    lines = moved(content["numbers"], numbers)
    print("\n".join(lines) or "nothing moves")
    if not lines:
        return 0
    if len(arguments) != 1 or len(arguments[0].split()) < 3:
        print('say in a few words why: python tests/golden/update.py "why they move"', file=sys.stderr)
        return 2
    content = {"reasons": [*content["reasons"], arguments[0]], "numbers": numbers}
    FILE.write_text(yaml.safe_dump(content, sort_keys=False, width=120), "utf-8")
    print(f'cxsim/spec/version.py: MODEL_VERSION must be "{len(content["reasons"])}", or old runs pass for new ones')
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
