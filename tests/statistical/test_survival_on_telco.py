"""A known pattern recovered from a public table of a fictional operator: plumbing, not evidence about the world."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from cxsim.forecast.survival.calibration import calibration_table, concordance
from cxsim.forecast.survival.cox import fit_cox, predict_survival, relative_risk
from cxsim.forecast.survival.kaplan_meier import kaplan_meier, survival_at

FILE = Path(__file__).parents[3] / "shared" / "data" / "telco_churn" / "Telco-Customer-Churn.csv"
pytestmark = pytest.mark.skipif(not FILE.exists(), reason="the churn table is not in ../shared/data/telco_churn")


@pytest.fixture(scope="module")
def customers() -> pd.DataFrame:
    table = pd.read_csv(FILE)
    table["churned"] = (table["Churn"] == "Yes").astype(int)
    return table[table["tenure"] > 0].reset_index(drop=True)


def test_retention_differs_by_contract_as_churn_does(customers: pd.DataFrame) -> None:
    curves = kaplan_meier(customers, "tenure", "churned", by="Contract")
    at_two_years = {
        contract: float(survival_at(curve, np.array([24.0]))["survival"].item())
        for contract, curve in curves.groupby("Contract")
    }
    assert at_two_years["Month-to-month"] < at_two_years["One year"] < at_two_years["Two year"]
    lost = customers.groupby("Contract")["churned"].mean().round(3)
    assert lost.tolist() == [0.427, 0.113, 0.028]


def test_cox_orders_and_calibrates_customers_it_was_not_fitted_on(customers: pd.DataFrame) -> None:
    held_out = np.random.default_rng(1).random(len(customers)) < 0.5
    train, test = customers[~held_out].reset_index(drop=True), customers[held_out].reset_index(drop=True)
    covariates = ["Contract", "PaymentMethod", "InternetService"]
    model = fit_cox(train, "tenure", "churned", covariates)
    ratios = model.effects.set_index("term")["hazard_ratio"]
    assert ratios["Contract=Two year"] < ratios["Contract=One year"] < 1.0
    assert concordance(test, relative_risk(model, test), "tenure", "churned") > 0.80
    assert abs(concordance(test, np.zeros(len(test)), "tenure", "churned") - 0.5) < 1e-12
    churn = 1 - predict_survival(model, test, [24])[:, 0]
    table = calibration_table(test, churn, "tenure", "churned", 24, groups=5)
    assert (table["predicted"] - table["observed"]).abs().max() < 0.06
