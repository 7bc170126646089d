"""Every closed form against the numbers its authors printed."""

from __future__ import annotations

import numpy as np
import pytest

from cxsim.forecast.closed_forms import sbg

# Fader & Hardie (2007), percentage of the cohort surviving years 1-12.
REGULAR = (63.1, 46.8, 38.2, 32.6, 28.9, 26.2, 24.1, 22.3, 20.7, 19.4, 18.3, 17.3)
HIGH_END = (86.9, 74.3, 65.3, 59.3, 55.1, 51.7, 49.1, 46.8, 44.5, 42.7, 40.9, 39.4)


@pytest.mark.parametrize(
    ("cohort", "alpha", "beta", "loglik", "allowed_points"),
    [(REGULAR, 0.704, 1.182, -1680.3, 0.4), (HIGH_END, 0.668, 3.806, -1611.2, 1.7)],
)
def test_sbg_on_seven_years_predicts_year_twelve(
    cohort: tuple[float, ...], alpha: float, beta: float, loglik: float, allowed_points: float
) -> None:
    survivors = np.asarray(cohort) * 10
    fit = sbg.fit_sbg(1000, survivors[:7])
    assert (round(fit.alpha, 3), round(fit.beta, 3), round(fit.loglik, 1)) == (alpha, beta, loglik)
    predicted = 100 * float(sbg.survival(fit.alpha, fit.beta, 12))
    constant_churn = 100 * (survivors[6] / 1000) ** (12 / 7)
    assert abs(predicted - cohort[11]) <= allowed_points
    assert abs(constant_churn - cohort[11]) > allowed_points


@pytest.mark.parametrize(("parameters", "value"), [((0.704, 1.182), 369.5), ((0.668, 3.806), 592.2)])
def test_sbg_lifetime_value_of_100_a_year_at_ten_per_cent(parameters: tuple[float, float], value: float) -> None:
    found = sbg.expected_discounted_terminal(*parameters, 0, 100.0, 0.10, timing="start")
    assert float(found) == pytest.approx(value, abs=0.1)
