"""What holds the speed: the budget of a customer-week, and how far it is from the limit that memory sets."""

from __future__ import annotations

import statistics
from typing import Any

from benchmarks import bandwidth, steps
from benchmarks.fresh import fresh
from benchmarks.section import Section, spread
from benchmarks.telecom import live, new_model, warm_up
from cxsim.engine.slate import LANES


def beside_memory(customers: int, weeks: int, repeats: int) -> dict[str, Any]:
    """Return speeds (customer-weeks a second) and memory rates (bytes a second) by threads, taken in turns."""
    warm_up()
    found: dict[str, Any] = {"speed": {"1": [], "2": []}, "scale": {"1": [], "2": []}, "copy": {"1": [], "2": []}}
    for repeat in range(repeats):
        for threads in (1, 2):
            model = new_model(customers, weeks, threads, repeat)
            lived = live(model)
            rates = bandwidth.rates(customers * model.rows.dtype.itemsize, threads, 3)
            found["speed"][str(threads)].append(lived.customer_weeks / lived.seconds)
            for kind, values in rates.items():
                found[kind][str(threads)].append(statistics.median(values))
            found["record"] = model.rows.dtype.itemsize
    return found


def budget(repeats: int, measured: float) -> tuple[list[tuple[str, str]], float]:
    """Return the rows of the budget of a customer-week on one core, and the ns that the common steps make up."""
    each = {name: statistics.median(values) for name, values in fresh(steps.costs, repeats=repeats).items()}
    total = sum(each.values())
    rows = [(name, f"{spent:.1f}") for name, spent in each.items()]
    rest = "the rest: bills, renewals, steps of the journey, failures, contacts, desks, what memory keeps waiting"
    return [*rows, (rest, f"{measured - total:.1f}"), ("measured, one thread", f"{measured:.1f}")], total


def measure(quick: bool) -> Section:
    """Return the table of the budget, with the limit of memory beside it."""
    customers, weeks = (20_000, 4) if quick else (1_000_000, 13)
    found = fresh(beside_memory, customers=customers, weeks=weeks, repeats=3)
    speed = {threads: statistics.median(values) for threads, values in found["speed"].items()}
    scale = {threads: statistics.median(values) for threads, values in found["scale"].items()}
    touched = 2 * found["record"]
    measured = 1e9 / speed["1"]
    rows, counted = budget(20 if quick else 200, measured)
    lines = []
    for threads, name in (("1", "one thread"), ("2", "two threads")):
        limit = scale[threads] / touched
        lines.append(
            f"- {name}: {spread([v / 1e9 for v in found['scale'][threads]], 1)} GB/s in place, "
            f"{spread([v / 1e9 for v in found['copy'][threads]], 1)} GB/s copied; that would be {limit / 1e6:,.0f} million "
            f"customer-weeks a second, {limit / speed[threads]:.1f} times the {speed[threads] / 1e6:.1f} million measured."
        )
    memory_ns = 1e9 * touched / scale["1"]
    holder = "compute" if memory_ns < 0.5 * measured else "memory, in large part"
    closing = (
        f"A tick reads and writes the {found['record']}-byte record of a customer once, {touched} bytes in all. Over as many "
        "bytes as the base has, this machine does:\n\n"
        + "\n".join(lines)
        + f"\n\nMemory accounts for {memory_ns:.0f} of "
        f"{measured:.0f} ns, so what holds the speed is {holder}: the steps that all take make up "
        f"{100 * counted / measured:.0f} % of the time."
    )
    return Section(
        "What holds the speed",
        f"The budget of a customer-week on one thread, at {customers:,} customers x {weeks} weeks. The steps that almost "
        f"everybody takes in every week were timed alone, on {LANES} customers in the nearest cache; most run in "
        "the vector units, several customers at a time.",
        ("step", "ns"),
        rows,
        closing=closing,
    )
