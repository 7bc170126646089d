"""The forecast under an intervention: anchored in the history, shifted by the emulated effect, its variance in parts."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy.special import expit

from cxsim.errors import InputError
from cxsim.forecast import api as forecast_api
from cxsim.forecast.emulate import emulate
from cxsim.forecast.links import Kind
from cxsim.forecast.past_event import past_event_effect
from cxsim.forecast.quantiles import Array
from cxsim.forecast.realisation import AS_SIMULATED, KAPPA, Estimate, update_kappa
from cxsim.forecast.scenario import ScenarioForecast, scenario_forecast

POINTS, HORIZON, CUSTOMERS = 36, 6, 4000


def history() -> tuple[Array, Array]:
    rng = np.random.default_rng(1)
    rates = rng.binomial(CUSTOMERS, expit(-3.2 + 0.05 * rng.standard_normal(POINTS))) / CUSTOMERS
    return rates, np.full(POINTS, float(CUSTOMERS))


def made(effects: Array, kappa: Estimate = KAPPA, parameters: Array | None = None) -> ScenarioForecast:
    rates, exposure = history()
    return scenario_forecast(rates, exposure, effects, kappa=kappa, parameters=parameters, draws=1500)


def test_no_effect_leaves_the_forecast_of_the_history_exactly() -> None:
    forecast = made(np.zeros((5, HORIZON)))
    assert np.array_equal(forecast.paths["scenario"], forecast.paths["nothing_done"])
    assert not forecast.paths["effect"].any()
    effect_parts = forecast.components[forecast.components["source"].isin(["monte_carlo", "realisation"])]
    assert effect_parts["variance"].eq(0.0).all()


def test_a_known_effect_shifts_the_logit_by_its_size() -> None:
    forecast = made(np.full((5, HORIZON), -0.5), AS_SIMULATED)
    table = forecast.table.set_index("model")["mean"]
    ratio = table.loc["scenario"].to_numpy() / table.loc["nothing_done"].to_numpy()
    assert ratio == pytest.approx(np.full(HORIZON, np.exp(-0.5)), rel=0.03)
    assert np.array_equal(forecast.paths["scenario"], forecast.paths["scenario_as_simulated"])


def test_a_realisation_below_one_lies_between_nothing_and_the_simulated_effect() -> None:
    total = made(np.full((5, HORIZON), -0.5)).total.set_index("model")["mean"]
    assert total["scenario_as_simulated"] < total["scenario"] < total["nothing_done"]


def test_variances_are_those_of_the_product_and_add_up() -> None:
    rng = np.random.default_rng(0)
    parameters = rng.standard_normal((200, 1))
    effects = -0.4 + 0.1 * parameters + 0.2 * rng.standard_normal((200, HORIZON))
    forecast = made(effects, KAPPA, parameters)
    first = forecast.components[forecast.components["step"] == 1].set_index("source")
    squared = 0.8**2 + 0.25**2
    assert first.loc["realisation", "variance"] == pytest.approx(0.25**2 * 0.4**2, rel=0.1)
    assert first.loc["parameter", "variance"] == pytest.approx(squared * 0.1**2, rel=0.5)
    assert first.loc["monte_carlo", "variance"] == pytest.approx(squared * 3 * 0.2**2 / 200, rel=0.25)
    assert first["share"].sum() == pytest.approx(1.0)
    drawn = emulate(effects, parameters).draws(20_000, rng)
    kappa = rng.normal(0.8, 0.25, (20_000, 1))
    stated = first.loc[["monte_carlo", "parameter", "realisation"], "variance"].sum()
    assert (kappa * drawn)[:, 0].var() == pytest.approx(stated, rel=0.05)


def test_replications_shrink_monte_carlo_error_and_nothing_else() -> None:
    rng = np.random.default_rng(2)
    few, many = (
        made(-0.4 + 0.2 * rng.standard_normal((pairs, HORIZON))).components.groupby("source")["variance"].mean()
        for pairs in (10, 160)
    )
    assert few["monte_carlo"] / many["monte_carlo"] == pytest.approx(16.0, rel=0.5)
    assert few["realisation"] == pytest.approx(many["realisation"], rel=0.3)


def test_what_the_parameters_leave_open_is_missing_where_they_were_not_drawn() -> None:
    effects = -0.4 + 0.2 * np.random.default_rng(2).standard_normal((20, HORIZON))
    found = made(effects).components.set_index("source")
    assert found.loc["parameter", ["variance", "share", "sd"]].isna().to_numpy().all()
    assert found["share"].groupby(found["step"]).sum().to_numpy() == pytest.approx(np.ones(HORIZON))


def test_luck_is_not_taken_for_what_the_parameters_leave_open() -> None:
    """Twenty pairs and five parameters that change nothing: a plain fit would follow the luck."""
    shares = []
    for seed in range(40):
        rng = np.random.default_rng([8, seed])
        emulated = emulate(0.2 * rng.standard_normal((20, 1)), rng.standard_normal((20, 5)))
        shares.append((emulated.parameter_variance[0], (emulated.weights @ emulated.residuals).var()))
    kept, luck = np.mean(shares, axis=0)
    plain = 5 / 20 * 0.2**2
    assert kept < 0.35 * plain
    assert luck < 0.1 * plain, "the residuals are free of the fit"


@pytest.mark.parametrize(("kind", "size"), [("positive", np.log(1.1)), ("real", 5.0)])
def test_an_effect_on_other_kinds_is_a_ratio_or_a_difference(kind: Kind, size: float) -> None:
    values = 100.0 + np.random.default_rng(6).standard_normal(POINTS)
    effects = np.full((5, HORIZON), size)
    forecast = scenario_forecast(values, None, effects, kind=kind, over_steps="sum", draws=1500, speed="fast")
    before, after = (forecast.paths[name] for name in ("nothing_done", "scenario_as_simulated"))
    assert after == pytest.approx(before * 1.1 if kind == "positive" else before + size)
    total = forecast.total.set_index("model")
    assert total["over_steps"].eq("sum").all()
    assert total.loc["nothing_done", "mean"] == pytest.approx(before.sum(axis=1).mean())
    first = forecast.components[forecast.components["step"] == 1].set_index("source")
    assert list(first.index) == ["history", "monte_carlo", "parameter", "realisation"]
    assert first.loc["realisation", "variance"] == pytest.approx(0.25**2 * size**2)
    # Within a twentieth of the spread of the draws: the sources are of first order.
    spread = forecast.paths["scenario"][:, 0].std()
    assert np.sqrt((first["sd"] ** 2).sum()) == pytest.approx(spread, rel=0.05)


def test_nothing_done_keeps_the_intervals_of_the_plain_forecast() -> None:
    values = 1e6 * np.exp(np.random.default_rng(7).normal(0.01, 0.02, 48).cumsum())
    plain = forecast_api.forecast(
        pd.Series(values, name="revenue"), target="revenue", horizon=HORIZON, kind="positive", season=12
    ).table
    under = scenario_forecast(values, None, np.zeros((5, HORIZON)), kind="positive", period=12).table
    plain, under = plain[plain["model"] == "combination"], under[under["model"] == "nothing_done"]
    for end in ("lower_95", "lower_80", "upper_80", "upper_95"):
        assert under[end].to_numpy() == pytest.approx(plain[end].to_numpy(), rel=0.01)


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"kind": "real", "exposure": np.ones(POINTS)}, "exposure: must only be given for kind='rate', this is real"),
        ({"kind": "positive", "model": "state_space"}, "models: state_space is for rates; history is positive"),
        ({"kappa": Estimate(1.0, -0.1)}, "kappa.sd: must not be negative, got -0.1"),
    ],
)
def test_what_has_no_sense_is_refused(given: dict[str, Any], said: str) -> None:
    with pytest.raises(InputError, match=f"^{re.escape(said)}$"):
        scenario_forecast(history()[0], given.pop("exposure", None), np.zeros((5, HORIZON)), **given)


def test_the_emulator_finds_a_quadratic_effect_under_noise() -> None:
    rng = np.random.default_rng(3)
    parameters = rng.uniform(-1, 1, (300, 2))
    true = -0.3 + 0.2 * parameters[:, 0] - 0.1 * parameters[:, 1] ** 2 + 0.1 * parameters[:, 0] * parameters[:, 1]
    emulated = emulate(true[:, None] + 0.1 * rng.standard_normal((300, 1)), parameters)
    assert np.sqrt(np.mean((emulated.fitted[:, 0] - true) ** 2)) < 0.025
    assert emulated.fitted[:, 0].std() == pytest.approx(true.std(), rel=0.1)


@pytest.mark.parametrize(
    ("effects", "parameters", "said"),
    [
        (np.zeros((1, 3)), None, "effects: must come from at least 2 pairs of arms, got 1"),
        (np.zeros((5, 3)), np.ones((4, 1)), "parameters: must have one row for each of the 5 pairs, got 4"),
        (
            np.full((5, 3), np.nan),
            None,
            "effects: must be finite, one row for each pair of arms and one column for each step",
        ),
        (
            np.zeros((5, 3)),
            np.arange(5.0)[:, None],
            "effects: must come from at least 6 pairs of arms, got 5",
        ),
    ],
)
def test_bad_effects_are_refused(effects: Array, parameters: Array | None, said: str) -> None:
    with pytest.raises(InputError, match=f"^{re.escape(said)}$"):
        made(effects, parameters=parameters)


def test_kappa_moves_towards_what_was_realised() -> None:
    updated = update_kappa(KAPPA, Estimate(-0.2, 0.01), Estimate(-0.4, 0.0))
    assert updated.mean == pytest.approx(0.5, abs=0.01)
    assert updated.sd < 0.03


def test_an_event_that_says_nothing_leaves_kappa_alone() -> None:
    updated = update_kappa(KAPPA, Estimate(0.5, 0.1), Estimate(0.0, 0.0))
    assert (updated.mean, updated.sd) == pytest.approx((0.8, 0.25))
    with pytest.raises(InputError, match=re.escape("observed_effect.sd: must be above 0, got 0.0")):
        update_kappa(KAPPA, Estimate(0.5, 0.0), Estimate(1.0, 0.0))


@pytest.mark.parametrize(("shape", "ramp"), [("step", 1), ("ramp", 6)])
def test_a_past_event_is_found(shape: str, ramp: int) -> None:
    rng = np.random.default_rng(4)
    event = np.clip((np.arange(72) - 40 + 1) / ramp, 0, 1)
    rates = rng.binomial(20_000, expit(-3.0 - 0.4 * event + 0.03 * rng.standard_normal(72))) / 20_000
    found = past_event_effect(rates, 40, "ramp" if shape == "ramp" else "step", ramp)
    assert abs(found.mean + 0.4) < 3 * found.sd < 0.15


def test_a_past_event_without_points_after_it_is_refused() -> None:
    with pytest.raises(InputError, match=r"^start: must leave 3 observed points before and after it, got 34$"):
        past_event_effect(history()[0], 34)
