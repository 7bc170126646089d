"""The user's file: CSV or Parquet, its columns mapped, its faults named by row and all at once."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from cxsim.errors import InputError
from cxsim.forecast.api import forecast
from cxsim.forecast.read import read_history

MONTHS = pd.date_range("2020-01-01", periods=6, freq="MS")


def table() -> pd.DataFrame:
    rates = [0.02, 0.03, 0.02, 0.04, 0.03, 0.02]
    return pd.DataFrame({"Monat": MONTHS.strftime("%Y-%m-%d"), "Churn": rates, "Kunden": 400, "Land": "AT", "x": 1})


@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_a_csv_with_any_usual_separator_is_read(tmp_path: Path, separator: str) -> None:
    path = tmp_path / "history.csv"
    table().to_csv(path, index=False, sep=separator, encoding="utf-8-sig")
    read = read_history(path, "Monat", "Churn", series="Land", exposure="Kunden", kind="rate")
    assert list(read.columns) == ["Land", "Monat", "Churn", "Kunden"]
    made = forecast(read, target="Churn", horizon=2, time="Monat", series="Land", exposure="Kunden", kind="rate")
    assert made.table["series"].unique().tolist() == ["AT"]
    assert made.table["time"].iloc[0] == pd.Timestamp("2020-07-01")


def test_a_parquet_file_is_read(tmp_path: Path) -> None:
    path = tmp_path / "history.parquet"
    table().assign(Monat=MONTHS).to_parquet(path)
    assert read_history(path, "Monat", "Churn")["Churn"].tolist() == table()["Churn"].tolist()


def test_every_fault_is_named_with_its_row(tmp_path: Path) -> None:
    path = tmp_path / "history.csv"
    bad = table().assign(Churn=["0.02", "n/a?", "0.02", "0.04", "x", "0.02"], Kunden=[400, 400, -3, 400, 400, 400])
    bad.loc[3, "Monat"] = "April"
    bad.to_csv(path, index=False)
    with pytest.raises(InputError, match=r"must be numbers; 2 \(row 3, 6\) are not") as caught:
        read_history(path, "Monat", "Churn", exposure="Kunden", kind="rate")
    assert [fault.path for fault in caught.value.faults] == ["time of Churn", "Churn", "exposure of Churn"]


def test_absent_columns_are_named_with_the_nearest(tmp_path: Path) -> None:
    path = tmp_path / "history.csv"
    table().to_csv(path, index=False)
    with pytest.raises(InputError, match="column Monet: must be in the data; did you mean 'Monat'") as caught:
        read_history(path, "Monet", "Churned", series="Land")
    assert len(caught.value.faults) == 2


def test_names_are_read_as_they_stand(tmp_path: Path) -> None:
    path = tmp_path / "history.csv"
    rows = [f"{name},2020-0{month}-01,{month}" for name in ("007", "7", "NA", "10") for month in (1, 2, 3)]
    path.write_text("\n".join(["who,month,y", *rows]))
    assert read_history(path, "month", "y", series="who")["who"].unique().tolist() == ["007", "7", "NA", "10"]
    path.write_text("\n".join(["who,month,y", *rows, ",2020-01-01,1"]))
    with pytest.raises(InputError, match=r"column who: must name the series; 1 \(row 14\) are empty"):
        read_history(path, "month", "y", series="who")


def test_dates_keep_their_leading_zeros(tmp_path: Path) -> None:
    path = tmp_path / "history.csv"
    path.write_text("month,y\n01022019,1\n01032019,2\n01042019,3\n01052019,5\n")
    made = forecast(path, target="y", horizon=1, time="month", models="drift", date_format="%d%m%Y")
    assert made.table["time"].iloc[0] == pd.Timestamp("2019-06-01")


def test_a_header_that_repeats_a_name_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "history.csv"
    path.write_text('time;y;"y";;\n2020-01-01;1;2;;\n')
    with pytest.raises(InputError, match=r"^column y: must be in the header once$"):
        read_history(path, "time", "y")


def test_files_that_cannot_be_read_are_told(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="must be an existing file"):
        read_history(tmp_path / "none.csv", "time", "y")
    with pytest.raises(InputError, match=r"must be a \.csv or a \.parquet file, got '\.xlsx'"):
        read_history(tmp_path / "book.xlsx", "time", "y")
    broken = tmp_path / "broken.parquet"
    broken.write_bytes(b"not parquet")
    with pytest.raises(InputError, match="must be a readable parquet file"):
        read_history(broken, "time", "y")
    empty = tmp_path / "empty.csv"
    empty.write_text("")
    with pytest.raises(InputError, match="must be a readable csv file"):
        read_history(empty, "time", "y")
