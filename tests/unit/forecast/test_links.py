from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy.special import expit, logit

from cxsim.forecast.api import forecast
from cxsim.forecast.links import logit_of_share
from cxsim.forecast.scenario import scenario_forecast


def test_a_zero_is_drawn_in_and_moves_nothing_else() -> None:
    rates = np.array([0.0, 0.002, 0.003, np.nan, 0.0021])
    found = logit_of_share(rates)
    np.testing.assert_allclose(found[[1, 2, 4]], logit(rates[[1, 2, 4]]), rtol=1e-12)
    assert expit(found[0]) == pytest.approx(0.001)
    assert np.isnan(found[3])


@pytest.mark.parametrize(
    ("shares", "expected"),
    [
        ([0.0] * 10, [0.05] * 10),  # half an event among ten
        ([1.0] * 10, [0.95] * 10),
        ([0.0, 1.0, 0.0, 1.0], [0.125, 0.875, 0.125, 0.875]),
        ([1.0, 0.998, 0.997], [0.999, 0.998, 0.997]),
        ([0.2, 0.4], [0.2, 0.4]),
    ],
)
def test_shares_of_nothing_and_all_stay_finite(shares: list[float], expected: list[float]) -> None:
    np.testing.assert_allclose(expit(logit_of_share(np.array(shares))), expected, rtol=1e-12)


def test_the_mirror_image_of_a_rate_has_the_opposite_logit() -> None:
    rates = np.array([0.0, 0.01, 0.03, 0.02])
    np.testing.assert_allclose(logit_of_share(1.0 - rates), -logit_of_share(rates), rtol=1e-9)


@pytest.mark.parametrize("model", ["state_space", "seasonal_naive"])
def test_one_step_without_an_event_does_not_raise_the_forecast(model: str) -> None:
    rates = expit(-6.2 + 0.1 * np.random.default_rng(4).standard_normal(60))
    clean, zero = rates.copy(), rates.copy()
    zero[0] = 0.0
    history = [pd.Series(values, index=pd.date_range("2021-01-31", periods=60, freq="ME")) for values in (clean, zero)]
    made = (forecast(one, target="lost_share", kind="rate", horizon=3).table for one in history)
    first, second = (table[table["model"] == model] for table in made)
    np.testing.assert_allclose(second["mean"], first["mean"], rtol=0.15)
    assert first["mean"].between(0.0015, 0.0027).all()


@pytest.mark.parametrize("model", ["state_space", "combination", "theta"])
@pytest.mark.parametrize("rate", [0.0, 1.0])
def test_a_rate_that_is_always_0_or_1_goes_on_as_any_constant_history(rate: float, model: str) -> None:
    history = pd.Series(np.full(48, rate), index=pd.date_range("2021-01-31", periods=48, freq="ME"))
    made = forecast(history, target="lost_share", kind="rate", horizon=3, models=[model])
    assert (made.table[["mean", "lower_95", "upper_95"]] == rate).all(axis=None)
    assert made.diagnostics["notes"].str.contains("the history is constant").all()
    carried = scenario_forecast(np.full(48, rate), None, np.full((20, 3), -0.3), model=model)
    assert (carried.total[carried.total["model"] == "nothing_done"]["mean"] == rate).all()


def test_many_zeros_without_an_exposure_are_spoken_of() -> None:
    rates = np.random.default_rng(0).binomial(100, 0.01, 48) / 100
    history = pd.Series(rates, index=pd.date_range("2021-01-31", periods=48, freq="ME"))
    made = forecast(history, target="lost_share", kind="rate", horizon=3, models=["state_space", "drift"])
    rows = made.diagnostics.set_index("model")
    assert "; exposure not known, apparently 100 customers: 0 and 1 are common" in str(rows["form"]["state_space"])
    assert "many rates are 0 or 1 and have no logit: state_space counts them" in str(rows["warnings"]["drift"])
