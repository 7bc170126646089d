"""What holds the speed: the budget of a customer-week, and how far it is from the limit that memory sets."""

from __future__ import annotations

import statistics
import tempfile
from typing import Any

from benchmarks import bandwidth, operations
from benchmarks.fresh import fresh
from benchmarks.section import Section, spread
from benchmarks.telecom import live, new_model, warm_up

NAMES = {
    "ahead": "draws ahead: two Philox blocks, three normal quantiles, many customers at once",
    "words": "other Philox blocks of four random words",
    "quantile": "other normal quantiles",
    "exp": "exp",
    "expm1": "expm1",
    "log": "log",
    "pow": "pow",
    "tanh": "tanh",
    "fixed": "real numbers to fixed point",
}


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


def budget(quick: bool, measured: float) -> tuple[list[tuple[str, str, str, str]], float]:
    """Return the rows of the budget of a customer-week on one core, and the ns that the counted operations make up."""
    n, repeats = (200_000, 3) if quick else (5_000_000, 5)
    with tempfile.TemporaryDirectory() as cache:
        scalar = {"NUMBA_LOOP_VECTORIZE": "0", "NUMBA_SLP_VECTORIZE": "0", "CXSIM_CACHE_DIR": cache}
        costs = fresh(operations.costs, scalar, n=n, repeats=repeats)
    costs["ahead"] = fresh(operations.cost_ahead, n=n, repeats=repeats)
    customers, weeks = (50, 4) if quick else (400, 52)
    often = fresh(operations.frequencies, customers=customers, weeks=weeks)
    each = {name: statistics.median(values) for name, values in costs.items()}
    rows = []
    total = 0.0
    for name, text in NAMES.items():
        spent = often[name] * each[name]
        total += spent
        rows.append((text, f"{often[name]:.2f}", f"{each[name]:.1f}", f"{spent:.1f}"))
    rest = "the rest: arithmetic, branches, tables, sums"
    rows.append((rest, f"in {often['meet']:.2f} encounters", "", f"{measured - total:.1f}"))
    rows.append(("measured, one thread", "", "", f"{measured:.1f}"))
    return rows, total


def measure(quick: bool) -> Section:
    """Return the table of the budget, with the limit of memory beside it."""
    customers, weeks = (20_000, 4) if quick else (1_000_000, 13)
    found = fresh(beside_memory, customers=customers, weeks=weeks, repeats=3)
    speed = {threads: statistics.median(values) for threads, values in found["speed"].items()}
    scale = {threads: statistics.median(values) for threads, values in found["scale"].items()}
    touched = 2 * found["record"]
    measured = 1e9 / speed["1"]
    rows, counted = budget(quick, measured)
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
        f"{measured:.0f} ns, so what holds the speed is {holder}: the operations counted above make up "
        f"{100 * counted / measured:.0f} % of the time."
    )
    return Section(
        "What holds the speed",
        f"The budget of a customer-week on one thread, at {customers:,} customers x {weeks} weeks. How often an operation is "
        "needed was counted while the same rules ran in plain Python; what it costs was measured compiled, many in a row, one "
        "at a time and independent of each other. Operations of a real week overlap, or wait for each other: the sum is a "
        "guide, no bound.",
        ("operation", "a customer-week", "ns each", "ns"),
        rows,
        closing=closing,
    )
