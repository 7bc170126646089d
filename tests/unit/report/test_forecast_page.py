"""The page of a forecast: words and units instead of columns, numbers of its tables, and what is not known said."""

from __future__ import annotations

import json
import re
from html import unescape
from pathlib import Path

import pandas as pd
import pytest

from cxsim.forecast.scenario import EFFECT, NOTHING_DONE, SCENARIO
from cxsim.report.document import build
from cxsim.report.target import Target, relative
from tests.finished_run import forecast_under
from tests.unit.report.test_report_document import outside, sections

CHURN = ("data.target=churn_rate", "data.exposure=customers")
REVENUE = ("data.target=revenue", "data.unit=EUR")
NPS = ("data.target=nps", "forecast.metric=nps_true")
RATE = Target("Churn rate", "rate", "", "month", adds_up=False, flows=True)
MONEY = Target("Revenue", "positive", "EUR", "month", adds_up=True, flows=True)
POINTS = Target("NPS", "real", "points", "quarter", adds_up=False, flows=False)
BARE = Target("Calls", "positive", "", "week", adds_up=True, flows=True)


def written(comparison: Path, root: Path, *asked: str) -> tuple[Path, str]:
    """The folder of a forecast and its page as text; tags are kept."""
    folder = forecast_under(comparison, root, *asked)
    return folder, unescape(build(folder).read_text("utf-8")).replace("\N{NO-BREAK SPACE}", " ")


def seen(page: str) -> str:
    """What is read before the section on fits, which is for whoever checks the models."""
    body = page[page.index("<h1>") : page.index('<section id="fits">')]
    return re.sub(r"<svg.*?</svg>", "", body, flags=re.DOTALL)


@pytest.mark.parametrize("asked", [CHURN, REVENUE, NPS], ids=["churn", "revenue", "nps"])
def test_nothing_is_read_that_only_a_program_understands(
    comparison_folder: Path, tmp_path: Path, asked: tuple[str, ...]
) -> None:
    _, page = written(comparison_folder, tmp_path, *asked, "forecast.backtest=true", "forecast.origins=1")
    text = seen(page)
    assert not re.search(r"nan|e[+-]0|_|True|False|None", text.replace("study.replications", ""))
    assert sections(page) == ["forecast", "uncertainty", "backtest", "limits", "fits"]
    assert outside(page) == []


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        (CHURN, ("Churn rate under Faster complaint response", "% a month", " pp", "mean of the 12 months")),
        (REVENUE, ("Revenue under Faster complaint response", "million EUR a month", "EUR", "sum of the 12 months")),
        (NPS, ("NPS, all customers under", ">points<", "points", "mean of the 12 months")),
    ],
    ids=["churn", "revenue", "nps"],
)
def test_units_stand_at_numbers_and_axes(
    comparison_folder: Path, tmp_path: Path, asked: tuple[str, ...], words: tuple[str, ...]
) -> None:
    _, page = written(comparison_folder, tmp_path, *asked)
    # Letters of a figure are shapes; what they say stands in a comment beside them.
    page = re.sub(r"<!-- (.*?) -->", r">\1<", page)
    assert [word for word in words if word not in page] == []
    assert "intervention acts from Apr 2025 on" in page
    assert "12 months after Dec 2024, to Dec 2025" in page


def test_the_cards_hold_what_the_tables_hold(comparison_folder: Path, tmp_path: Path) -> None:
    folder, page = written(comparison_folder, tmp_path, *CHURN)
    total = pd.read_csv(folder / "total.csv").set_index("model")
    cards = re.findall(r'<div class="value">(.*?)</div><p>(.*?)</p>', page)
    mean = total["mean"]
    assert cards[0][0] == RATE.level(mean[NOTHING_DONE]).replace("\N{NO-BREAK SPACE}", " ")
    assert cards[1][0] == RATE.change(mean[EFFECT]).replace("\N{NO-BREAK SPACE}", " ")
    assert ("no change" in cards[1][1]) == (total["lower_95"][EFFECT] <= 0.0 <= total["upper_95"][EFFECT])
    assert mean[SCENARIO] - mean[NOTHING_DONE] == pytest.approx(mean[EFFECT], abs=1e-4)


def test_what_the_parameters_leave_open_is_not_passed_over(comparison_folder: Path, tmp_path: Path) -> None:
    folder, page = written(comparison_folder, tmp_path, *CHURN)
    assert page.count("not assessed") == 4
    assert "too narrow by that much" in page
    # As it is once they were drawn.
    facts = json.loads((folder / "manifest.json").read_text())
    facts["about"]["arm"]["parameters"] = ["behaviour.churn.failure"]
    (folder / "manifest.json").write_text(json.dumps(facts))
    parts = pd.read_csv(folder / "components.csv")
    parts.loc[parts["source"] == "parameter", ["variance", "share", "sd"]] = [0.001, 0.1, 0.003]
    parts.to_csv(folder / "components.csv", index=False)
    page = build(folder).read_text("utf-8")
    assert "not assessed" not in page
    assert "Drawn anew in every pair of runs: behaviour.churn.failure." in page
    assert "lost in the luck" not in page
    parts.loc[parts["source"] == "parameter", ["variance", "share", "sd"]] = [1e-35, 1e-35, 1e-18]
    parts.to_csv(folder / "components.csv", index=False)
    assert build(folder).read_text("utf-8").count("lost in the luck") == 3


def test_several_series_are_told_apart(comparison_folder: Path, tmp_path: Path) -> None:
    both = f"data.history={tmp_path / 'firm.csv'}"
    folder, page = written(comparison_folder, tmp_path, *REVENUE, "data.series=country", both)
    assert {path.name for path in (folder / "figures").iterdir()} == {"fan-north.svg", "fan-south.svg"}
    assert page.count('<div class="card">') == 6
    assert page.count("<td>north</td>") == page.count("<td>south</td>") > 0
    assert "each gets the effect on all customers" in page


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        (RATE.level(0.04671), "4.67 %"),
        (RATE.levels(0.0429, 0.0501), "4.29 to 5.01 %"),
        (RATE.change(-0.000364), "−0.036 pp"),
        (RATE.change(0.0123), "+1.23 pp"),
        (RATE.changes(-0.00088, 0.0004), "−0.088 to +0.040 pp"),
        (MONEY.level(35_664_151.0), "EUR 35.7 m"),
        (MONEY.changes(-600.0, 39_600.0), "−EUR 600 to +39.6 k"),
        (POINTS.change(0.159), "+0.16 points"),
        (POINTS.levels(8.82, 13.4), "8.82 to 13.4 points"),
        (BARE.level(1500.0), "1,500"),
        (BARE.change(0.0), "0"),
        (RATE.at(pd.Timestamp("2026-04-01")), "Apr 2026"),
        (POINTS.at(pd.Timestamp("2026-04-01")), "2026 Q2"),
        (BARE.at(12), "week 12"),
        (relative(15_100.0, 35_700_000.0), "+0.04 %"),
        (relative(-1.0, 20.0), "−5.0 %"),
        (relative(1.0, 0.0), "–"),
    ],
)
def test_numbers_are_said_with_their_units(said: str, expected: str) -> None:
    assert said.replace("\N{NO-BREAK SPACE}", " ") == expected


def test_axes_have_units() -> None:
    assert RATE.axis(0.06) == (0.01, "% a month")
    assert RATE.axis(0.06, change=True) == (0.01, "percentage points a month")
    assert MONEY.axis(3.4e6) == (1e6, "million EUR a month")
    assert POINTS.axis(18.0) == (1.0, "points")
    assert BARE.axis(2e4) == (1e3, "thousand in the unit of the history a week")
