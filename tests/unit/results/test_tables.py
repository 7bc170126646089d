"""The tables of a run: the columns that are promised, whole numbers where things are counted, nothing made up."""

from __future__ import annotations

from functools import cache

import numpy as np

from tests.worlds import Tables, run, tables_of, world

WEEKLY = [
    "scenario",
    "replication",
    "segment",
    "tick",
    "week",
    "prospects",
    "active",
    "lost",
    "acquired",
    "churned",
    "churn_rate",
    "revenue",
    "contact_cost",
    "recovery_cost",
    "programme_cost",
    "profit",
    "nps_true",
    "nps_survey",
    "csat",
    "ces",
    "satisfaction",
    "balance",
    "frustrated_share",
    "enchanted_share",
    "expectation_functional",
    "expectation_emotional",
    "contacts",
    "complaints",
    "abandoned",
    "mean_wait_min",
    "fcr",
    "response_rate",
]
LEDGER = [
    "scenario",
    "replication",
    "tick",
    "touchpoint",
    "channel",
    "cause",
    "credits",
    "debits",
    "count",
    "avoidable",
]


@cache
def tables() -> Tables:
    return tables_of(run(world(200, 12, 3)))


def test_the_promised_columns_are_there() -> None:
    assert set(WEEKLY) <= set(tables()["weekly"].columns)
    assert set(LEDGER) <= set(tables()["ledger"].columns)


def test_columns_of_mechanisms_that_are_not_built_are_absent() -> None:
    later = {"won_back", "referrals", "share_of_voice", "rating", "traffic"}
    assert later.isdisjoint(tables()["weekly"].columns)


def test_there_is_a_row_for_every_segment_and_for_all_at_every_tick() -> None:
    weekly = tables()["weekly"]
    assert len(weekly) == 12 * 4
    assert weekly.groupby("tick")["segment"].apply(list).tolist() == [["value", "family", "pro", "all"]] * 12
    assert weekly["week"].tolist() == np.repeat(np.arange(12.0), 4).tolist()


def test_what_is_counted_is_a_whole_number() -> None:
    weekly = tables()["weekly"]
    for column in ("prospects", "active", "lost", "acquired", "churned", "contacts", "complaints", "abandoned"):
        assert weekly[column].dtype == np.int64


def test_shares_and_scores_stay_within_their_scales() -> None:
    weekly = tables()["weekly"]
    scales = {"nps_true": (-100, 100), "nps_survey": (-100, 100), "csat": (1, 5), "ces": (1, 7), "satisfaction": (0, 1)}
    scales |= dict.fromkeys(("churn_rate", "frustrated_share", "enchanted_share", "fcr", "response_rate"), (0, 1))
    for column, (low, high) in scales.items():
        assert weekly[column].dropna().between(low, high).all(), column


def test_a_mean_of_nobody_is_missing_not_zero() -> None:
    nobody = tables_of(run(world(30, 4, 0, {"surveys.relational.sample": 0.0, "surveys.transactional.sample": 0.0})))
    assert nobody["weekly"][["nps_survey", "csat", "response_rate"]].isna().all().all()


def test_every_customer_who_was_ever_active_has_one_row() -> None:
    customers = tables()["customers"]
    assert customers["customer"].is_unique
    assert (customers["origin"] == "base").sum() == 200
    leads = customers.loc[customers["origin"] == "acquired", "customer"]
    assert leads.str.startswith("lead ").all()
    assert set(customers["status"]) <= {"active", "lost"}
    assert customers["left_week"].notna().equals(customers["status"] == "lost")
