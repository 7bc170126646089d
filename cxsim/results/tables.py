"""From the integer sums of a run to the tables of the contract: one row per segment and tick, cohort, booking, customer."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from cxsim.arrays import Floats, Ints
from cxsim.engine.tally import ASKED_SCORES, CSAT_MARKS
from cxsim.journey.tables import LifeCode
from cxsim.measures import (
    AVOIDABLE,
    COUNTS_AMONG_REALS,
    FIRST_REAL,
    FIXED_POINT,
    N_CAUSES,
    NET_BINS,
    NET_LOW,
    NET_STEP,
    Cause,
    ExitCode,
    Measure,
    Visit,
)

if TYPE_CHECKING:
    from cxsim.engine.model import CXModel

ALL = "all"
TABLES = ("weekly", "cohorts", "ledger", "surveys", "touchpoints", "desks", "tenures", "nodes")
"""Tables of every run, besides `customers`."""


def all_tables(model: CXModel, scenario: str, *, customers: bool) -> dict[str, pd.DataFrame]:
    """Return every table of a finished run, labelled with its scenario (the arm) and replication."""
    tables = {
        "weekly": weekly(model),
        "cohorts": cohorts(model),
        "ledger": ledger(model),
        "surveys": surveys(model),
        "touchpoints": touchpoints(model),
        "desks": desks(model),
        "tenures": tenures(model),
        "nodes": nodes(model),
        "survivors": survivors(model),
    }
    if customers:
        tables["customers"] = customer_table(model)
    for table in tables.values():
        table.insert(0, "scenario", scenario)
        table.insert(1, "replication", model.replication)
    return tables


def weekly(model: CXModel) -> pd.DataFrame:
    """Return one row per segment (and `all`) and tick.

    Counts and money are those of the simulated base. Rates are per tick. `churn_rate` is churned / (active + churned).
    Means and shares are over the customers active at the end of the tick; a mean of nobody is missing, never 0.
    """
    sums = np.array(model.record.measures)
    sums = np.concatenate([sums, sums.sum(axis=1, keepdims=True)], axis=1)
    answers = np.array(model.record.answers)
    answers = np.concatenate([answers, answers.sum(axis=1, keepdims=True)], axis=1)
    ticks, groups, _ = sums.shape

    def raw(measure: Measure) -> Floats:
        values = sums[:, :, measure].astype(np.float64)
        is_real = measure >= FIRST_REAL and measure not in COUNTS_AMONG_REALS
        return values / FIXED_POINT if is_real else values

    active = raw(Measure.ACTIVE)
    churned = raw(Measure.CHURNED)
    fixed = _fixed_costs(model, active)
    margin = model.spec.money.margin * raw(Measure.REVENUE)
    acquisition = model.spec.money.acquisition_cost * raw(Measure.ACQUIRED)
    programme = raw(Measure.PROGRAMME_COST) + fixed
    costs = raw(Measure.CONTACT_COST) + raw(Measure.RECOVERY_COST) + programme + acquisition
    columns: dict[str, Floats] = {
        "prospects": raw(Measure.PROSPECTS),
        "active": active,
        "lost": np.cumsum(churned, axis=0),
        "acquired": raw(Measure.ACQUIRED),
        "churned": churned,
        "churn_rate": _ratio(churned, active + churned),
        "revenue": raw(Measure.REVENUE),
        "contact_cost": raw(Measure.CONTACT_COST),
        "recovery_cost": raw(Measure.RECOVERY_COST),
        "programme_cost": programme,
        "acquisition_cost": acquisition,
        "profit": margin - costs,
        "nps_true": _nps(answers[:, :, :ASKED_SCORES]),
        "nps_survey": _nps(answers[:, :, ASKED_SCORES:CSAT_MARKS]),
        "csat": _ratio(raw(Measure.CSAT), raw(Measure.CSAT_ANSWERS)),
        "ces": _ratio(raw(Measure.CES), raw(Measure.CES_ANSWERS)),
        "satisfaction": _ratio(raw(Measure.SATISFACTION), active),
        "balance": _ratio(raw(Measure.BALANCE), active),
        "frustrated_share": _ratio(raw(Measure.FRUSTRATED), active),
        "satisfied_share": _ratio(raw(Measure.SATISFIED), active),
        "enchanted_share": _ratio(raw(Measure.ENCHANTED), active),
        "expectation_functional": _ratio(raw(Measure.EXPECTATION_FUNCTIONAL), active),
        "expectation_emotional": _ratio(raw(Measure.EXPECTATION_EMOTIONAL), active),
        "contacts": raw(Measure.CONTACTS),
        "complaints": raw(Measure.COMPLAINTS),
        "abandoned": raw(Measure.ABANDONED),
        "mean_wait_min": _ratio(raw(Measure.WAIT_MIN), raw(Measure.SERVED)),
        "fcr": _ratio(raw(Measure.FIRST_RESOLVED), raw(Measure.FIRST_CONTACTS)),
        "asked": raw(Measure.ASKED),
        "answered": raw(Measure.ANSWERED),
        "csat_answers": raw(Measure.CSAT_ANSWERS),
        "ces_answers": raw(Measure.CES_ANSWERS),
        "response_rate": _ratio(raw(Measure.ANSWERED), raw(Measure.ASKED)),
        "failures": raw(Measure.FAILURES),
        "settled": raw(Measure.SETTLED),
        "closed_unresolved": raw(Measure.CLOSED),
        "open_problems": raw(Measure.OPEN_PROBLEMS),
        "reached": raw(Measure.REACHED),
        "habituation": _ratio(raw(Measure.HABITUATION), active),
        "trust": _ratio(raw(Measure.TRUST), active),
        "account_credits": raw(Measure.CREDITED),
        "account_debits": raw(Measure.DEBITED),
        "account_forgotten": raw(Measure.FORGOTTEN),
        "account_balance": _stock(model, raw(Measure.CREDITED) - raw(Measure.DEBITED) - raw(Measure.FORGOTTEN)),
        "base_active": raw(Measure.BASE_ACTIVE),
        "base_churned": raw(Measure.BASE_CHURNED),
        "base_revenue": raw(Measure.BASE_REVENUE),
        "base_cost": raw(Measure.BASE_COST),
    }
    whole = {"prospects", "active", "lost", "acquired", "churned", "contacts", "complaints", "abandoned", "failures"}
    whole |= {
        "asked",
        "answered",
        "csat_answers",
        "ces_answers",
        "settled",
        "closed_unresolved",
        "open_problems",
        "reached",
        "base_active",
        "base_churned",
    }
    tick = np.repeat(np.arange(ticks), groups)
    table: dict[str, object] = {
        "segment": np.tile([*model.blueprint.segments, ALL], ticks),
        "tick": tick,
        "week": tick * model.weeks,
    }
    for name, values in columns.items():
        flat = values.reshape(-1)
        table[name] = flat.astype(np.int64) if name in whole else flat
    return pd.DataFrame(table)


def cohorts(model: CXModel) -> pd.DataFrame:
    """Return one row per cohort and tick: 0 is the initial base, m >= 1 the customers won in month m of the run.

    `age_weeks` counts from the start of the cohort's month. `active` is at the end of the tick.
    """
    rows = np.concatenate(model.record.cohorts) if model.record.cohorts else np.zeros((0, 6), np.int64)
    tick, cohort = rows[:, 0], rows[:, 1]
    born = np.maximum(0, cohort - 1) * 52.0 / 12.0
    return pd.DataFrame({
        "cohort": cohort,
        "tick": tick,
        "week": tick * model.weeks,
        "age_weeks": tick * model.weeks - born,
        "active": rows[:, 2],
        "churned": rows[:, 3],
        "revenue": rows[:, 4] / FIXED_POINT,
    })  # fmt: skip


def ledger(model: CXModel) -> pd.DataFrame:
    """Return one row per tick x touchpoint x channel x cause with bookings (ec); `avoidable` is a part of the debits."""
    rows = np.concatenate(model.record.ledger) if model.record.ledger else np.zeros((0, 5), np.int64)
    b = model.blueprint
    cell = rows[:, 1]
    cause = cell % N_CAUSES
    place = cell // N_CAUSES
    channels = len(b.channels) + 1
    debits = rows[:, 3] / FIXED_POINT
    avoidable = np.isin(cause, [int(c) for c in AVOIDABLE])
    return pd.DataFrame({
        "tick": rows[:, 0],
        "week": rows[:, 0] * model.weeks,
        "touchpoint": np.array(b.touchpoints)[place // channels],
        "channel": np.array([*b.channels, "none"])[place % channels],
        "cause": np.array([c.name.lower() for c in Cause])[cause],
        "credits": rows[:, 2] / FIXED_POINT,
        "debits": debits,
        "count": rows[:, 4],
        "avoidable": np.where(avoidable, debits, 0.0),
    })  # fmt: skip


def surveys(model: CXModel) -> pd.DataFrame:
    """Return one row per segment and tick: how many were asked and answered, and the distributions of what was said.

    `score_0` to `score_10` count respondents, `true_0` to `true_10` what all active customers would have said, `csat_1` to
    `csat_5` the answers after service.
    """
    answers = np.array(model.record.answers)
    sums = np.array(model.record.measures)
    ticks, groups, _ = answers.shape
    tick = np.repeat(np.arange(ticks), groups)
    flat = answers.reshape(ticks * groups, -1)
    table = {
        "segment": np.tile(model.blueprint.segments, ticks),
        "tick": tick,
        "week": tick * model.weeks,
        "asked": sums[:, :, Measure.ASKED].reshape(-1),
        "answered": sums[:, :, Measure.ANSWERED].reshape(-1),
    }
    table |= {f"score_{i}": flat[:, ASKED_SCORES + i] for i in range(11)}
    table |= {f"true_{i}": flat[:, i] for i in range(11)}
    table |= {f"csat_{i + 1}": flat[:, CSAT_MARKS + i] for i in range(5)}
    return pd.DataFrame(table)


def touchpoints(model: CXModel) -> pd.DataFrame:
    """Return one row per year x touchpoint x channel: encounters, zone shares, satisfaction, effort, waits.

    `net_mean` and the percentiles describe the net booking of an encounter at the touchpoint (ec), the same in every channel row.
    """
    b = model.blueprint
    frames = []
    middles: Floats = np.asarray(NET_LOW + NET_STEP * (np.arange(NET_BINS) + 0.5), np.float64)
    for period, (visits, nets) in enumerate(zip(model.record.visits, model.record.nets, strict=True)):
        for k, name in enumerate(b.touchpoints):
            spread = _spread(nets[k], middles)
            for c, channel in enumerate(b.channels):
                cell = visits[k, c]
                n = int(cell[Visit.COUNT])
                if n == 0 and not cell.any():
                    continue
                frames.append({
                    "year": period + 1, "touchpoint": name, "channel": channel,
                    "stage": model.spec.journey.touchpoints[name].stage, "encounters": n,
                    "below_zone": cell[Visit.BELOW] / max(n, 1), "above_zone": cell[Visit.ABOVE] / max(n, 1),
                    "norm_kept": cell[Visit.KEPT] / max(n, 1), "failures": int(cell[Visit.FAILURES]),
                    "switched": int(cell[Visit.SWITCHED]), "task_failed": int(cell[Visit.TASK_FAILED]),
                    "satisfaction": cell[Visit.SATISFACTION] / FIXED_POINT / max(n, 1),
                    "effort": cell[Visit.EFFORT] / FIXED_POINT / max(n, 1),
                    "wait_min": cell[Visit.WAIT_MIN] / FIXED_POINT / max(n, 1),
                    **spread,
                })  # fmt: skip
    return pd.DataFrame(frames)


def desks(model: CXModel) -> pd.DataFrame:
    """Return one row per tick and desk, in contacts of the represented base; a back office's wait is its backlog."""
    names = [*(queue.name for queue in model.queues), *(office.name for office in model.offices)]
    kinds = ["queue"] * len(model.queues) + ["back_office"] * len(model.offices)
    rows = [
        (tick, tick * model.weeks, name, kind, *day)
        for tick, days in enumerate(model.record.desks)
        for name, kind, day in zip(names, kinds, days, strict=True)
    ]
    header = ["tick", "week", "desk", "kind", "contacts", "abandoned_share", "mean_wait_min", "occupancy", "backlog"]
    return pd.DataFrame(rows, columns=header)


