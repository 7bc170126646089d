"""How many customer-weeks a second: a million customers for a year, on two threads and on one."""

from __future__ import annotations

import time
from typing import Any

from benchmarks.fresh import fresh
from benchmarks.section import Section, Target, spread
from benchmarks.telecom import live, new_model, warm_up

FLOOR, AIM = 10.0, 20.0
"""Million customer-weeks a second on two cores."""


def runs(customers: int, weeks: int, repeats: int) -> list[dict[str, float]]:
    """Return one record for every run, threads taking turns: birth and tick seconds, customer-weeks."""
    warm_up()
    records = []
    for replication in range(repeats):
        for threads in (2, 1):
            started = time.perf_counter()
            model = new_model(customers, weeks, threads, replication)
            born = time.perf_counter() - started
            lived = live(model)
            records.append({"threads": threads, "born": born, "seconds": lived.seconds, "weeks": lived.customer_weeks})
    return records


def measure(quick: bool) -> Section:
    """Return the table of speeds."""
    customers, weeks = (20_000, 8) if quick else (1_000_000, 52)
    records: list[dict[str, Any]] = fresh(runs, customers=customers, weeks=weeks, repeats=3 if quick else 5)
    rows, speeds = [], {}
    for threads in (2, 1):
        own = [record for record in records if record["threads"] == threads]
        speeds[threads] = [record["weeks"] / record["seconds"] / 1e6 for record in own]
        with_birth = [record["weeks"] / (record["seconds"] + record["born"]) / 1e6 for record in own]
        cost = [1e9 * record["seconds"] / record["weeks"] for record in own]
        rows.append((str(threads), spread(speeds[threads], 1), spread(with_birth, 1), spread(cost, 1)))
    middle = sorted(speeds[2])[len(speeds[2]) // 2]
    name = "speed, two cores, million customer-weeks a second"
    return Section(
        "Speed",
        f"The telecom scenario, every mechanism on, {customers:,} customers x {weeks} weeks. A customer-week counts only if the "
        f"customer was active at its end ({own[0]['weeks']:,} of them in the first run); leads are simulated and not counted. "
        "Wall time, median (lowest to highest).",
        (
            "threads",
            "million customer-weeks a second",
            "the same with the birth of the customers",
            "ns a customer-week",
        ),
        rows,
        (Target(name, f"{middle:.1f}", f"{FLOOR:.0f} or more, aiming at {AIM:.0f}", middle >= FLOOR),),
    )
