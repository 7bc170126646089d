"""Lifetime value in parts: each against a world whose true value is known."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from cxsim.errors import InputError
from cxsim.forecast.closed_forms.sbg import discounted_residual_lifetime
from cxsim.forecast.lifetime_value import ValueColumns, ValueTerms, customer_values, fit_tails, lifetime_value_table
from cxsim.forecast.value_calendar import value_by_calendar_period

ALPHA, BETA, HORIZON = 1.2, 60.0, 104
TERMS = ValueTerms(HORIZON)
WEEK = TERMS.discount_per_week


def _world(customers: int, replications: int, seed: int, shock_sd: float = 0.0) -> pd.DataFrame:
    """Return customers of an sBG world with margin 10 a week, most of them acquired before the simulation."""
    rng = np.random.default_rng(seed)
    n = customers * replications
    replication = np.repeat(np.arange(replications), customers)
    acquired = np.where(rng.random(n) < 0.7, -rng.integers(1, 200, n), rng.integers(0, HORIZON, n))
    entry = np.maximum(-acquired, 0)
    lifetime = entry + rng.geometric(rng.beta(ALPHA, BETA + entry))
    active = lifetime > HORIZON - acquired
    margin = 10.0 * np.exp(rng.normal(0, shock_sd, replications))[replication] if shock_sd else np.full(n, 10.0)
    first = np.maximum(acquired, 0)
    last = np.where(active, HORIZON, first + lifetime - entry)
    v = 1 / (1 + WEEK)
    return pd.DataFrame(
        {
            "scenario": "baseline",
            "replication": replication,
            "customer": np.tile(np.arange(customers), replications),
            "segment": np.where(rng.random(n) < 0.3, "business", "home"),
            "cohort": acquired // 26,
            "source": "referral",
            "acquired_week": acquired,
            "tenure_weeks": np.minimum(lifetime, HORIZON - acquired),
            "status": np.where(active, "active", "lost"),
            "margin_discounted": margin * (v**first - v**last) / (1 - v),
            "margin_last_weekly": np.where(active, margin, 0.0),
        }
    )


@pytest.fixture(scope="module")
def world() -> pd.DataFrame:
    return _world(4_000, 10, seed=1)


def _cell(table: pd.DataFrame, column: str, row: int = 0) -> float:
    return float(table[column].to_numpy()[row])


def test_value_of_new_customers_lands_on_the_closed_form_and_a_truncated_sum_does_not(world: pd.DataFrame) -> None:
    values = customer_values(world, fit_tails(world), TERMS)
    table = lifetime_value_table(values, TERMS)
    truth = 10.0 * float(discounted_residual_lifetime(ALPHA, BETA, 0, WEEK, "start"))
    found = _cell(table, "new_customer_value_pv_at_acquisition_per_customer")
    assert found == pytest.approx(truth, rel=0.05)
    new = values[values["is_new"]]
    growth = (1 + WEEK) ** world.loc[values["is_new"], "acquired_week"]
    assert (new["simulated_margin_pv_at_start"] * growth).mean() < 0.75 * truth


def test_parts_add_up_and_the_two_values_exclude_each_other(world: pd.DataFrame) -> None:
    columns = ValueColumns(observed_margin="paid")
    values = customer_values(world.assign(paid=7.0), fit_tails(world), TERMS, columns)
    parts = values[["observed_margin", "simulated_margin_pv_at_start", "terminal_margin_pv_at_start"]].sum(axis=1)
    np.testing.assert_allclose(values["lifetime_value_pv_at_start"], parts)
    residual, new = values["residual_value_pv_at_start"], values["new_customer_value_pv_at_acquisition"]
    assert (residual.isna() == values["is_new"]).all()
    assert (new.isna() == ~values["is_new"]).all()
    np.testing.assert_allclose(residual.dropna(), (parts - 7.0)[residual.notna()])
    lost = (world["status"] == "lost").to_numpy()
    assert (values["terminal_margin_pv_at_start"].to_numpy()[lost] == 0).all()


def test_tables_by_segment_cohort_source_and_customer(world: pd.DataFrame) -> None:
    values = customer_values(world, fit_tails(world, by=("scenario", "segment")), TERMS)
    by_segment = lifetime_value_table(values, TERMS, ("segment",))
    assert by_segment["segment"].tolist() == ["business", "home"]
    assert by_segment["customers"].sum() == pytest.approx(4_000)
    assert len(lifetime_value_table(values, TERMS, ("customer",))) == 4_000
    assert len(lifetime_value_table(values, TERMS, ("cohort", "source"))) == world["cohort"].nunique()


def test_a_large_terminal_share_is_flagged(world: pd.DataFrame) -> None:
    tails = fit_tails(world)
    short = lifetime_value_table(customer_values(world, tails, TERMS), TERMS)
    assert _cell(short, "terminal_share") > 0.2
    assert bool(short["terminal_is_large"].all())
    near_nothing = customer_values(world.assign(margin_last_weekly=0.01), tails, TERMS)
    assert not lifetime_value_table(near_nothing, TERMS)["terminal_is_large"].any()


def test_intervals_know_that_customers_of_one_replication_share_shocks() -> None:
    truth_table = lifetime_value_table(_valued(_world(1_000, 400, seed=2, shock_sd=0.05)), TERMS)
    truth = _cell(truth_table, "lifetime_value_pv_at_start_per_customer")
    clustered = naive = 0
    worlds = 120
    values = _valued(_world(100, 20 * worlds, seed=3, shock_sd=0.05))
    for world_number in range(worlds):
        part = values.iloc[2_000 * world_number : 2_000 * (world_number + 1)]
        row = lifetime_value_table(part, TERMS)
        clustered += (
            _cell(row, "lifetime_value_pv_at_start_low") <= truth <= _cell(row, "lifetime_value_pv_at_start_high")
        )
        value = part["lifetime_value_pv_at_start"].to_numpy(dtype=float)
        naive += bool(abs(value.mean() - truth) <= 1.96 * value.std(ddof=1) / np.sqrt(value.size))
    assert abs(clustered / worlds - 0.95) < 0.06
    assert naive / worlds < 0.90


def _valued(world: pd.DataFrame) -> pd.DataFrame:
    return customer_values(world, pd.DataFrame({"alpha": [ALPHA], "beta": [BETA]}), TERMS)


def test_one_replication_has_no_interval(world: pd.DataFrame) -> None:
    values = customer_values(world[world["replication"] == 0], fit_tails(world), TERMS)
    assert np.isnan(_cell(lifetime_value_table(values, TERMS), "lifetime_value_pv_at_start_low"))


def test_calendar_periods_add_up_to_the_value(world: pd.DataFrame) -> None:
    tails = fit_tails(world)
    values = customer_values(world, tails, TERMS)
    weeks = [("baseline", replication, week, 100.0) for replication in range(10) for week in range(HORIZON)]
    weekly = pd.DataFrame(weeks, columns=["scenario", "replication", "week", "margin"])
    table = value_by_calendar_period(weekly, world, tails, TERMS, 80)
    assert table["period"].tolist() == list(range(1, 81))
    terminal = values["terminal_margin_pv_at_start"].sum() / 10
    assert table["terminal_margin_pv_at_start"].sum() == pytest.approx(terminal, rel=2e-3)
    simulated = 100.0 * np.sum((1 + WEEK) ** -np.arange(52.0))
    assert _cell(table, "simulated_margin_pv_at_start") == pytest.approx(simulated)
    assert (table["terminal_margin_pv_at_start"][:2] == 0).all()
    assert table["terminal_margin_pv_at_start"][2:].is_monotonic_decreasing
    assert _cell(table, "margin_pv_at_start_low", 5) < _cell(table, "margin_pv_at_start", 5)
    assert len(value_by_calendar_period(weekly, world, tails, TERMS, 1)) == 1


def test_tails_of_a_group_in_which_nobody_left_are_everybodys_and_say_so(world: pd.DataFrame) -> None:
    loyal = world.assign(status=np.where(world["segment"] == "business", "active", world["status"]))
    tails = fit_tails(loyal, by=("scenario", "segment"))
    assert tails["pooled"].tolist() == [True, False]
    assert tails["churned"].iloc[0] == 0
    assert fit_tails(loyal)["alpha"].item() == pytest.approx(_cell(tails, "alpha"))


def test_a_group_without_a_tail_is_refused(world: pd.DataFrame) -> None:
    tails = fit_tails(world, by=("segment",))
    with pytest.raises(InputError, match="tails: has no row for segment"):
        customer_values(world, tails[tails["segment"] == "home"], TERMS)


def test_a_missing_column_names_the_nearest(world: pd.DataFrame) -> None:
    with pytest.raises(InputError, match="column tenure_weeks: is not in the table; did you mean 'tenure_week'"):
        fit_tails(world.rename(columns={"tenure_weeks": "tenure_week"}))