def tenures(model: CXModel) -> pd.DataFrame:
    """Return one row per year of the run x quarter of tenure: exposure in weeks, churned customers, revenue."""
    frames = [
        {
            "year": period + 1,
            "tenure_quarter": quarter,
            "exposure_weeks": sums[quarter, 0] * model.weeks,
            "churned": int(sums[quarter, 1]),
            "revenue": sums[quarter, 2] / FIXED_POINT,
        }
        for period, sums in enumerate(model.record.tenures)
        for quarter in np.flatnonzero(sums.any(axis=1))
    ]
    return pd.DataFrame(frames, columns=["year", "tenure_quarter", "exposure_weeks", "churned", "revenue"])


def nodes(model: CXModel) -> pd.DataFrame:
    """Return one row per year x node of the journey: how often it was entered."""
    frames = [
        {"year": period + 1, "node": name, "entered": int(sums[i])}
        for period, sums in enumerate(model.record.nodes)
        for i, name in enumerate(model.blueprint.nodes)
    ]
    return pd.DataFrame(frames, columns=["year", "node", "entered"])


def survivors(model: CXModel) -> pd.DataFrame:
    """Return the initial base by segment and whole years of tenure at the end: customers at start and still active, revenue."""
    rows = model.rows[: model.n_arrived]
    base = rows[rows["origin"] == 0]
    years = ((model.tick - base["since"]) * model.weeks // 52).astype(np.int64)
    alive = base["life"] == int(LifeCode.ACTIVE)
    paying = base["monthly_revenue"].astype(np.float64)
    paid_before = paying * 12 / 52 * (model.warmup_ticks - base["since"]) * model.weeks
    names = np.array(model.blueprint.segments)
    groups = int(years.max(initial=0)) + 1
    # Counted by number, many times faster than grouped by name; in the order of the names all the same.
    group = np.argsort(np.argsort(names))[base["segment"]] * groups + years
    used = np.flatnonzero(np.bincount(group))
    sums = {
        "customers": np.bincount(group)[used],
        "survivors": np.bincount(group, alive)[used].astype(np.int64),
        "monthly_revenue": np.bincount(group, paying * alive)[used],
        "paid_before": np.bincount(group, paid_before)[used],
    }
    return pd.DataFrame({"segment": np.sort(names)[used // groups], "tenure_years": used % groups, **sums})


def customer_table(model: CXModel) -> pd.DataFrame:
    """Return one row per customer who ever was active: who, from when to when, what they paid, cost and felt."""
    rows = model.rows[: model.n_arrived]
    kept = np.flatnonzero((rows["life"] == int(LifeCode.ACTIVE)) | (rows["life"] == int(LifeCode.LOST)))
    rows = rows[kept]
    start = model.warmup_ticks
    lost = rows["life"] == int(LifeCode.LOST)
    contracts = list(model.spec.population.contracts)
    opening = np.zeros(model.n_arrived)
    opening[: model.record.opening.size] = model.record.opening
    return pd.DataFrame({
        "customer": [_name(model, row) for row in kept.tolist()],
        "segment": np.array(model.blueprint.segments)[rows["segment"]],
        "contract": np.array(contracts)[rows["contract"]],
        "origin": np.where(rows["origin"] == 0, "base", "acquired"),
        "since_week": (rows["since"] - start) * model.weeks,
        "tenure_weeks": (np.where(lost, rows["left"], model.tick) - rows["since"]) * model.weeks,
        "status": np.where(lost, "lost", "active"),
        "left_week": np.where(lost, (rows["left"] - start) * model.weeks, np.nan),
        "exit_reason": np.array([code.name.lower() for code in ExitCode])[np.where(lost, rows["exit_reason"], 0)],
        "monthly_revenue": rows["monthly_revenue"].astype(np.float64),
        "revenue": rows["revenue"].astype(np.float64),
        "cost": rows["cost"].astype(np.float64),
        "value": rows["value"].astype(np.float64),
        "balance": model.customers.column("balance")[kept].astype(np.float64),
        "satisfaction": rows["satisfaction"].astype(np.float64),
        "trust": rows["trust"].astype(np.float64),
        "contacts": rows["contacts"].astype(np.int64),
        "opening_balance": opening[kept],
        "credits": rows["credited"].astype(np.float64),
        "debits": rows["debited"].astype(np.float64),
        "forgotten": rows["forgotten"].astype(np.float64),
        "reached": rows["reached"].astype(np.int64),
    })  # fmt: skip


def _name(model: CXModel, row: int) -> str:
    """Return the firm's name of a customer, else its number in the initial base or among the leads."""
    if row >= model.n_base:
        return f"lead {row - model.n_base}"
    return str(row) if model.customer_ids is None else str(model.customer_ids[row])


def _stock(model: CXModel, flow: Floats) -> Floats:
    """Return the sum of all accounts (ec) at the end of each tick, lost customers' as they left them; by tick and segment."""
    opening = model.record.opening
    own = np.bincount(model.rows["segment"][: opening.size], opening, len(model.blueprint.segments))
    return np.append(own, own.sum()) + np.cumsum(flow, axis=0)


def _fixed_costs(model: CXModel, active: Floats) -> Floats:
    """Return the costs that no single customer causes, spread over segments by active customers; ticks x (segments + all)."""
    money = np.array(model.record.fixed_costs)[:, None]
    return money * _ratio(active, active[:, -1:], empty=0.0)


def _ratio(part: Floats, whole: Floats, empty: float = np.nan) -> Floats:
    out = np.full(np.broadcast(part, whole).shape, empty)
    return np.asarray(np.divide(part, whole, out=out, where=whole > 0))


def _nps(scores: Ints) -> Floats:
    """Return the net promoter score, -100 to 100: share of 9 and 10 minus share of 0 to 6, in points."""
    total = scores.sum(axis=2).astype(np.float64)
    net = scores[:, :, 9:].sum(axis=2) - scores[:, :, :7].sum(axis=2)
    return 100.0 * _ratio(net.astype(np.float64), total)


def _spread(bins: Ints, middles: Floats) -> dict[str, float]:
    """Return mean, 10th, 50th and 90th percentile of binned net bookings (ec), to half a bin."""
    total = int(bins.sum())
    if total == 0:
        return {"net_mean": np.nan, "net_p10": np.nan, "net_p50": np.nan, "net_p90": np.nan}
    reached = np.cumsum(bins) / total
    found = {f"net_p{q}": float(middles[np.searchsorted(reached, q / 100)]) for q in (10, 50, 90)}
    return {"net_mean": float(bins @ middles) / total, **found}
