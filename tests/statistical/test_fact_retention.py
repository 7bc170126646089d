"""Retention: the closed form of the shifted beta-geometric, and why churn falls with tenure (F9, F9b)."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import cxsim
from cxsim.arrays import Floats
from cxsim.spec.scenario import Scenario
from tests.mechanisms import FREE, INDIFFERENT, NEW, SAME_FOR_ALL, weekly

CUSTOMERS = 30_000
BARE = {
    "journey.nodes": {
        "ad": {"touchpoint": "ad", "life": "lead", "next": {"live": 1.0}},
        "live": {"life": "active", "next": {"lost": "churn()"}},
        "lost": {"life": "lost"},
    },
    "journey.golden_path": [],
}
"""A journey in which customers live and leave, and nothing else."""

PURE = {**NEW, **INDIFFERENT, **FREE, **BARE}


def sbg_survival(alpha: float, beta: float, years: int) -> Floats:
    """Return the survival after 1 to `years` years; Fader & Hardie 2007, equation (6)."""
    n = np.arange(years)
    return np.cumprod((beta + n) / (alpha + beta + n))


def simulated_survival(scenario: Scenario, years: int, **changes: Any) -> Floats:
    sized = {"population.size": CUSTOMERS, "time.horizon_weeks": 52 * years + 1}
    run = cxsim.simulate(scenario.with_changes({**PURE, **sized, **changes}), seed=9)
    per_week = 7 if changes.get("time.tick") == "day" else 1
    active = weekly(run).loc[0]["active"].to_numpy()
    return active[[52 * year * per_week for year in range(1, years + 1)]] / CUSTOMERS


def check_survival(simulated: Floats, closed_form: Floats) -> None:
    assert np.abs(simulated - closed_form).max() <= 0.005, (simulated, closed_form)


HIGH_END, REGULAR = (0.668, 3.806), (0.704, 1.182)


def beta_geometric(alpha: float, beta: float) -> dict[str, Any]:
    return {"population.frailty": {"kind": "beta_geometric", "alpha": alpha, "beta": beta}}


def test_f9_the_closed_form_is_the_published_one() -> None:
    np.testing.assert_allclose(sbg_survival(*HIGH_END, 3), [0.851, 0.747, 0.670], atol=5e-4)
    # The published fit of the regular segment is on years 1 to 7.
    published = [0.631, 0.468, 0.382, 0.326, 0.289, 0.262, 0.241]
    np.testing.assert_allclose(sbg_survival(*REGULAR, 7), published, atol=0.01)


@pytest.mark.parametrize(("law", "years"), [(HIGH_END, 3), (REGULAR, 7)], ids=["high end", "regular"])
def test_f9_without_behaviour_survival_is_the_shifted_beta_geometric(
    telecom: Scenario, law: tuple[float, float], years: int
) -> None:
    check_survival(simulated_survival(telecom, years, **beta_geometric(*law)), sbg_survival(*law, years))


@pytest.mark.parametrize("law", [HIGH_END, REGULAR], ids=["high end", "regular"])
def test_f9_days_survive_as_weeks_do(telecom: Scenario, law: tuple[float, float]) -> None:
    simulated = simulated_survival(telecom, 3, **beta_geometric(*law), **{"time.tick": "day"})
    check_survival(simulated, sbg_survival(*law, 3))


@pytest.mark.parametrize(
    "bug",
    [
        {"behaviour.churn.level": 0.05},
        SAME_FOR_ALL,
        {"population.contracts.yearly.renews": True, "behaviour.churn.locked": 0.9},
    ],
    ids=["a level left in", "one hazard for all", "a contract left in"],
)
def test_f9_fails_where_something_is_left_in(telecom: Scenario, bug: dict[str, Any]) -> None:
    with pytest.raises(AssertionError, match="assert "):
        check_survival(simulated_survival(telecom, 3, **bug), sbg_survival(*HIGH_END, 3))


def tenure_decline(scenario: Scenario, **changes: Any) -> float:
    """Return the monthly hazard of months 1 to 3 over that of months 25 to 36, without contracts."""
    sized = {"population.size": 60_000, "time.horizon_weeks": 158}
    table = weekly(cxsim.simulate(scenario.with_changes({**NEW, **FREE, **sized, **changes}), seed=9)).loc[0]
    early, late = table.loc[1:13], table.loc[105:156]
    return float((early["churned"].sum() / early["active"].sum()) / (late["churned"].sum() / late["active"].sum()))


@pytest.mark.slow
def test_f9b_churn_falls_with_tenure_because_customers_differ(telecom: Scenario) -> None:
    assert tenure_decline(telecom, **INDIFFERENT) >= 1.4
    assert tenure_decline(telecom) >= 1.7


@pytest.mark.slow
def test_f9b_fails_where_customers_are_alike(telecom: Scenario) -> None:
    assert tenure_decline(telecom, **INDIFFERENT, **SAME_FOR_ALL) == pytest.approx(1.0, abs=0.06)
