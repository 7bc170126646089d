"""`cxsim forecast` on a log of transactions: what it writes, and what it says about faulty files."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd
import pytest

from cxsim.cli import main
from tests.unit.forecast.purchases.test_customer_base import bought_by_law

TABLES = ("fits", "tracking", "frequencies", "holdout", "accuracy", "forecast", "customer_values", "notes")


@pytest.fixture(scope="module")
def log_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    table = bought_by_law(400, seed=7).purchases.rename(columns={"customer": "who", "date": "day", "amount": "paid"})
    repeated = pd.concat([table, table.iloc[[3]], table.iloc[[5]].assign(paid=-1e9)], ignore_index=True)
    path = tmp_path_factory.mktemp("log") / "orders.csv"
    repeated.to_csv(path, index=False, date_format="%Y-%m-%d")
    return path


def words(log: Path, folder: Path, *more: str) -> list[str]:
    columns = ["data.customer=who", "data.time=day", "data.amount=paid"]
    return [
        "forecast",
        f"data.transactions={log}",
        *columns,
        f"output.root={folder}",
        "forecast.purchases.draws=60",
        *more,
    ]


def test_the_folder_holds_every_table_and_the_report(
    log_file: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(words(log_file, tmp_path, "horizon=8")) == 0
    (folder,) = (tmp_path / "forecast").iterdir()
    assert folder.name.startswith("orders-")
    tables = {name: pd.read_csv(folder / f"{name}.csv") for name in TABLES}
    assert len(tables["customer_values"]) == 2 * 400
    assert tables["forecast"].groupby("law").size().tolist() == [8, 8]
    assert tables["tracking"]["last_day"].iloc[0] == "2024-01-07"
    notes = " ".join(tables["notes"]["note"])
    assert "1 rows repeat another in every column and were taken for things bought twice" in notes
    assert "1 returns (negative amounts) were taken off earlier purchases" in notes
    assert sorted(path.name for path in (folder / "figures").iterdir()) == ["groups-bg_nbd.svg", "tracking-bg_nbd.svg"]
    page = (folder / "report.html").read_text("utf-8")
    for part in (
        "Does it track?",
        "By past purchases",
        "What is to come",
        "BG/NBD",
        "Pareto/NBD",
        "Lifetime value",
        "Value, next 8 weeks",
    ):
        assert part in page
    manifest = json.loads((folder / "manifest.json").read_text("utf-8"))
    assert manifest["status"] == "complete"
    assert manifest["forecast"]["purchases"]["laws"] == ["bg_nbd", "pareto_nbd"]
    before = (folder / "customer_values.csv").read_bytes()
    assert main(words(log_file, tmp_path, "horizon=8")) == 0
    assert "found finished" in capsys.readouterr().err
    assert (folder / "customer_values.csv").read_bytes() == before
    assert main(["report", str(folder)]) == 0


@pytest.mark.parametrize(
    ("more", "message"),
    [
        (["data.customer=whom"], "data.customer: must be a column of the file, got 'whom'; did you mean 'who'?"),
        (["data.first_date=2024-01-02"], "precedes the first date 2024-01-02: start earlier"),
        (["data.returns=refuse"], "column paid must not be negative (a return)"),
        (["data.duplicates=refuse"], "must not repeat another row in every column"),
        (["data.date_format=%d/%m/%Y"], "column day must be a date written as %d/%m/%Y"),
        (["forecast.purchases.calibration=500"], "forecast.purchases.calibration: must leave some of the 80 weeks"),
        (["forecast.purchases.laws=[bg_nbd,bg_nbd]"], "forecast.purchases.laws: must not be repeated, got 'bg_nbd'"),
        (["data.history=other.csv"], "data.history: cannot be given together with data.transactions, got 'other.csv'"),
        (["data.transactions=gone.csv"], "data.transactions: must be an existing file, got 'gone.csv'"),
    ],
)
def test_faults_end_with_2_and_leave_nothing(
    log_file: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], more: list[str], message: str
) -> None:
    assert main(words(log_file, tmp_path, *more)) == 2
    assert message in capsys.readouterr().err
    assert not list(tmp_path.iterdir())


def test_a_mistyped_year_ends_with_2_and_its_row(
    log_file: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    lines = log_file.read_text().splitlines()
    typo = tmp_path / "typo.csv"
    typo.write_text("\n".join([*lines[:9], "7,2203-01-01,20.0", *lines[9:]]) + "\n")
    assert main(words(typo, tmp_path / "runs")) == 2
    said = capsys.readouterr().err
    assert "data.transactions row 10: column day holds 2203-01-01, far from all other dates: correct it" in said


def test_rows_are_counted_as_in_the_file(log_file: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    lines = len(log_file.read_text().splitlines())
    assert main(words(log_file, tmp_path, "data.duplicates=refuse", "data.returns=refuse")) == 2
    said = capsys.readouterr().err
    assert f"data.transactions row {lines}: column paid must not be negative" in said
    assert f"data.transactions row {lines - 1}: must not repeat" in said


def test_names_of_customers_stay_as_they_stand(log_file: Path, tmp_path: Path) -> None:
    log = pd.read_csv(log_file, dtype={"who": str})
    names = log["who"].unique()
    renamed = log.assign(who=log["who"].replace({names[0]: "007", names[1]: "NA"}))
    renamed.to_csv(tmp_path / "log.csv", index=False)
    assert main(words(tmp_path / "log.csv", tmp_path, "horizon=8")) == 0
    (folder,) = (tmp_path / "forecast").iterdir()
    values = pd.read_csv(folder / "customer_values.csv", dtype=str, keep_default_na=False)
    assert {"007", "7", "NA"} <= set(values["customer"])
    assert len(values) == 2 * 400
