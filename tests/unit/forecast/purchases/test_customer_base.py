"""A log made by a known law is tracked by it; periods, people and money are counted as by hand."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from cxsim.errors import InputError, RunError
from cxsim.forecast.closed_forms import bg_nbd, sbg
from cxsim.forecast.closed_forms.clock import Clock
from cxsim.forecast.closed_forms.transactions import TransactionLog, read_transactions
from cxsim.forecast.purchases.by_period import by_period
from cxsim.forecast.purchases.contract import fit_contract
from cxsim.forecast.purchases.customer_base import CustomerBase, Terms, customer_base

TRUE = bg_nbd.BGNBD(0.6, 4.0, 0.8, 2.5)
START = pd.Timestamp("2024-01-01")
WEEKS, CALIBRATION, AMOUNT = 80, 40, 30.0


def log_of(customer: np.ndarray, day: np.ndarray, amount: np.ndarray | float = AMOUNT) -> TransactionLog:
    dates = START + pd.to_timedelta(np.asarray(day, dtype=np.int64), unit="D")
    return read_transactions(pd.DataFrame({"customer": customer, "date": dates, "amount": amount}))


def bought_by_law(customers: int, seed: int) -> TransactionLog:
    """Return a log of customers who live by BG/NBD, acquired over twelve weeks, their own mean amounts around 30."""
    rng = np.random.default_rng(seed)
    first = rng.integers(0, 84, customers)
    who, week = bg_nbd.simulate(TRUE, (7 * WEEKS - 1 - first) / 7.0, rng)
    level = AMOUNT * rng.gamma(4.0, 0.25, customers)
    everybody = np.concatenate([np.arange(customers), who])
    days = np.concatenate([first, np.ceil(first[who] + 7.0 * week)])
    amounts = level[everybody] * rng.gamma(6.0, 1.0 / 6.0, everybody.size)
    last = np.array([7 * WEEKS - 1]), np.array([0])
    return log_of(np.append(everybody, last[1]), np.append(days, last[0]), np.append(amounts, AMOUNT))


def due(freq: str, period: np.ndarray, day: np.ndarray | int = 1) -> pd.Series[pd.Timestamp]:
    """Return a day of the month or year counted from that of `START`, or of its first month, and at most the last one."""
    first = pd.period_range(START, periods=int(period.max()) + 1, freq=freq).to_timestamp()[period]
    return pd.Series(first + pd.to_timedelta(np.minimum(day, first.days_in_month) - 1, unit="D"))


def subscriptions(customers: int, seed: int, alpha: float = 0.7, beta: float = 4.0) -> TransactionLog:
    """Return a log of payments on the first of the month by customers who leave for good, an own probability after each."""
    rng = np.random.default_rng(seed)
    first = rng.integers(0, 6, customers)
    paid = rng.geometric(rng.beta(alpha, beta, customers))
    who = np.repeat(np.arange(customers), np.minimum(paid, 36 - first))
    month = first[who] + np.concatenate([np.arange(n) for n in np.minimum(paid, 36 - first)])
    return read_transactions(pd.DataFrame({"customer": who, "date": due("M", month), "amount": AMOUNT}))


@pytest.fixture(scope="module")
def base() -> CustomerBase:
    return customer_base(bought_by_law(1_500, seed=1), Terms(laws=("bg_nbd", "bg_bb"), calibration=CALIBRATION))


def row(table: pd.DataFrame, law: str) -> pd.Series:
    return table[table["law"] == law].iloc[0]


def test_the_law_of_the_log_foresees_its_holdout(base: CustomerBase) -> None:
    found = row(base.accuracy, "bg_nbd")
    assert found["customers"] == 1_500
    assert found["periods"] == WEEKS - CALIBRATION
    assert abs(found["cumulative_error_percent"]) < 5.0
    # Whether what came lies inside is a matter of luck for one log, and is counted over many in the statistical suite.
    assert found["lower_95"] < found["lower_80"] < found["expected"] < found["upper_80"] < found["upper_95"]
    estimates = base.fits.query("law == 'bg_nbd' and fitted_to == 'calibration'").set_index("parameter")
    for name in ("r", "alpha", "a", "b"):
        assert abs(estimates["value"][name] - getattr(TRUE, name)) < 3.5 * estimates["se"][name]


def test_a_base_whose_habits_change_after_the_calibration_is_not_foreseen() -> None:
    log = bought_by_law(1_500, seed=1)
    late = log.purchases["date"] > START + pd.Timedelta(days=7 * CALIBRATION)
    halved = log.purchases[~late | (np.arange(len(late)) % 2 == 0)].reset_index(drop=True)
    last = log.purchases["date"].max()
    if halved["date"].max() < last:
        halved = pd.concat([halved, log.purchases[log.purchases["date"] == last].head(1)], ignore_index=True)
    found = row(
        customer_base(TransactionLog(halved, ()), Terms(laws=("bg_nbd",), calibration=CALIBRATION)).accuracy, "bg_nbd"
    )
    assert found["error_percent"] > 60.0
    assert not found["lower_95"] < found["actual"] < found["upper_95"]


def test_the_tables_agree_with_each_other(base: CustomerBase) -> None:
    for law in ("bg_nbd", "bg_bb"):
        tracking, accuracy = base.tracking[base.tracking["law"] == law], row(base.accuracy, law)
        assert tracking["period"].tolist() == list(range(1, WEEKS + 1))
        assert tracking["part"].value_counts().to_dict() == {"calibration": CALIBRATION, "holdout": WEEKS - CALIBRATION}
        held = tracking[tracking["part"] == "holdout"]
        assert held["actual"].sum() == accuracy["actual"]
        holdout = base.holdout[base.holdout["law"] == law]
        assert holdout["customers"].sum() == accuracy["customers"]
        assert holdout["customers"] @ holdout["actual"] == pytest.approx(accuracy["actual"])
        assert holdout["customers"] @ holdout["expected"] == pytest.approx(accuracy["expected"])
        ahead, values = (
            base.forecast[base.forecast["law"] == law],
            base.customer_values[base.customer_values["law"] == law],
        )
        assert ahead["expected"].sum() == pytest.approx(values["purchases_next_26_weeks"].sum())
        assert ahead["period"].iloc[0] == WEEKS + 1
        assert values["p_alive"].between(0.0, 1.0).all()
    frequencies = base.frequencies
    assert frequencies["law"].unique().tolist() == ["bg_nbd"]
    assert frequencies["actual"].sum() == 1_500
    assert frequencies["expected"].sum() == pytest.approx(1_500)
    assert (abs(frequencies["expected"] / frequencies["actual"] - 1.0) < 0.2).all()


def test_money_is_margin_times_amount_discounted(base: CustomerBase) -> None:
    values = base.customer_values[base.customer_values["law"] == "bg_nbd"]
    assert values["spend"].mean() == pytest.approx(AMOUNT, rel=0.1)
    full = values["purchases_next_26_weeks"] * values["spend"]
    assert (values["value_next_26_weeks_pv_at_end"] < full).all()
    assert (values["value_next_26_weeks_pv_at_end"] > full / 1.10**0.5).all()
    assert values["lifetime_value_pv_at_end"].isna().all()
    discrete = base.customer_values[base.customer_values["law"] == "bg_bb"]
    assert (discrete["lifetime_value_pv_at_end"] > discrete["value_next_26_weeks_pv_at_end"]).all()
    log = bought_by_law(300, seed=9)
    whole, half = (customer_base(log, Terms(laws=("bg_nbd",), draws=50, margin=margin)) for margin in (1.0, 0.5))
    np.testing.assert_allclose(
        half.customer_values["value_next_26_weeks_pv_at_end"],
        0.5 * whole.customer_values["value_next_26_weeks_pv_at_end"],
    )


def test_a_log_without_amounts_has_no_values() -> None:
    purchases = bought_by_law(800, seed=2).purchases.assign(amount=np.nan)
    found = customer_base(TransactionLog(purchases, ()), Terms(laws=("pareto_nbd",)))
    assert (
        found.customer_values[["spend", "value_next_26_weeks_pv_at_end", "lifetime_value_pv_at_end"]]
        .isna()
        .all(axis=None)
    )
    assert found.customer_values["purchases_next_26_weeks"].gt(0.0).all()
    assert found.notes == ()


def test_the_same_seed_gives_the_same_tables_and_another_other_intervals() -> None:
    log = bought_by_law(500, seed=3)
    one, same, other = (customer_base(log, Terms(laws=("bg_nbd",), seed=seed, draws=60)) for seed in (4, 4, 5))
    pd.testing.assert_frame_equal(one.forecast, same.forecast)
    assert not one.forecast["upper_95"].equals(other.forecast["upper_95"])
    pd.testing.assert_series_equal(one.forecast["expected"], other.forecast["expected"])


def test_contracts_are_tracked_by_their_law_and_by_the_wider_one_that_contains_it() -> None:
    terms = Terms(laws=("sbg", "bg_bb"), unit="months", calibration=14, horizon=12)
    found = customer_base(subscriptions(4_000, seed=4), terms)
    contract, free = row(found.accuracy, "sbg"), row(found.accuracy, "bg_bb")
    assert abs(contract["error_percent"]) < 6.0
    assert contract["lower_95"] < contract["actual"] < contract["upper_95"]
    # Who buys in every period until the end is a BG/BB customer whose purchase probability is one.
    assert free["error_percent"] == pytest.approx(contract["error_percent"], abs=0.01)
    estimates = found.fits.query("law == 'sbg' and fitted_to == 'all'").set_index("parameter")
    assert abs(estimates["value"]["alpha"] - 0.7) < 3.5 * estimates["se"]["alpha"]
    values = found.customer_values[found.customer_values["law"] == "sbg"]
    assert set(values["p_alive"]) == {0.0, 1.0}
    assert values.loc[values["p_alive"] == 0.0, "lifetime_value_pv_at_end"].eq(0.0).all()


@pytest.mark.parametrize("freq", ["M", "Y"])
@pytest.mark.parametrize("day", ["1", "15", "31", "scattered"])
def test_contracts_are_recovered_whatever_day_is_paid_on(freq: str, day: str) -> None:
    rng = np.random.default_rng(12)
    customers, periods, truth = 4_000, 16, {"alpha": 0.7, "beta": 4.0}
    paid = np.minimum(rng.geometric(rng.beta(truth["alpha"], truth["beta"], customers)), periods)
    who = np.repeat(np.arange(customers), paid)
    period = np.concatenate([np.arange(n) for n in paid])
    dates = due(freq, period, 1 + rng.integers(0, 31, who.size) if day == "scattered" else int(day))
    log = read_transactions(pd.DataFrame({"customer": who, "date": dates, "amount": AMOUNT}))
    clock = Clock.of(log, "months" if freq == "M" else "years")
    assert clock.whole_periods(log.purchases["date"]) == periods
    contract = fit_contract(log, clock, periods)
    for name, value in truth.items():
        assert abs(getattr(contract.model, name) - value) < 3.0 * getattr(contract.model, f"se_{name}")
    assert contract.stays.sum() == (paid == periods).sum()
    assert contract.tracking(periods)[0].tolist() == [0, *((paid > k).sum() for k in range(1, periods))]


def test_nobody_is_lost_before_the_month_of_the_next_payment_is_over() -> None:
    rng = np.random.default_rng(13)
    paid = np.minimum(rng.geometric(rng.beta(0.7, 4.0, 1_500)), 9)
    who, month = np.repeat(np.arange(1_500), paid), np.concatenate([np.arange(n) for n in paid])
    day = 1 + rng.integers(0, 28, 1_500)[who]
    log = read_transactions(pd.DataFrame({"customer": who, "date": due("M", month, day), "amount": AMOUNT}))
    cut = TransactionLog(log.purchases[log.purchases["date"] <= "2024-09-10"], ())
    found = customer_base(cut, Terms(laws=("sbg",), unit="months", draws=50))
    assert found.customer_values["p_alive"].sum() == (paid >= 8).sum()
    assert found.forecast["last_day"].iloc[0] == pd.Timestamp("2024-09-30")
    assert any("purchases after the last whole period (2024-08-31) were left out" in note for note in found.notes)


def test_yearly_fees_of_one_cohort_are_fitted_as_published() -> None:
    paid = np.repeat([1, 2, 3, 4, 5], [249, 148, 89, 85, 429])
    who, year = np.repeat(np.arange(1_000), paid), np.concatenate([np.arange(n) for n in paid])
    log = read_transactions(pd.DataFrame({"customer": who, "date": due("Y", year), "amount": 1.0}))
    found = customer_base(log, Terms(laws=("sbg",), unit="years", horizon=5, draws=50))
    published = sbg.fit_sbg(1_000, [751, 603, 514, 429])
    values = found.fits.query("fitted_to == 'all'").set_index("parameter")["value"]
    assert (values["alpha"], values["beta"]) == (published.alpha, published.beta)
    assert found.tracking["actual"].tolist() == [0, 751, 603, 514, 429]


def test_columns_of_customers_name_their_unit_horizon_and_discounting(base: CustomerBase) -> None:
    assert base.customer_values.columns.tolist() == [
        "law", "customer", "first_date", "frequency", "recency_weeks", "age_weeks", "mean_spend", "p_alive",
        "purchases_next_26_weeks", "spend", "value_next_26_weeks_pv_at_end", "lifetime_value_pv_at_end",
    ]  # fmt: skip


def test_a_contract_that_has_ended_is_worth_nothing_even_where_the_mean_amount_is_infinite() -> None:
    purchases = subscriptions(2_000, seed=4).purchases
    rng = np.random.default_rng(11)
    # Customers' mean amounts of so heavy a tail (q below 1) have no mean.
    level = 10.0 / rng.gamma(0.7, 1.0, 2_000)
    amount = level[purchases["customer"]] * rng.gamma(3.0, 1.0 / 3.0, len(purchases))
    log = TransactionLog(purchases.assign(amount=amount), ())
    values = customer_base(log, Terms(laws=("sbg",), unit="months", calibration=14, draws=20)).customer_values
    ended = values[values["p_alive"] == 0.0]
    assert np.isinf(ended["spend"]).any()
    assert ended[["value_next_26_months_pv_at_end", "lifetime_value_pv_at_end"]].eq(0.0).all(axis=None)
    assert values.loc[values["p_alive"] == 1.0, "lifetime_value_pv_at_end"].gt(0.0).all()


def test_periods_and_purchases_counted_by_hand() -> None:
    log = log_of(
        np.array([1, 1, 1, 1, 2, 2, 3]), np.array([0, 1, 8, 30, 7, 27, 29]), np.array([1, 2, 4, 8, 16, 32, 64.0])
    )
    clock = Clock.of(log, "weeks")
    assert clock.periods(log.purchases["date"]).tolist() == [1, 1, 2, 5, 2, 4, 5]
    assert clock.whole_periods(log.purchases["date"]) == 4
    assert clock.last_day(4) == START + pd.Timedelta(days=27)
    grid = by_period(log, clock, 4)
    assert grid.customers[["customer", "frequency", "recency", "age", "mean_spend"]].to_numpy().tolist() == [
        [1, 1, 1, 3, 4],
        [2, 1, 2, 2, 32],
    ]
    assert grid.repeats(5).tolist() == [0, 1, 0, 1, 1]
    assert grid.bought(1).tolist() == [1, 0]


def test_what_lies_after_the_last_whole_period_is_left_out_and_said() -> None:
    log = bought_by_law(400, seed=6)
    whole = customer_base(log, Terms(laws=("bg_nbd",), unit="weeks", draws=60))
    extra = pd.DataFrame(
        {"customer": [0], "date": [log.purchases["date"].max() + pd.Timedelta(days=3)], "amount": [1.0]}
    )
    longer = TransactionLog(pd.concat([log.purchases, extra], ignore_index=True), ())
    found = customer_base(longer, Terms(laws=("bg_nbd",), unit="weeks", draws=60))
    assert found.notes == ("1 purchases after the last whole period (2025-07-13) were left out",)
    pd.testing.assert_frame_equal(found.accuracy, whole.accuracy)


@pytest.mark.parametrize(
    ("terms", "message"),
    [
        (Terms(laws=("bgnbd",)), "laws: must be among bg_nbd, pareto_nbd, bg_bb, sbg, got 'bgnbd'"),
        (Terms(unit="years"), "transactions: must span 4 whole years or more; give a shorter unit, got 1"),
        (Terms(calibration=80), "calibration: must leave some of the 80 weeks to hold against, got 80"),
        (Terms(calibration=1), "calibration: must leave some"),
    ],
)
def test_terms_that_a_log_cannot_meet_are_refused(terms: Terms, message: str) -> None:
    with pytest.raises(InputError, match=message):
        customer_base(bought_by_law(50, seed=5), terms)


def test_a_log_in_which_nobody_comes_back_fits_no_law() -> None:
    log = log_of(np.arange(200), np.arange(200))
    with pytest.raises(
        RunError, match="bg_nbd could not be fitted: frequency: needs at least one customer who bought again"
    ):
        customer_base(log, Terms(laws=("bg_nbd",)))


def test_free_purchases_are_not_tracked_as_contracts() -> None:
    free = row(customer_base(bought_by_law(1_500, seed=8), Terms(laws=("sbg",))).accuracy, "sbg")
    assert abs(free["error_percent"]) > 50.0
    assert not free["lower_95"] < free["actual"] < free["upper_95"]


def test_amounts_that_never_vary_are_taken_as_they_are_and_it_is_said() -> None:
    found = customer_base(subscriptions(500, seed=10), Terms(laws=("sbg",), unit="months", calibration=14))
    assert found.customer_values["spend"].eq(AMOUNT).all()
    assert any(
        note.startswith("amounts (sbg) follow no Gamma-Gamma, so every customer's own mean") for note in found.notes
    )


def test_a_contract_without_churn_cannot_be_projected() -> None:
    log = log_of(np.repeat(np.arange(30), 10), np.tile(np.arange(10) * 7, 30))
    with pytest.raises(InputError, match="churned: some customers must churn and some must stay"):
        fit_contract(log, Clock.of(log, "weeks"), 9)
