"""Hazard models recover what made customers leave, and say how sure they are."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from statsmodels.duration.hazard_regression import PHReg

from cxsim.errors import InputError, RunError
from cxsim.forecast.survival.calibration import calibration_table, concordance
from cxsim.forecast.survival.cox import fit_cox, predict_survival, relative_risk
from cxsim.forecast.survival.discrete_hazard import expand_periods, fit_discrete_hazard, predict_hazard
from tests.unit.forecast.survival.test_kaplan_meier import CONTROL, TREATED

TRUE_EFFECT = 0.5


def _monthly_customers(n: int, seed: int) -> pd.DataFrame:
    """Return customers of a proportional-hazards world seen once a month: many ties."""
    rng = np.random.default_rng(seed)
    problem = rng.random(n) < 0.5
    plan = rng.choice(["basic", "gold"], n)
    hazard = 0.08 * np.exp(TRUE_EFFECT * problem - 0.4 * (plan == "gold"))
    month = np.ceil(rng.exponential(1.0 / hazard)).astype(int)
    return pd.DataFrame(
        {
            "customer": np.arange(n),
            "months": np.minimum(month, 12),
            "churned": month <= 12,
            "problem": problem.astype(int),
            "plan": plan,
        }
    )


def _of(effects: pd.DataFrame, term: str, column: str = "coefficient") -> float:
    return float(effects.loc[effects["term"] == term, column].to_numpy()[0])


def test_cox_on_the_published_trial_with_ties() -> None:
    rows = [(week, event, 0) for week, event in TREATED] + [(week, 1, 1) for week in CONTROL]
    trial = pd.DataFrame(rows, columns=["weeks", "relapsed", "control"])
    effect = fit_cox(trial, "weeks", "relapsed", ["control"]).effects.iloc[0]
    # R coxph with Efron's ties; Breslow's gives 1.5092.
    assert effect["coefficient"] == pytest.approx(1.5721, abs=1e-4)
    assert effect["se"] == pytest.approx(0.4124, abs=1e-4)


def test_cox_and_discrete_hazard_recover_effects_that_breslow_ties_pull_to_nought() -> None:
    table = _monthly_customers(20_000, seed=1)
    cox = fit_cox(table, "months", "churned", ["problem", "plan"]).effects
    long = expand_periods(table, "months", "churned", "customer")
    discrete = fit_discrete_hazard(long, ["problem", "plan"]).effects
    assert list(discrete["term"]) == ["problem", "plan=gold"]
    for term, truth in (("problem", TRUE_EFFECT), ("plan=gold", -0.4)):
        assert abs(_of(discrete, term) - truth) < 3 * _of(discrete, term, "se")
        assert abs(_of(cox, term) - truth) < 4 * _of(cox, term, "se")
    x = table[["problem"]].assign(gold=table["plan"] == "gold").to_numpy(dtype=float)
    breslow = PHReg(table["months"], x, status=table["churned"].astype(int), ties="breslow").fit()
    assert breslow.params[0] < _of(cox, "problem")
    assert abs(breslow.params[0] - TRUE_EFFECT) > abs(_of(cox, "problem") - TRUE_EFFECT)


def test_a_covariate_that_changes_over_time_is_found_and_its_shuffle_is_not() -> None:
    rng = np.random.default_rng(3)
    table = pd.DataFrame({"customer": np.arange(4_000), "months": 18, "churned": False})
    long = expand_periods(table, "months", "churned", "customer")
    unhappy = rng.random(len(long)) < 0.2
    hazard = 1 - np.exp(-np.exp(-3.5 + 1.0 * unhappy))
    long["unhappy"] = unhappy.astype(int)
    long["churned_now"] = rng.random(len(long)) < hazard
    gone_before = long.groupby("customer")["churned_now"].cumsum() - long["churned_now"] > 0
    long = long[~gone_before]
    effect = fit_discrete_hazard(long, ["unhappy"]).effects.iloc[0]
    assert abs(effect["coefficient"] - 1.0) < 3 * effect["se"]
    shuffled = long.assign(unhappy=rng.permutation(long["unhappy"]))
    assert fit_discrete_hazard(shuffled, ["unhappy"]).effects["p_value"].item() > 0.01


@pytest.mark.parametrize("model", ["cox", "discrete"])
def test_customers_of_one_replication_share_shocks_and_clustered_errors_know(model: str) -> None:
    rng = np.random.default_rng(4)
    replication = np.repeat(np.arange(40), 100)
    treated, shock = replication % 2, rng.normal(0, 0.6, 40)[replication]
    month = np.ceil(rng.exponential(1 / (0.1 * np.exp(shock)))).astype(int)
    table = pd.DataFrame({"c": np.arange(4_000), "m": np.minimum(month, 12), "churned": month <= 12})
    table = table.assign(treated=treated, replication=replication)
    if model == "cox":
        naive = fit_cox(table, "m", "churned", ["treated"]).effects["se"].item()
        clustered = fit_cox(table, "m", "churned", ["treated"], cluster="replication").effects["se"].item()
    else:
        long = expand_periods(table, "m", "churned", "c")
        naive = fit_discrete_hazard(long, ["treated"]).effects["se"].item()
        clustered = fit_discrete_hazard(long, ["treated"], cluster="replication").effects["se"].item()
    assert clustered > 3 * naive


def test_person_periods_of_a_handful_of_customers() -> None:
    table = pd.DataFrame({"id": ["a", "b"], "from": [0, 2], "to": [2, 3], "lost": [True, False]})
    long = expand_periods(table, "to", "lost", "id", entry="from")
    assert long["id"].tolist() == ["a", "a", "b"]
    assert long["tenure_period"].tolist() == [1, 2, 3]
    assert long["churned_now"].tolist() == [False, True, False]


def test_predictions_are_calibrated_and_a_shifted_model_is_not() -> None:
    train, test = _monthly_customers(10_000, seed=5), _monthly_customers(10_000, seed=6)
    model = fit_cox(train, "months", "churned", ["problem", "plan"])
    churn = 1 - predict_survival(model, test, [6])[:, 0]
    table = calibration_table(test, churn, "months", "churned", 6, groups=4)
    assert table["customers"].tolist() == [2_500] * 4
    assert (table["predicted"].between(table["low"] - 0.01, table["high"] + 0.01)).all()
    shifted = calibration_table(test, np.minimum(churn * 1.3, 1), "months", "churned", 6, groups=4)
    assert not (shifted["predicted"].between(shifted["low"] - 0.01, shifted["high"] + 0.01)).any()


def test_discrete_hazard_predicts_the_survival_it_was_fitted_on() -> None:
    table = _monthly_customers(20_000, seed=7)
    long = expand_periods(table, "months", "churned", "customer")
    model = fit_discrete_hazard(long, ["problem"], band_starts=range(1, 13))
    everybody = pd.DataFrame({"tenure_period": np.tile(np.arange(1, 13), 2), "problem": np.repeat([0, 1], 12)})
    survival = np.cumprod((1 - predict_hazard(model, everybody)).reshape(2, 12), axis=1)[:, -1]
    observed = 1 - table.groupby("problem")["churned"].mean()
    np.testing.assert_allclose(survival, observed, atol=0.012)


def test_concordance_of_small_cases_counted_by_hand() -> None:
    table = pd.DataFrame({"t": [1, 2, 3, 3], "c": [1, 1, 1, 0]})
    assert concordance(table, [4, 3, 2, 1], "t", "c") == 1.0
    assert concordance(table, [1, 2, 3, 4], "t", "c") == 0.0
    assert concordance(table, [1, 1, 1, 1], "t", "c") == 0.5
    assert np.isnan(concordance(table.assign(c=0), [1, 2, 3, 4], "t", "c"))


def test_concordance_equals_the_count_over_all_pairs() -> None:
    rng = np.random.default_rng(8)
    t, c, risk = rng.integers(1, 12, 300), rng.random(300) < 0.5, rng.integers(0, 20, 300)
    first = c[:, None] & ((t[:, None] < t) | ((t[:, None] == t) & ~c))
    won = (risk[:, None] > risk) + 0.5 * (risk[:, None] == risk)
    assert concordance(pd.DataFrame({"t": t, "c": c}), risk, "t", "c") == pytest.approx(
        (won * first).sum() / first.sum()
    )


def test_risk_orders_customers_better_than_chance() -> None:
    table = _monthly_customers(5_000, seed=9)
    model = fit_cox(table, "months", "churned", ["problem", "plan"])
    assert concordance(table, relative_risk(model, table), "months", "churned") > 0.57
    shuffled = np.random.default_rng(1).permutation(relative_risk(model, table))
    assert abs(concordance(table, shuffled, "months", "churned") - 0.5) < 0.02


def test_an_outlier_does_not_throw_the_fit_off_its_maximum() -> None:
    long = expand_periods(_monthly_customers(20_000, seed=11), "months", "churned", "customer")
    rng = np.random.default_rng(11)
    balance = rng.normal(0.0, 1.0, len(long))
    balance[rng.integers(0, len(long), 20)] = -70.0
    model = fit_discrete_hazard(long.assign(balance=balance), ["problem", "plan", "balance"])
    assert abs(_of(model.effects, "problem") - TRUE_EFFECT) < 3 * _of(model.effects, "problem", "se")
    assert abs(_of(model.effects, "balance")) < 3 * _of(model.effects, "balance", "se")
    # What is planted: a covariate in other units is the same model.
    scaled = fit_discrete_hazard(long.assign(balance=1e4 + 1e3 * balance), ["problem", "plan", "balance"])
    assert scaled.loglik == pytest.approx(model.loglik, abs=1e-6)
    assert 1e3 * _of(scaled.effects, "balance") == pytest.approx(_of(model.effects, "balance"), rel=1e-5)
    np.testing.assert_allclose(
        predict_hazard(scaled, long.assign(balance=1e4 + 1e3 * balance)),
        predict_hazard(model, long.assign(balance=balance)),
        rtol=1e-6,
    )


def test_a_covariate_that_tells_exactly_who_churns_has_no_finite_effect() -> None:
    long = expand_periods(_monthly_customers(2_000, seed=12), "months", "churned", "customer")
    with pytest.raises(RunError, match="the discrete-time hazard has no maximum"):
        fit_discrete_hazard(long.assign(known=long["churned_now"].astype(float)), ["known"])


def test_what_a_model_cannot_use_is_refused() -> None:
    table = _monthly_customers(100, seed=10)
    with pytest.raises(InputError, match="column same: is the same in every row"):
        fit_cox(table.assign(same=1), "months", "churned", ["same"])
    with pytest.raises(InputError, match="row 3: column problem: must be a finite number"):
        fit_cox(table.assign(problem=table["problem"].where(table.index != 3)), "months", "churned", ["problem"])
    with pytest.raises(InputError, match="column churned: some customers must churn, got 0"):
        fit_cox(table.assign(churned=False), "months", "churned", ["problem"])
    model = fit_cox(table, "months", "churned", ["plan"])
    with pytest.raises(InputError, match="row 0: column plan: must be one of basic, gold, got 'silver'"):
        relative_risk(model, table.assign(plan=["silver", *table["plan"][1:]]))
    long = expand_periods(table.assign(churned=False), "months", "churned", "customer")
    with pytest.raises(InputError, match="column churned_now: some periods must end in churn"):
        fit_discrete_hazard(long, ["problem"])
    with pytest.raises(InputError, match="predicted_churn: needs one probability per row"):
        calibration_table(table, np.full(100, 1.2), "months", "churned", 6)
