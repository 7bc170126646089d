"""How much memory a run needs at its peak, and what for."""

from __future__ import annotations

import resource
import sys

from benchmarks.fresh import fresh
from benchmarks.section import Section, Target
from benchmarks.telecom import live, new_model, warm_up

FIXED_MB, BYTES = 400, 300
"""At most this many bytes a customer beyond a fixed amount."""
_MB = 1e6


def peak() -> float:
    """Return the highest resident memory of this process so far, in bytes."""
    highest = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return float(highest if sys.platform == "darwin" else highest * 1024)


def stages(customers: int, weeks: int, threads: int) -> dict[str, float]:
    """Return the peak (bytes) after each stage of a run, and the size of what it holds."""
    import cxsim.engine.model  # noqa: F401 - the libraries are a stage of their own

    imported = peak()
    warm_up()
    loaded = peak()
    model = new_model(customers, weeks, threads)
    born = peak()
    live(model)
    return {
        "imported": imported,
        "loaded": loaded,
        "born": born,
        "lived": peak(),
        "records": model.rows.nbytes,
        "rows": len(model.rows),
        "record": model.rows.dtype.itemsize,
    }


def measure(quick: bool) -> Section:
    """Return the table of memory."""
    customers, weeks = (50_000, 4) if quick else (1_000_000, 52)
    found = fresh(stages, customers=customers, weeks=weeks, threads=2)
    each = max(0.0, found["lived"] - FIXED_MB * _MB) / customers
    beyond = (found["lived"] - found["loaded"]) / customers
    rest = found["lived"] - found["loaded"] - found["records"]
    rows = [
        ("Python, NumPy, pandas and Mesa", f"{found['imported'] / _MB:,.0f}"),
        ("the compiler, the machine code and a small run", f"{(found['loaded'] - found['imported']) / _MB:,.0f}"),
        (
            f"{found['rows']:,} records of {found['record']:.0f} bytes: the customers and the leads to come",
            f"{found['records'] / _MB:,.0f}",
        ),
        ("everything else at the peak: list of who waits, tallies, temporary columns", f"{rest / _MB:,.0f}"),
        ("peak", f"{found['lived'] / _MB:,.0f}"),
    ]
    name = f"memory at the peak beyond {FIXED_MB} MB, bytes a customer"
    return Section(
        "Memory",
        f"Highest resident memory of a fresh process, {customers:,} customers at the start x {weeks} weeks on two threads, in MB "
        "of 10^6 bytes.",
        ("what", "MB"),
        rows,
        (Target(name, f"{each:.0f}", f"{BYTES} or less", each <= BYTES),),
        f"Beyond what a small run needs, that is {beyond:.0f} bytes for each of the {customers:,} customers at the start, and "
        f"{customers * beyond / found['rows']:.0f} for each record, leads included.",
    )
