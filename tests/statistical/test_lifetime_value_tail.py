"""The sBG tail estimates full lifetime value from a few observed years; cheaper rules do not."""

from __future__ import annotations

import resource
from time import perf_counter

import numpy as np
import pandas as pd
import pytest

from cxsim.forecast.closed_forms import sbg
from cxsim.forecast.lifetime_value import ValueTerms, customer_values, fit_tails, lifetime_value_table

DISCOUNT, MARGIN, CUSTOMERS, COHORTS = 0.10, 100.0, 1_000, 400


def _estimates(alpha: float, beta: float, years: int, rng: np.random.Generator) -> dict[str, np.ndarray]:
    """Return estimates of lifetime value from `years` of many cohorts, by rule; a year is paid for as it begins."""
    rules: dict[str, list[float]] = {"truncated": [], "last_hazard": [], "sbg": []}
    v = 1 / (1 + DISCOUNT)
    for _ in range(COHORTS):
        lifetime = rng.geometric(rng.beta(alpha, beta, CUSTOMERS))
        alive = np.array([(lifetime > year).mean() for year in range(years + 1)])
        observed = MARGIN * np.sum(alive * v ** np.arange(years + 1))
        at_end = MARGIN * alive[-1] * v**years
        stay = alive[-1] / alive[-2]
        fit = sbg.fit_sbg(CUSTOMERS, alive[1:] * CUSTOMERS)
        tail = sbg.discounted_residual_lifetime(fit.alpha, fit.beta, years, DISCOUNT)
        rules["truncated"].append(observed)
        rules["last_hazard"].append(observed + at_end * stay * v / (1 - stay * v))
        rules["sbg"].append(observed + at_end * float(tail))
    return {rule: np.asarray(values) for rule, values in rules.items()}


@pytest.mark.slow
@pytest.mark.parametrize(
    ("alpha", "beta", "years", "truncated", "last_hazard", "rmse"),
    [
        (0.704, 1.182, 3, -39.0, -15.7, 4.4),
        (0.704, 1.182, 7, -20.6, -4.3, 3.5),
        (0.668, 3.806, 3, -51.1, -13.4, 5.6),
        (0.668, 3.806, 7, -29.0, -4.6, 2.7),
    ],
)
def test_only_the_sbg_tail_is_unbiased(
    alpha: float, beta: float, years: int, truncated: float, last_hazard: float, rmse: float
) -> None:
    truth = MARGIN * float(sbg.discounted_residual_lifetime(alpha, beta, 0, DISCOUNT, "start"))
    estimates = _estimates(alpha, beta, years, np.random.default_rng(years))
    bias = {rule: 100 * (values.mean() / truth - 1) for rule, values in estimates.items()}
    assert bias["truncated"] == pytest.approx(truncated, abs=0.7)
    assert bias["last_hazard"] == pytest.approx(last_hazard, abs=1.0)
    assert abs(bias["sbg"]) < 1.0
    error = 100 * np.sqrt(np.mean((estimates["sbg"] / truth - 1) ** 2))
    assert error == pytest.approx(rmse, abs=0.8)


@pytest.mark.slow
def test_standard_errors_of_the_sbg_are_right_and_those_of_a_tenth_are_not() -> None:
    rng, inside, inside_a_tenth, worlds = np.random.default_rng(5), 0, 0, 400
    for _ in range(worlds):
        lifetime = rng.geometric(rng.beta(0.704, 1.182, CUSTOMERS))
        fit = sbg.fit_sbg(CUSTOMERS, [(lifetime > year).sum() for year in range(1, 8)])
        spread = np.sqrt(fit.log_covariance[0, 0])
        distance = abs(np.log(fit.alpha / 0.704))
        inside += bool(distance <= 1.96 * spread)
        inside_a_tenth += bool(distance <= 0.196 * spread)
    assert abs(inside / worlds - 0.95) < 0.035
    assert inside_a_tenth / worlds < 0.5


@pytest.mark.slow
def test_a_million_customers_are_valued_within_ten_seconds_and_two_gigabytes() -> None:
    rng, n, horizon = np.random.default_rng(6), 1_000_000, 156
    acquired = np.where(rng.random(n) < 0.7, -rng.integers(1, 300, n), rng.integers(0, horizon, n))
    entry = np.maximum(-acquired, 0)
    lifetime = entry + rng.geometric(rng.beta(1.2, 120.0 + entry))
    active = lifetime > horizon - acquired
    customers = pd.DataFrame(
        {
            "scenario": "baseline",
            "replication": np.repeat(np.arange(20), n // 20),
            "customer": np.tile(np.arange(n // 20), 20),
            "segment": np.where(rng.random(n) < 0.3, "business", "home"),
            "cohort": acquired // 26,
            "source": np.where(rng.random(n) < 0.3, "referral", "advertising"),
            "acquired_week": acquired,
            "tenure_weeks": np.minimum(lifetime, horizon - acquired),
            "status": np.where(active, "active", "lost"),
            "margin_discounted": rng.gamma(4.0, 200.0, n),
            "margin_last_weekly": np.where(active, rng.gamma(4.0, 2.5, n), 0.0),
        }
    )
    terms, started = ValueTerms(horizon), perf_counter()
    values = customer_values(customers, fit_tails(customers, by=("scenario", "segment")), terms)
    for by in ((), ("segment",), ("cohort",), ("source",), ("customer",)):
        table = lifetime_value_table(values, terms, by)
        assert table["lifetime_value_pv_at_start_per_customer"].notna().all()
    assert perf_counter() - started < 10.0
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss < 2 * 1024 * 1024
