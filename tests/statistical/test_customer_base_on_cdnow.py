"""The analysis of a log on the public CDNOW sample: the numbers that its tables have been published with."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from cxsim.forecast.closed_forms.transactions import read_transactions
from cxsim.forecast.purchases.customer_base import CustomerBase, Terms, customer_base

FILE = Path(__file__).parents[3] / "shared" / "data" / "cdnow" / "CDNOW_sample.txt"
pytestmark = pytest.mark.skipif(not FILE.exists(), reason="the CDNOW sample is not in ../shared/data/cdnow")


@pytest.fixture(scope="module")
def base() -> CustomerBase:
    names = ["master", "customer", "date", "cds", "amount"]
    raw = pd.read_csv(FILE, sep=r"\s+", names=names)
    return customer_base(read_transactions(raw), Terms(calibration=39, horizon=39))


def test_the_holdout_is_foreseen_as_published(base: CustomerBase) -> None:
    found = base.accuracy.set_index("law")
    assert (found["actual"] == 1882).all()
    assert (found["error_percent"].abs() < 12.2).all()
    assert found["cumulative_error_percent"].round(2).to_dict() == {"bg_nbd": -4.11, "pareto_nbd": -1.59}
    assert found["mape_percent"].round(2).to_dict() == {"bg_nbd": 2.63, "pareto_nbd": 1.31}
    assert found["mae"]["bg_nbd"] == pytest.approx(0.785, abs=0.001)
    assert found["correlation"]["bg_nbd"] == pytest.approx(0.626, abs=0.001)
    assert ((found["lower_95"] < 1882) & (found["upper_95"] > 1882)).all()
    assert ((found["upper_95"] - found["lower_95"]) < 1_000).all()


def test_customers_without_a_repeat_purchase_are_counted_and_foreseen(base: CustomerBase) -> None:
    frequencies = base.frequencies[base.frequencies["law"] == "bg_nbd"]
    assert frequencies["actual"].tolist() == [1411, 439, 214, 100, 62, 38, 29, 64]
    # P(X = 0) as printed, summed over the customers' own ages, is 1,411 to within a per cent.
    assert frequencies["expected"].iloc[0] == pytest.approx(1411, rel=0.01)
    nobody_leaves = base.holdout[base.holdout["law"] == "bg_nbd"].iloc[0]
    assert nobody_leaves["actual"] == pytest.approx(0.237, abs=0.001)
    assert nobody_leaves["expected"] == pytest.approx(0.225, abs=0.001)


def test_amounts_and_values_are_in_dollars(base: CustomerBase) -> None:
    values = base.customer_values[base.customer_values["law"] == "pareto_nbd"]
    assert values["spend"].median() == pytest.approx(35.8, abs=0.5)
    assert (values["lifetime_value_pv_at_end"] > values["value_next_39_weeks_pv_at_end"]).all()
    assert base.notes[:2] == (
        "21 rows repeat another in every column and were taken for things bought twice",
        "223 rows were merged into another row of the same customer and day",
    )
