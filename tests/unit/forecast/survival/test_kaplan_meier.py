"""The survival curve against published numbers, an independent implementation, and its nominal coverage."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from statsmodels.duration.survfunc import SurvfuncRight

from cxsim.errors import InputError
from cxsim.forecast.survival.kaplan_meier import kaplan_meier, median_time, simultaneous_band, survival_at

# Freireich et al. (1963), weeks of remission of leukaemia patients; a trailing 0 marks who was still in remission.
TREATED = [
    (6, 1),
    (6, 1),
    (6, 1),
    (6, 0),
    (7, 1),
    (9, 0),
    (10, 1),
    (10, 0),
    (11, 0),
    (13, 1),
    (16, 1),
    (17, 0),
    (19, 0),
]
TREATED += [(20, 0), (22, 1), (23, 1), (25, 0), (32, 0), (32, 0), (34, 0), (35, 0)]
CONTROL = [1, 1, 2, 2, 3, 4, 4, 5, 5, 8, 8, 8, 8, 11, 11, 12, 12, 15, 17, 22, 23]


@pytest.fixture
def remission() -> pd.DataFrame:
    rows = [(week, event, "treated") for week, event in TREATED] + [(week, 1, "control") for week in CONTROL]
    return pd.DataFrame(rows, columns=["weeks", "relapsed", "arm"])


def test_published_curve_of_the_treated(remission: pd.DataFrame) -> None:
    curve = kaplan_meier(remission[remission["arm"] == "treated"], "weeks", "relapsed")
    assert curve["time"].tolist() == [6, 7, 10, 13, 16, 22, 23]
    assert curve["at_risk"].tolist() == [21, 17, 15, 12, 11, 7, 6]
    assert curve["survival"].round(3).tolist() == [0.857, 0.807, 0.753, 0.690, 0.627, 0.538, 0.448]
    # R survfit(conf.type="log-log") at 6 and 23 weeks.
    assert curve["low"].round(3).iloc[[0, -1]].tolist() == [0.620, 0.188]
    assert curve["high"].round(3).iloc[[0, -1]].tolist() == [0.952, 0.680]


def test_medians_of_both_arms(remission: pd.DataFrame) -> None:
    curves = kaplan_meier(remission, "weeks", "relapsed", by="arm")
    medians = {arm: median_time(curve)[0] for arm, curve in curves.groupby("arm")}
    assert medians == {"control": 8.0, "treated": 23.0}
    assert median_time(curves[curves["arm"] == "treated"])[2] == np.inf


def test_late_entry_agrees_with_statsmodels() -> None:
    rng = np.random.default_rng(1)
    entry = rng.integers(0, 10, 500)
    table = pd.DataFrame({"entry": entry, "time": entry + rng.integers(1, 30, 500), "churned": rng.random(500) < 0.6})
    curve = kaplan_meier(table, "time", "churned", entry="entry")
    reference = SurvfuncRight(table["time"], table["churned"].astype(int), entry=table["entry"])
    reference_at = np.asarray(reference.surv_prob)[np.isin(reference.surv_times, curve["time"])]
    np.testing.assert_allclose(curve["survival"], reference_at)


def test_intervals_cover_one_time_and_the_band_covers_the_curve() -> None:
    rng = np.random.default_rng(2)
    pointwise = whole_by_interval = whole_by_band = 0
    worlds = 300
    for _ in range(worlds):
        life, censored = rng.exponential(10.0, 150), rng.uniform(0.0, 30.0, 150)
        table = pd.DataFrame({"time": np.minimum(life, censored), "churned": life <= censored})
        curve, band = kaplan_meier(table, "time", "churned"), simultaneous_band(table, "time", "churned")
        at_five = survival_at(curve, np.array([5.0])).iloc[0]
        pointwise += bool(at_five["low"] <= np.exp(-0.5) <= at_five["high"])
        inner = (curve["time"] > 1.0) & (curve["time"] < 20.0)
        truth = np.exp(-curve["time"] / 10.0)
        whole_by_interval += bool(truth[inner].between(curve["low"][inner], curve["high"][inner]).all())
        whole_by_band += bool(truth[inner].between(band["low"][inner], band["high"][inner]).all())
    assert abs(pointwise / worlds - 0.95) < 0.04
    assert whole_by_band / worlds > 0.93
    assert whole_by_interval / worlds < 0.85


def test_survival_is_one_before_the_first_churn(remission: pd.DataFrame) -> None:
    curve = kaplan_meier(remission[remission["arm"] == "treated"], "weeks", "relapsed")
    assert survival_at(curve, np.array([0.0, 5.9, 6.0]))["survival"].round(3).tolist() == [1.0, 1.0, 0.857]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"weeks": [0, 4]}, "row 0: column weeks: time watched must be a number above the time of entry, got|row 0"),
        ({"relapsed": [2, 1]}, "row 0: column relapsed: must be true or false"),
    ],
)
def test_values_that_cannot_be_used_are_refused_by_row(change: dict[str, list[int]], message: str) -> None:
    table = pd.DataFrame({"weeks": [3, 4], "relapsed": [1, 0]}).assign(**change)
    with pytest.raises(InputError, match=message):
        kaplan_meier(table, "weeks", "relapsed")


def test_a_column_that_is_absent_names_the_nearest(remission: pd.DataFrame) -> None:
    with pytest.raises(InputError, match="column week: is not in the table; did you mean 'weeks'"):
        kaplan_meier(remission, "week", "relapsed")


def test_a_band_has_tabulated_confidences_only(remission: pd.DataFrame) -> None:
    with pytest.raises(InputError, match="confidence: of a band must be"):
        simultaneous_band(remission, "weeks", "relapsed", 0.8)
