"""How much faster than plain Mesa: an idiomatic model of the same rules, and cxsim's own rules one agent at a time."""

from __future__ import annotations

import statistics
import time
from typing import Any

from benchmarks.fresh import fresh
from benchmarks.section import Section, Target, spread
from benchmarks.telecom import active_weeks, live, new_model, telecom, warm_up

WANTED = 200.0


def beside_plain_mesa(customers: int, weeks: int, repeats: int) -> dict[str, list[float]]:
    """Return the cost (ns a customer-week) of both models, taken in turns, and how many times the one is the other.

    The machine changes its speed within seconds, and a whole compiled run is over in less than one step of plain Mesa: so a
    compiled run follows each of Mesa's steps, and what all of them cost is held against what all of the steps cost.
    """
    from benchmarks.plain_mesa.model import TelecomModel

    warm_up()
    compiled, mesa, ratio = [], [], []
    for repeat in range(repeats):
        model = TelecomModel(telecom(customers, weeks), rng=repeat)
        seconds, runs = 0.0, []
        for week in range(weeks):
            started = time.perf_counter()
            model.step()
            seconds += time.perf_counter() - started
            runs.append(live(new_model(customers, weeks, 1, week)))
        mesa.append(1e9 * seconds / sum(model.datacollector.model_vars["active"]))
        compiled.append(1e9 * sum(run.seconds for run in runs) / sum(run.customer_weeks for run in runs))
        ratio.append(mesa[-1] / compiled[-1])
    return {"compiled": compiled, "mesa": mesa, "ratio": ratio}


def beside_single_agents(customers: int, weeks: int, repeats: int) -> dict[str, Any]:
    """Return the cost (ns a customer-week) of both ways to step the engine, and whether their customers are equal bit for bit."""
    from cxsim.engine.model import CXModel

    warm_up()
    compiled, single, equal = [], [], True
    for repeat in range(repeats):
        bulk = new_model(customers, weeks, 1, repeat)
        compiled.append(live(bulk).nanoseconds)
        agents = CXModel(telecom(customers, weeks), 0, repeat, stepping="agents")
        single.append(live(agents).nanoseconds)
        same_tables = all((a == b).all() for a, b in zip(bulk.record.measures, agents.record.measures, strict=True))
        equal &= bulk.rows.tobytes() == agents.rows.tobytes() and same_tables
        assert equal, "one agent at a time and all at once must give the same bytes"
        assert active_weeks(bulk) == active_weeks(agents)
    return {"compiled": compiled, "single": single, "equal": equal}


def measure(quick: bool) -> Section:
    """Return the table of ratios."""
    customers, weeks = (500, 6) if quick else (10_000, 52)
    plain = fresh(beside_plain_mesa, customers=customers, weeks=weeks, repeats=3)
    few, short = (50, 2) if quick else (10_000, 1)
    single = fresh(beside_single_agents, customers=few, weeks=short, repeats=3)
    ratio = statistics.median(plain["ratio"])
    rows = [
        ("cxsim, compiled, one thread", f"{customers:,} x {weeks}", spread(plain["compiled"], 0), "1"),
        ("plain Mesa, idiomatic", f"{customers:,} x {weeks}", spread(plain["mesa"], 0), spread(plain["ratio"], 0)),
        (
            "cxsim's rules, one `mesa.Agent` at a time",
            f"{few:,} x {short}",
            spread(single["single"], 0),
            f"{statistics.median(single['single']) / statistics.median(single['compiled']):,.0f}",
        ),
    ]
    return Section(
        "Against Mesa",
        "Nanoseconds a customer-week on one core, ticks alone, median (lowest to highest), the models in turns in one process. "
        "The idiomatic model is `benchmarks/plain_mesa`: the same mechanisms and defaults as a Mesa user would write them, held "
        "against cxsim by `tests/statistical/test_plain_mesa_agrees.py`. It records less than cxsim. The last row steps cxsim's "
        "own rules in plain Python; its customers were compared with those of the compiled run and are the same bytes. The ratio "
        "of every row is to compiled runs of the same size, for plain Mesa to one after each of its steps.",
        ("model", "customers x weeks", "ns a customer-week", "times cxsim's cost"),
        rows,
        (
            Target(
                "times faster than an idiomatic Mesa model", f"{ratio:,.0f}", f"{WANTED:.0f} or more", ratio >= WANTED
            ),
        ),
    )
