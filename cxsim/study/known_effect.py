r"""What churn models say about a lever, beside what the lever does.

In a simulation the same customers live twice, with the lever and without it, so the lever's effect on those whom it
reaches is known. A firm sees one of the two worlds only, and compares reached customers with others. Here the usual
analyses are run on that one world, and their estimates stand beside the truth.

=====================  =================================================================================================
analysis               what is compared
=====================  =================================================================================================
true                   reached customers with themselves in the world without the lever, from the period of their reach
as_seen                reached customers with those not reached
adjusted_at_start      the same, given tenure, satisfaction, contacts, contract and segment when the lever started
adjusted_over_time     the same, given these at the start of every period
=====================  =================================================================================================

Adjusting over time is right for a lever that is aimed by what is adjusted for and acts on leaving itself. A lever that
acts through satisfaction is explained away by it: what lies between cause and effect must not be held fixed.

Sources: Hernan and Robins (2020), Causal Inference: What If; time-varying hazard ratios, Cox (1972), Prentice and
Gloeckler (1978); survival by a changing state, Simon and Makuch (1984).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from cxsim.engine.warm import ensure_compiled
from cxsim.errors import Fault, InputError, nearest
from cxsim.forecast.survival.cox import fit_cox
from cxsim.forecast.survival.discrete_hazard import fit_discrete_hazard
from cxsim.forecast.survival.kaplan_meier import kaplan_meier
from cxsim.spec.scenario import Scenario
from cxsim.study.paired import check_confidence, paired_effect
from cxsim.study.pool import say
from cxsim.study.watch import Worlds, watch

FEWEST_CLUSTERS = 10
CHANGING = ("satisfaction", "contacts")
LASTING = ("tenure_weeks", "contract", "segment")
TRUE = "true"
ANALYSES = ("as_seen", "adjusted_at_start", "adjusted_over_time")
MODELS = ("discrete_hazard", "cox")
WITH, WITHOUT, OTHERS = "reached", "reached, without the lever", "not reached"


@dataclass(frozen=True)
class KnownEffect:
    """Estimates of a lever's effect on churn beside the true one.

    Attributes
    ----------
    table : one row per analysis and model: ``analysis, model, hazard_ratio, low, high, coefficient, se, error`` (of the
        coefficient, estimate less truth), ``holds_truth`` (whether the interval holds the true ratio).
    lost : one row: ``reached`` customers, of whom were lost per 1,000 by the end ``lost_without``, ``lost_with``, their
        paired ``difference`` over replications with ``low`` and ``high``.
    curves : Kaplan-Meier curves over weeks since the lever's start, ``who`` being reached customers, the same without
        the lever, and customers not reached (customers change from one to the other when they are reached):
        ``who, time, at_risk, churned, survival, low, high``.
    clustered_by : what the rows were grouped by for the errors: ``replication``, or ``customer`` where there are fewer
        than ten replications.
    """

    table: pd.DataFrame
    lost: pd.DataFrame
    curves: pd.DataFrame
    clustered_by: str


def known_effect(
    scenario: Scenario,
    intervention: str,
    *,
    replications: int = 10,
    seed: int = 0,
    every_weeks: int = 4,
    confidence: float = 0.95,
) -> KnownEffect:
    """Return what churn models estimate for an intervention of the scenario, beside its true effect.

    Customers who are active when the intervention starts are followed to the end of the run; `as_seen` and what is
    adjusted use the world with the intervention only. All rows are kept in memory: customers x periods x replications.

    Parameters
    ----------
    intervention : a lever of the scenario whose target leaves some customers out.
    every_weeks : length of the periods in which the firm looks at its customers.

    Raises
    ------
    InputError : no such intervention, one that starts after the run's end, or that reaches everybody or nobody.
    """
    _check(scenario, intervention, replications, every_weeks)
    check_confidence(confidence)
    ensure_compiled(scenario, say)
    worlds = [watch(scenario, intervention, seed, replication, every_weeks) for replication in range(replications)]
    without, treated = _together(worlds)
    if treated["reached"].nunique() < 2:
        who = "everybody" if treated["reached"].all() else "nobody"
        rule = f"must reach some customers and leave some out; it reaches {who}"
        raise InputError([Fault(f"interventions.{intervention}.target", rule)])
    twins = _twins(treated, without)
    by = "replication" if replications >= FEWEST_CLUSTERS else "customer"
    rows = []
    for model in MODELS:
        truth = _true_row(twins, model, by, confidence)
        rows += [truth, *(_row(_designs(treated)[analysis], analysis, model, by, confidence) for analysis in ANALYSES)]
    return KnownEffect(
        _beside_truth(pd.DataFrame(rows)), _lost(twins, confidence), _curves(treated, twins, confidence), by
    )


def _check(scenario: Scenario, intervention: str, replications: int, every_weeks: int) -> None:
    library = scenario.interventions
    faults = [
        Fault(name, "must be at least 1", number)
        for name, number in (("replications", replications), ("every_weeks", every_weeks))
        if number < 1
    ]
    if intervention not in library:
        faults.append(Fault("intervention", "no such intervention", intervention, nearest(intervention, library)))
    elif library[intervention].start_week >= scenario.time.horizon_weeks:
        rule = f"must be before the end of the run (time.horizon_weeks is {scenario.time.horizon_weeks})"
        faults.append(Fault(f"interventions.{intervention}.start_week", rule, library[intervention].start_week))
    if faults:
        raise InputError(faults)


def _together(worlds: Sequence[Worlds]) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the rows of all replications without and with the lever, their customers numbered through."""
    rows = pd.concat([table for pair in worlds for table in pair], ignore_index=True)
    customer = rows.groupby(["replication", "customer"], sort=False).ngroup()
    in_treated = np.concatenate([np.full(len(table), place) for pair in worlds for place, table in enumerate(pair)])
    rows = rows.assign(customer=customer)
    without, treated = (rows[in_treated == place].reset_index(drop=True) for place in (0, 1))
    return without, treated


