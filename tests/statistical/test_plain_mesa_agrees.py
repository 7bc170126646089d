"""The plain Mesa model that speed is measured against is the same world: its yearly numbers are cxsim's, within chance.

It shares no rule with cxsim but the Erlang formula, so this is also a second implementation of the whole telecom world.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from benchmarks.plain_mesa.model import TelecomModel
from benchmarks.telecom import telecom
from cxsim.engine.model import CXModel
from cxsim.results.tables import weekly
from cxsim.spec.scenario import Scenario

pytestmark = pytest.mark.slow

CUSTOMERS, WEEKS = 3_000, 52
MESA_RUNS, CXSIM_RUNS = 12, 40
FALSE_ALARM = 0.01
SUMS = (
    "acquired", "churned", "failures", "complaints", "contacts", "abandoned", "settled", "asked", "answered",
    "revenue", "contact_cost", "recovery_cost", "account_credits", "account_debits",
)  # fmt: skip
MEANS = (
    "active", "nps_true", "nps_survey", "csat", "satisfaction", "balance", "trust", "habituation",
    "expectation_functional", "expectation_emotional", "open_problems",
)  # fmt: skip


def year(table: pd.DataFrame) -> pd.Series[float]:
    """Sums and means of a year of weeks."""
    summed: pd.Series[float] = pd.concat([table[list(SUMS)].sum(), table[list(MEANS)].mean()])
    return summed


def world(**changes: float) -> Scenario:
    """Telecom without warm-up; `changes` name behavioural numbers, such as ``trust__up``."""
    return telecom(CUSTOMERS, WEEKS).with_changes(
        {f"behaviour.{name.replace('__', '.')}": value for name, value in changes.items()}
    )


def years_of_cxsim(scenario: Scenario) -> pd.DataFrame:
    """One row per replication."""
    rows = []
    for replication in range(CXSIM_RUNS):
        model = CXModel(scenario, 11, replication)
        while model.running:
            model.step()
        table = weekly(model)
        rows.append(year(table[table["segment"] == "all"]))
    return pd.DataFrame(rows)


def disagreements(ours: pd.DataFrame, theirs: pd.DataFrame) -> list[str]:
    """Numbers whose means differ by more than chance: two-sided Welch tests, Bonferroni over the numbers."""
    p_values = np.asarray(stats.ttest_ind(ours, theirs, equal_var=False).pvalue)
    level = FALSE_ALARM / len(ours.columns)
    return [
        f"{name}: {ours[name].mean():.5g} and {theirs[name].mean():.5g}, p = {p:.2g}"
        for name, p in zip(ours.columns, p_values, strict=True)
        if p < level
    ]


@pytest.fixture(scope="module")
def plain_years() -> pd.DataFrame:
    rows = []
    for seed in range(MESA_RUNS):
        model = TelecomModel(world(), rng=seed)
        for _ in range(WEEKS):
            model.step()
        rows.append(year(model.datacollector.get_model_vars_dataframe()))
    return pd.DataFrame(rows)


def test_the_plain_model_lives_in_the_same_world(plain_years: pd.DataFrame) -> None:
    assert disagreements(years_of_cxsim(world()), plain_years) == []


@pytest.mark.parametrize(
    ("changes", "found"),
    [
        ({"account__norm": 0.8}, "account_credits"),
        ({"expectation__should_ratchet": 0.0}, "habituation"),
        ({"appraisal__should_share": 0.0}, "account_debits"),
        ({"trust__down": 0.09}, "trust"),
        ({"failure__weight": 1.0}, "account_debits"),
        ({"complaint__severity": 1.5}, "complaints"),
        ({"recovery__weight": 6.0}, "account_credits"),
        ({"satisfaction__disconfirmation": 0.0}, "satisfaction"),
        ({"churn__level": 0.33}, "churned"),
        ({"survey__intercept": 7.6}, "nps_true"),
    ],
)
def test_a_world_with_another_rule_is_told_apart(
    plain_years: pd.DataFrame, changes: dict[str, float], found: str
) -> None:
    assert any(text.startswith(f"{found}:") for text in disagreements(years_of_cxsim(world(**changes)), plain_years))
