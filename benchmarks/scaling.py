"""How the cost of a customer-week changes with the number of customers, and where the caches end."""

from __future__ import annotations

import statistics

from benchmarks.fresh import fresh
from benchmarks.machine import caches
from benchmarks.section import Section, Target, spread
from benchmarks.telecom import live, new_model, warm_up

SIZES = (10_000, 30_000, 100_000, 300_000, 1_000_000, 4_000_000)
QUICK_SIZES = (2_000, 10_000, 40_000)
FACTOR = 1.5
_AT_LEAST = 3


def costs(sizes: list[int], weeks: int, customer_weeks: int) -> dict[str, list[float]]:
    """Return the costs (ns a customer-week) by size on one thread, the sizes in turns, and `record`, the bytes of a customer.

    Small sizes are run more often: every turn lives about `customer_weeks` of each.
    """
    warm_up()
    found: dict[str, list[float]] = {str(size): [] for size in sizes}
    for turn in range(_AT_LEAST):
        for size in sizes:
            repeats = max(1, customer_weeks // (size * weeks))
            lived = [live(new_model(size, weeks, 1, turn * repeats + i)) for i in range(repeats)]
            found[str(size)].append(1e9 * sum(x.seconds for x in lived) / sum(x.customer_weeks for x in lived))
    found["record"] = [float(new_model(10, 1, 1).rows.dtype.itemsize)]
    return found


def measure(quick: bool) -> Section:
    """Return the table of costs by size."""
    sizes, weeks = (QUICK_SIZES, 4) if quick else (SIZES, 13)
    found = fresh(costs, sizes=list(sizes), weeks=weeks, customer_weeks=100_000 if quick else 5_000_000)
    record = found.pop("record")[0]
    middles = {size: statistics.median(found[str(size)]) for size in sizes}
    cheapest = min(middles.values())
    rows = [
        (f"{size:,}", f"{size * record / 1e6:,.1f}", spread(found[str(size)], 1), f"{middles[size] / cheapest:.2f}")
        for size in sizes
    ]
    factor = max(middles.values()) / cheapest
    ends = ", ".join(f"{name} ({text}) at {int(size / record):,} customers" for name, text, size in caches())
    return Section(
        "Cost by size",
        f"One thread, {weeks} weeks, ticks alone; every size was measured {_AT_LEAST} times, the sizes in turns.",
        ("customers", "MB of records", "ns a customer-week", "times the cheapest"),
        rows,
        (
            Target(
                f"cost of a customer-week, {sizes[0]:,} to {sizes[-1]:,} customers, dearest over cheapest",
                f"{factor:.2f}",
                f"{FACTOR} or less",
                factor <= FACTOR,
            ),
        ),
        f"The caches end: {ends}." if ends else "",
    )
