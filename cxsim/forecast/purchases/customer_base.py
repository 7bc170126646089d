"""A log of transactions analysed: laws of buying fitted to its first periods, held against the others, and carried on.

Every law is fitted twice: to the calibration periods, for the tables that say what it is worth, and to all whole
periods, for what is still to come. The value of a customer is expected purchases times the expected amount of each
(Gamma-Gamma, which takes how much to be independent of how often) times the margin, discounted.

Sources: Fader, Hardie and Lee (2005); Fader and Hardie (2013); tables and tracking plots as in their papers.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np
import pandas as pd

from cxsim.errors import CxsimError, Fault, InputError, RunError
from cxsim.forecast.closed_forms import gamma_gamma
from cxsim.forecast.closed_forms.clock import Clock
from cxsim.forecast.closed_forms.discrepancy import FEWEST_PERIODS, path_intervals, with_discrepancy
from cxsim.forecast.closed_forms.likelihood import FloatArray
from cxsim.forecast.closed_forms.transactions import TransactionLog, Unit
from cxsim.forecast.purchases.any_day import BG_NBD, PARETO_NBD, fit_any_day
from cxsim.forecast.purchases.any_period import fit_any_period
from cxsim.forecast.purchases.contract import fit_contract
from cxsim.forecast.purchases.law import Fit, Fitted, parameter_table

LAWS: Mapping[str, Fit] = {
    "bg_nbd": partial(fit_any_day, BG_NBD),
    "pareto_nbd": partial(fit_any_day, PARETO_NBD),
    "bg_bb": fit_any_period,
    "sbg": fit_contract,
}
FEWEST = 4
"""Whole periods that a log must span: some to fit to and some to hold against."""
FEWEST_FITTED = 3
"""Periods that are fitted to where nothing else is asked: two do not show how the churn of a cohort changes."""
MOST_REPEATS = 7
STRONG_CORRELATION = 0.3
"""Of purchases with amounts, above which a note warns."""
RUN_IN = 3
"""The first of so many parts of the fitted periods does not teach the discrepancy: customers were still few."""


@dataclass(frozen=True)
class Terms:
    """What is asked of a log.

    Attributes
    ----------
    laws : among `LAWS`.
    unit : of the periods.
    calibration : periods that the laws are first fitted to; ``None`` for half of them, at least `FEWEST_FITTED`.
    horizon : periods ahead.
    levels : of the intervals, in percent.
    margin : share of an amount that is earned.
    discount_year : effective yearly rate.
    draws : simulated futures.
    seed : of the simulated futures.
    """

    laws: Sequence[str] = ("bg_nbd", "pareto_nbd")
    unit: Unit = "weeks"
    calibration: int | None = None
    horizon: int = 26
    levels: Sequence[float] = (80, 95)
    margin: float = 1.0
    discount_year: float = 0.10
    draws: int = 200
    seed: int = 0


@dataclass(frozen=True)
class CustomerBase:
    """What the laws say about a customer base; `law` names the law in every table.

    Attributes
    ----------
    fits : ``law, fitted_to (calibration or all), parameter, value, se, loglik, periods, customers``; the amounts'
        Gamma-Gamma among them, by the law whose purchases it is of.
    tracking : repeat purchases by period, of customers acquired in the calibration: ``law, period, last_day, part
        (calibration or holdout), actual, expected, actual_cumulative, expected_cumulative``.
    frequencies : customers by repeat purchases in the calibration, the last number or more: ``law, repeats, actual,
        expected``; laws that can be simulated.
    holdout : customers by repeat purchases in the calibration, and what they bought in the holdout on average:
        ``law, repeats, customers, actual, expected`` (given the histories).
    accuracy : the holdout in one row a law: ``law, customers, periods, actual, expected, error_percent`` of all
        purchases given the histories; ``cumulative_error_percent`` at the end and ``mape_percent`` over the holdout of
        the cumulative tracking; ``mae, rmse, correlation`` over customers; ``lower_L, upper_L`` of all purchases.
    forecast : repeat purchases of all customers in the periods after the log: ``law, period, last_day, expected,
        expected_cumulative`` and, where the law can be simulated, ``lower_L, upper_L`` and the same of the cumulative.
    customer_values : one row per law and customer: the history with ``recency_<unit>`` and ``age_<unit>``; ``p_alive``;
        ``purchases_next_<horizon>_<unit>`` expected and ``spend`` expected per purchase; the values
        ``value_next_<horizon>_<unit>_pv_at_end`` and, without end, ``lifetime_value_pv_at_end``, both discounted to the
        end of the last whole period; 0 for who has left for certain, missing where amounts are not known or there is no
        closed form.
    notes : what was done to the log, and what could not be fitted, in words.
    """

    fits: pd.DataFrame
    tracking: pd.DataFrame
    frequencies: pd.DataFrame
    holdout: pd.DataFrame
    accuracy: pd.DataFrame
    forecast: pd.DataFrame
    customer_values: pd.DataFrame
    notes: tuple[str, ...]

    def tables(self) -> dict[str, pd.DataFrame]:
        """Return the tables by name, the notes as one."""
        names = ("fits", "tracking", "frequencies", "holdout", "accuracy", "forecast", "customer_values")
        return {name: getattr(self, name) for name in names} | {"notes": pd.DataFrame({"note": self.notes}, dtype=str)}


def customer_base(log: TransactionLog, terms: Terms = Terms()) -> CustomerBase:
    """Return what the laws asked for say about the customers of a log.

    Raises
    ------
    InputError : a law that does not exist, or a log that is too short for its calibration.
    RunError : no law could be fitted.
    """
    clock, calibration, periods = check_span(log, terms)
    notes = list(log.notes)
    after = int((clock.periods(log.purchases["date"]) > periods).sum())
    if after:
        notes.append(f"{after} purchases after the last whole period ({clock.last_day(periods).date()}) were left out")
        kept = log.purchases[log.purchases["date"] <= clock.last_day(periods)]
        log = TransactionLog(kept.reset_index(drop=True), log.notes)
    parts: list[dict[str, pd.DataFrame]] = []
    for law in terms.laws:
        try:
            early, late = LAWS[law](log, clock, calibration), LAWS[law](log, clock, periods)
        except CxsimError as error:
            notes.append(f"{law} could not be fitted: {error}")
            continue
        if early.at_boundary or late.at_boundary:
            notes.append(f"{law}: a parameter lies at its bound, so the intervals do not hold its uncertainty")
        parts.append(_of_law(law, early, late, clock, calibration, periods, terms, notes))
    if not parts:
        raise RunError("\n".join(note for note in notes if "could not be fitted" in note))
    joined = {name: pd.concat([part[name] for part in parts], ignore_index=True) for name in parts[0]}
    return CustomerBase(**joined, notes=tuple(dict.fromkeys(notes)))


def check_span(log: TransactionLog, terms: Terms) -> tuple[Clock, int, int]:
    """Return the clock, the calibration periods and all whole periods of a log.

    Raises
    ------
    InputError : as `customer_base`.
    """
    unknown = [law for law in terms.laws if law not in LAWS]
    if unknown:
        raise InputError([Fault("laws", f"must be among {', '.join(LAWS)}", law) for law in unknown])
    if log.purchases.empty:
        raise InputError([Fault("transactions", "hold no purchase that was not returned")])
    clock = Clock.of(log, terms.unit)
    periods = clock.whole_periods(log.purchases["date"])
    if periods < FEWEST:
        rule = f"must span {FEWEST} whole {terms.unit} or more; give a shorter unit"
        raise InputError([Fault("transactions", rule, periods)])
    calibration = max(periods // 2, FEWEST_FITTED) if terms.calibration is None else terms.calibration
    if not 2 <= calibration < periods:
        raise InputError(
            [Fault("calibration", f"must leave some of the {periods} {terms.unit} to hold against", calibration)]
        )
    return clock, calibration, periods


def _of_law(
    law: str, early: Fitted, late: Fitted, clock: Clock, calibration: int, periods: int, terms: Terms, notes: list[str]
) -> dict[str, pd.DataFrame]:
    """Return the tables of one law by name."""
    rng = np.random.default_rng([terms.seed, list(LAWS).index(law)])
    tracking = _tracking(early, clock, calibration, periods)
    values, spend = _customer_values(late, clock, terms, notes, law)
    tables = {
        "fits": _parameters({"calibration": (early, calibration), "all": (late, periods)}, spend),
        "tracking": tracking,
        "frequencies": _frequencies(early, terms, rng),
        "holdout": _holdout(early, periods - calibration),
        "accuracy": _accuracy(early, tracking, calibration, periods, terms, rng),
        "forecast": _forecast(late, clock, periods, terms, rng),
        "customer_values": values,
    }
    return {name: table.assign(law=law)[["law", *table.columns]] for name, table in tables.items()}


def _parameters(fits: Mapping[str, tuple[Fitted, int]], spend: gamma_gamma.GammaGamma | None) -> pd.DataFrame:
    parts = [
        fitted.parameters.assign(fitted_to=to, loglik=fitted.loglik, periods=periods, customers=len(fitted.customers))
        for to, (fitted, periods) in fits.items()
    ]
    if spend is not None:
        table = parameter_table(spend, ("p", "q", "v"))
        table["parameter"] = "gamma_gamma_" + table["parameter"]
        last = parts[-1].iloc[0]
        parts.append(
            table.assign(fitted_to="all", loglik=spend.loglik, periods=last["periods"], customers=last["customers"])
        )
    return pd.concat(parts, ignore_index=True)[
        ["fitted_to", "parameter", "value", "se", "loglik", "periods", "customers"]
    ]


def _tracking(fitted: Fitted, clock: Clock, calibration: int, periods: int) -> pd.DataFrame:
    actual, expected = fitted.tracking(periods)
    period = np.arange(1, periods + 1)
    return pd.DataFrame({
        "period": period,
        "last_day": [clock.last_day(int(one)) for one in period],
        "part": np.where(period <= calibration, "calibration", "holdout"),
        "actual": actual,
        "expected": expected,
        "actual_cumulative": actual.cumsum(),
        "expected_cumulative": expected.cumsum(),
    })  # fmt: skip


def _frequencies(fitted: Fitted, terms: Terms, rng: np.random.Generator) -> pd.DataFrame:
    expected = fitted.repeated(MOST_REPEATS, terms.draws, rng)
    if expected is None:
        return pd.DataFrame(columns=["repeats", "actual", "expected"])
    seen = np.minimum(fitted.customers["frequency"].to_numpy(dtype=np.int64), MOST_REPEATS)
    actual = np.bincount(seen, minlength=MOST_REPEATS + 1)
    return pd.DataFrame({"repeats": np.arange(MOST_REPEATS + 1), "actual": actual, "expected": expected})


def _holdout(fitted: Fitted, periods: int) -> pd.DataFrame:
    """Return what customers of the same number of repeat purchases bought on average, and were expected to."""
    table = pd.DataFrame({
        "repeats": np.minimum(fitted.customers["frequency"].to_numpy(dtype=np.int64), MOST_REPEATS),
        "actual": fitted.bought(periods),
        "expected": fitted.ahead(periods).sum(axis=1),
    })  # fmt: skip
    grouped = table.groupby("repeats")
    return grouped.mean().assign(customers=grouped.size()).reset_index()[["repeats", "customers", "actual", "expected"]]


def _accuracy(
    fitted: Fitted, tracking: pd.DataFrame, calibration: int, periods: int, terms: Terms, rng: np.random.Generator
) -> pd.DataFrame:
    later = periods - calibration
    actual, expected = fitted.bought(later), fitted.ahead(later).sum(axis=1)
    error = expected - actual
    held = tracking[tracking["part"] == "holdout"]
    off = 100.0 * (held["expected_cumulative"] / held["actual_cumulative"] - 1.0)
    moving = actual.std() > 0.0 and expected.std() > 0.0
    row: dict[str, float] = {
        "customers": actual.size,
        "periods": later,
        "actual": float(actual.sum()),
        "expected": float(expected.sum()),
        "error_percent": float(100.0 * (expected.sum() / actual.sum() - 1.0)) if actual.sum() else np.nan,
        "cumulative_error_percent": float(off.iloc[-1]),
        "mape_percent": float(off.abs().mean()),
        "mae": float(np.abs(error).mean()),
        "rmse": float(np.sqrt(np.mean(error**2))),
        "correlation": float(np.corrcoef(actual, expected)[0, 1]) if moving else np.nan,
    }
    paths = _paths(fitted, calibration, later, terms, rng)
    for level in terms.levels:
        total = None if paths is None else path_intervals(paths, level / 100.0).iloc[-1]
        row[f"lower_{level:g}"] = np.nan if total is None else float(total["cumulative_low"])
        row[f"upper_{level:g}"] = np.nan if total is None else float(total["cumulative_high"])
    return pd.DataFrame([row])


def _forecast(fitted: Fitted, clock: Clock, periods: int, terms: Terms, rng: np.random.Generator) -> pd.DataFrame:
    expected = fitted.ahead(terms.horizon).sum(axis=0)
    period = periods + 1 + np.arange(terms.horizon)
    table = pd.DataFrame({
        "period": period,
        "last_day": [clock.last_day(int(one)) for one in period],
        "expected": expected,
        "expected_cumulative": expected.cumsum(),
    })  # fmt: skip
    paths = _paths(fitted, periods, terms.horizon, terms, rng)
    for level in terms.levels:
        ends = None if paths is None else path_intervals(paths, level / 100.0)
        for side, name in (("lower", "low"), ("upper", "high")):
            table[f"{side}_{level:g}"] = np.nan if ends is None else ends[name]
            table[f"cumulative_{side}_{level:g}"] = np.nan if ends is None else ends[f"cumulative_{name}"]
    return table


def _paths(fitted: Fitted, periods: int, ahead: int, terms: Terms, rng: np.random.Generator) -> FloatArray | None:
    """Return simulated purchases after the fit: chance, drawn parameters, and what the law missed while it was fitted.

    A base whose first periods are too few to show what the law misses has the first two only.
    """
    paths = fitted.paths(ahead, terms.draws, rng)
    if paths is None:
        return None
    actual, expected = (part[periods // RUN_IN :] for part in fitted.tracking(periods))
    if actual.size < FEWEST_PERIODS or not (expected > 0.0).all():
        return paths
    return with_discrepancy(actual, expected, paths, rng)


def _customer_values(
    fitted: Fitted, clock: Clock, terms: Terms, notes: list[str], law: str
) -> tuple[pd.DataFrame, gamma_gamma.GammaGamma | None]:
    """Return the table of customers and the fitted amounts, if they are known."""
    table, ahead = fitted.customers, fitted.ahead(terms.horizon)
    discount = (1.0 + terms.discount_year) ** clock.years - 1.0
    # What is bought within a period is discounted from its middle.
    factors = (1.0 + discount) ** -(np.arange(terms.horizon) + 0.5)
    forever = fitted.forever(discount)
    spend, amounts = _spend(table, notes, law)
    earned = spend * terms.margin
    to_come = f"next_{terms.horizon}_{terms.unit}"
    values = {
        f"purchases_{to_come}": ahead.sum(axis=1),
        "spend": spend,
        f"value_{to_come}_pv_at_end": _money(ahead @ factors, earned),
        "lifetime_value_pv_at_end": np.nan if forever is None else _money(forever, earned),
    }
    in_units = {name: f"{name}_{terms.unit}" for name in ("recency", "age")}
    return table.rename(columns=in_units).assign(**values), amounts


def _money(purchases: FloatArray, earned: FloatArray) -> FloatArray:
    """Return purchases times what is earned on each: 0 without any, whatever the amount, which may be infinite."""
    return np.multiply(purchases, earned, out=np.zeros_like(purchases), where=(purchases != 0.0) | np.isnan(earned))


def _spend(table: pd.DataFrame, notes: list[str], law: str) -> tuple[FloatArray, gamma_gamma.GammaGamma | None]:
    """Return the expected amount of each customer's next purchase, missing where no amount is known."""
    known = (table["frequency"] > 0) & (table["mean_spend"] > 0.0)
    if not known.any():
        return np.full(len(table), np.nan), None
    own = table["mean_spend"].where(known)
    try:
        amounts = gamma_gamma.fit_gamma_gamma(table["frequency"][known], own[known])
    except CxsimError as error:
        notes.append(f"amounts ({law}) follow no Gamma-Gamma, so every customer's own mean is taken: {error}")
        return own.fillna(own.mean()).to_numpy(), None
    if abs(amounts.frequency_correlation) > STRONG_CORRELATION:
        notes.append(
            f"amounts go with how often customers buy (correlation {amounts.frequency_correlation:.2f}, {law}), which the "
            "model of amounts takes to be independent: values of frequent customers are off"
        )
    return gamma_gamma.conditional_mean_spend(amounts, table["frequency"].where(known, 0), table["mean_spend"]), amounts