def _twins(treated: pd.DataFrame, without: pd.DataFrame) -> pd.DataFrame:
    """Return the rows of reached customers in both worlds from the period of their reach on; ``lever`` tells them apart."""
    reached = treated[treated["reached"] == 1]
    since = without["customer"].map(reached.groupby("customer")["start_week"].min())
    same = without[without["start_week"] >= since]
    return pd.concat([reached.assign(lever=1), same.assign(lever=0)], ignore_index=True)


def _designs(treated: pd.DataFrame) -> dict[str, tuple[pd.DataFrame, list[str]]]:
    """Return for every analysis its rows and covariates, the lever's first; what does not vary is left out."""
    at_start = treated.groupby("customer", sort=False)[list(CHANGING)].transform("first")
    fixed = treated.assign(**{name: at_start[name] for name in CHANGING})
    known = [name for name in (*CHANGING, *LASTING) if _varies(treated[name])]
    known_at_start = [name for name in known if _varies(fixed[name])]
    return {
        "as_seen": (treated, ["reached"]),
        "adjusted_at_start": (fixed, ["reached", *known_at_start]),
        "adjusted_over_time": (treated, ["reached", *known]),
    }


def _varies(column: pd.Series) -> bool:
    return bool((column != column.iloc[0]).any())


def _row(
    design: tuple[pd.DataFrame, Sequence[str]], analysis: str, model: str, by: str, confidence: float
) -> dict[str, object]:
    """Return the lever's row in the table of effects of one fitted model."""
    effect = _FITTERS[model](*design, by, confidence).iloc[0]
    return {"analysis": analysis, "model": model, **effect[["hazard_ratio", "low", "high", "coefficient", "se"]]}


def _true_row(twins: pd.DataFrame, model: str, by: str, confidence: float) -> dict[str, object]:
    """Return the true effect: exactly 1 where both worlds are the same, in which errors cannot be estimated."""
    key = ["customer", "start_week"]
    lost = [rows.set_index(key)["churned_now"].sort_index() for _, rows in twins.groupby("lever")]
    if lost[0].equals(lost[1]):
        return {
            "analysis": TRUE,
            "model": model,
            "hazard_ratio": 1.0,
            "low": 1.0,
            "high": 1.0,
            "coefficient": 0.0,
            "se": 0.0,
        }
    return _row((twins, ["lever"]), TRUE, model, by, confidence)


def _hazard(rows: pd.DataFrame, covariates: Sequence[str], by: str, confidence: float) -> pd.DataFrame:
    period = rows["start_week"].rank(method="dense").astype(np.int64)
    return fit_discrete_hazard(
        rows.assign(period=period), covariates, period="period", cluster=by, confidence=confidence
    ).effects


def _cox(rows: pd.DataFrame, covariates: Sequence[str], by: str, confidence: float) -> pd.DataFrame:
    return fit_cox(
        rows, "end_week", "churned_now", covariates, entry="start_week", cluster=by, confidence=confidence
    ).effects


_FITTERS: dict[str, Callable[[pd.DataFrame, Sequence[str], str, float], pd.DataFrame]] = {
    "discrete_hazard": _hazard,
    "cox": _cox,
}


def _beside_truth(table: pd.DataFrame) -> pd.DataFrame:
    true = table["model"].map(table[table["analysis"] == TRUE].set_index("model")["coefficient"])
    ratio = np.exp(true)
    return table.assign(
        error=table["coefficient"] - true, holds_truth=(table["low"] <= ratio) & (ratio <= table["high"])
    )


def _lost(twins: pd.DataFrame, confidence: float) -> pd.DataFrame:
    """Return how many of those reached were lost per 1,000 with the lever and without it, over replications."""
    customers = twins[twins["lever"] == 1].groupby("replication")["customer"].nunique()
    lost = twins.groupby(["lever", "replication"])["churned_now"].sum()
    without, treated = (1000.0 * lost[lever].reindex(customers.index) / customers for lever in (0, 1))
    effect = paired_effect(without, treated, confidence, higher_is_better=False)
    return pd.DataFrame([{
        "reached": int(customers.sum()),
        "lost_without": effect.baseline,
        "lost_with": effect.treated,
        "difference": effect.difference,
        "low": effect.ci_low,
        "high": effect.ci_high,
    }])  # fmt: skip


def _curves(treated: pd.DataFrame, twins: pd.DataFrame, confidence: float) -> pd.DataFrame:
    groups = {WITH: treated[treated["reached"] == 1], WITHOUT: twins[twins["lever"] == 0]}
    groups[OTHERS] = treated[treated["reached"] == 0]
    rows = pd.concat([group.assign(who=who) for who, group in groups.items()], ignore_index=True)
    return kaplan_meier(rows, "end_week", "churned_now", entry="start_week", by="who", confidence=confidence)
