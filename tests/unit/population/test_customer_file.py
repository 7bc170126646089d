"""Reading a firm's customers: what is taken as it comes, and what is refused with its row."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from cxsim.cli.compose import load
from cxsim.errors import InputError
from cxsim.population.customer_file import MOST_FAULTS, CustomerFile, read_customers
from cxsim.spec.job import Data
from cxsim.spec.load import build
from cxsim.spec.population import Population

POPULATION: Population = load("telecom").population
HEADER = "id,segment,tenure,revenue,contract"
GOOD = f"""{HEADER}
007,value,12,19.90,monthly
008,pro,0,60,yearly
009,family,1.5,1e1,monthly
"""


def read(path: Path, **mapping: Any) -> CustomerFile:
    return read_customers(path, build(mapping, Data), POPULATION)


def written(folder: Path, content: str | bytes, name: str = "crm.csv") -> Path:
    path = folder / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def refused(path: Path, **mapping: Any) -> list[str]:
    with pytest.raises(InputError, match=r".") as caught:
        read(path, **mapping)
    return [str(fault) for fault in caught.value.faults]


def test_a_clean_file_is_taken_as_it_stands(tmp_path: Path) -> None:
    customers = read(written(tmp_path, GOOD))
    assert customers.ids == ("007", "008", "009")
    assert customers.segment is not None
    assert customers.segment.tolist() == [0, 2, 1]
    assert customers.contract.tolist() == [0, 1, 0]
    assert customers.tenure_weeks == pytest.approx([52.0, 0.0, 6.5])
    assert customers.monthly_revenue.tolist() == [19.9, 60.0, 10.0]
    assert customers.churned is None
    assert customers.notes == ()


@pytest.mark.parametrize(("unit", "weeks"), [("week", 12.0), ("month", 52.0), ("year", 624.0)])
def test_tenure_has_the_unit_that_is_said(unit: str, weeks: float, tmp_path: Path) -> None:
    assert read(written(tmp_path, GOOD), tenure_unit=unit).tenure_weeks[0] == pytest.approx(weeks)


def test_values_are_mapped_and_other_columns_are_left_alone(tmp_path: Path) -> None:
    path = written(
        tmp_path,
        "No,Net,Months,Bill,Plan,Left,Remark\n"
        'a,DSL,1,10,"Two year",Yes,"said ""no"", then\nleft"\n'
        "b,0,2,20,monthly,No,\n",
    )
    customers = read(
        path,
        columns={
            "id": "No",
            "segment": "Net",
            "tenure": "Months",
            "revenue": "Bill",
            "contract": "Plan",
            "churned": "Left",
        },
        segments={"DSL": "pro", "0": "family"},
        contracts={"Two year": "yearly"},
    )
    assert customers.segment is not None
    assert customers.churned is not None
    assert (customers.segment.tolist(), customers.contract.tolist()) == ([2, 1], [1, 0])
    assert customers.churned.tolist() == [True, False]


def test_a_file_without_segments_has_none(tmp_path: Path) -> None:
    path = written(tmp_path, "id,tenure,revenue,contract\na,1,2,monthly\n")
    assert read(path, columns={"segment": None}).segment is None


@pytest.mark.parametrize(
    ("content", "notes"),
    [
        (GOOD.replace("\n", "\r\n"), ()),
        (b"\xef\xbb\xbf" + GOOD.encode(), ("begins with a byte order mark",)),
        (GOOD.encode("utf-16"), ("encoded as UTF-16",)),
        (GOOD.replace(",", ";"), ("separated by semicolon",)),
        (GOOD.replace(",", "\t"), ("separated by tab",)),
        (
            GOOD.replace(",", ";").replace("1.5", "1,5").replace("19.90", "19,90").replace("1e1", "10"),
            ("separated by semicolon", "column tenure has decimal commas", "column revenue has decimal commas"),
        ),
        (GOOD.replace("\n008", "\n\n  ,,,,\n008"), ()),
        (GOOD.replace("id,segment", " id , segment").replace("007", " 007 "), ()),
    ],
    ids=["windows line ends", "mark", "utf-16", "semicolon", "tab", "decimal comma", "blank lines", "spaces"],
)
def test_usual_dialects_are_read_and_said(content: str | bytes, notes: tuple[str, ...], tmp_path: Path) -> None:
    customers = read(written(tmp_path, content))
    assert customers.ids == ("007", "008", "009")
    assert customers.monthly_revenue.tolist() == [19.9, 60.0, 10.0]
    assert customers.tenure_weeks[2] == pytest.approx(6.5)
    assert customers.notes == notes


def test_thousands_are_pointed_where_decimals_have_commas(tmp_path: Path) -> None:
    content = "id;segment;tenure;revenue;contract\na;pro;1;1.234,5;monthly\nb;pro;2;1.000;monthly\n"
    assert read(written(tmp_path, content)).monthly_revenue.tolist() == [1234.5, 1000.0]


@pytest.mark.parametrize("ids", [["007", "8"], [7, 8], [7.0, 8.0]], ids=["text", "whole", "float"])
def test_parquet_is_read_like_csv(ids: list[Any], tmp_path: Path) -> None:
    frame = pd.DataFrame({"id": ids, "segment": ["pro", "value"], "tenure": [1, 2], "revenue": [3.5, np.nan]})
    frame["contract"] = "monthly"
    path = tmp_path / "crm.parquet"
    frame.to_parquet(path)
    assert refused(path) == ["crm.parquet row 2 column revenue: must not be blank"]
    frame.fillna({"revenue": 4.0}).to_parquet(path)
    customers = read(path)
    assert customers.ids == tuple(str(i) if isinstance(i, str) else str(int(i)) for i in ids)
    assert customers.monthly_revenue.tolist() == [3.5, 4.0]


def test_every_fault_of_every_row_is_told_at_once(tmp_path: Path) -> None:
    path = written(
        tmp_path,
        f"{HEADER}\n"
        "a,value,12,19.90,monthly\n"
        "a,value,-3,19.90,monthly\n"
        ",value,3,cheap,montly\n"
        "d,vip,,-1,yearly\n"
        "e,value,nan,1_0,yearly\n"
        "f,value,1\n"
        "g,value,6000,10,monthly,more\n"
        "h,value,6000,1e13,\n",
    )
    unknown = "must be a {0} of the scenario or a value that data.{0}s maps to one, got "
    too_long = "must be at most 100 years; data.tenure_unit says what it is counted in, got '6000'"
    assert refused(path) == [
        "crm.csv row 3 column id: must be unique, row 2 has it too, got 'a'",
        "crm.csv row 3 column tenure: must be at least 0, got '-3'",
        "crm.csv row 4 column id: must not be blank",
        "crm.csv row 4 column revenue: must be a number, got 'cheap'",
        f"crm.csv row 4 column contract: {unknown.format('contract')}'montly'; did you mean 'monthly'?",
        f"crm.csv row 5 column segment: {unknown.format('segment')}'vip'",
        "crm.csv row 5 column tenure: must not be blank",
        "crm.csv row 5 column revenue: must be at least 0, got '-1'",
        "crm.csv row 6 column tenure: must be a number, got 'nan'",
        "crm.csv row 6 column revenue: must be a number, got '1_0'",
        "crm.csv row 7: must have 5 fields like the header, has 3",
        "crm.csv row 8: must have 5 fields like the header, has 6",
        f"crm.csv row 9 column tenure: {too_long}",
        "crm.csv row 9 column revenue: must be at most 1e+12, got '1e13'",
        "crm.csv row 9 column contract: must not be blank",
    ]


def test_of_many_faults_every_kind_is_told_and_the_rest_is_counted(tmp_path: Path) -> None:
    rows = [f"{i},value,-1,10,monthly" for i in range(330)] + ["x,value,1,10,weekly", "0,value,1,10,monthly"]
    found = refused(written(tmp_path, "\n".join([HEADER, *rows])))
    assert len(found) == MOST_FAULTS + 1
    assert found[0] == "crm.csv row 2 column tenure: must be at least 0, got '-1'"
    assert found[-3].startswith("crm.csv row 332 column contract: must be a contract")
    assert found[-2] == "crm.csv row 333 column id: must be unique, row 2 has it too, got '0'"
    assert found[-1] == "crm.csv: and 312 more: 312 in column tenure"


def test_missing_columns_are_told_beside_the_faults_of_the_others(tmp_path: Path) -> None:
    path = written(tmp_path, "id,segment,tenur,revenue\na,value,1,x\n")
    assert refused(path, contracts={"One year": "yearley"}) == [
        "data.contracts.One year: must name one of the scenario's contracts, got 'yearley'; did you mean 'yearly'?",
        "data.columns.tenure: no such column in crm.csv, got 'tenure'; did you mean 'tenur'?",
        "data.columns.contract: no such column in crm.csv, got 'contract'",
        "crm.csv row 2 column revenue: must be a number, got 'x'",
    ]


@pytest.mark.parametrize(
    ("flags", "message"),
    [
        ("1001", "data.churned_value: must be a value of column left, which holds 1, 0; data.columns.churned=null"),
        (["Yes", "no", "No", "Yes"], "crm.csv column left: must hold 'Yes' for who was lost and one other value"),
        (["Yes", "", "No", "Yes"], "crm.csv row 3 column left: must not be blank"),
    ],
)
def test_a_flag_has_two_values(flags: Any, message: str, tmp_path: Path) -> None:
    rows = [f"{i},value,1,10,monthly,{flag}" for i, flag in enumerate(flags)]
    path = written(tmp_path, "\n".join([f"{HEADER},left", *rows]))
    (found,) = refused(path, columns={"churned": "left"})
    assert found.startswith(message)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("", "crm.csv: is empty"),
        (" \n\n", "crm.csv: is empty"),
        (HEADER + "\n", "crm.csv: must have at least one customer"),
        (
            GOOD.replace("008", "Zo\u00eb").encode("latin-1"),
            "crm.csv row 3: is not UTF-8 (byte 0xEB); save it as CSV in UTF-8, or as Parquet",
        ),
        (
            b"PK\x03\x04\x14\x00\xff\x00",
            "crm.csv row 1: is not text (byte 0xFF); save it as CSV in UTF-8, or as Parquet",
        ),
        (b"PK\x03\x04\x14\x00\x00", "crm.csv: is not text; save it as CSV in UTF-8, or as Parquet"),
        (b"PK\x03\x04\x14 and more\n", "crm.csv: is not text; save it as CSV in UTF-8, or as Parquet"),
        (GOOD.replace("pro", '"pro'), "crm.csv line 4: is not CSV: unexpected end of data"),
        (GOOD.replace("revenue", "tenure"), "crm.csv row 1: two columns have the same name, got 'tenure'"),
    ],
)
def test_a_file_that_is_no_table_is_named(content: str | bytes, message: str, tmp_path: Path) -> None:
    assert refused(written(tmp_path, content)) == [message]


def test_broken_parquet_is_named(tmp_path: Path) -> None:
    (found,) = refused(written(tmp_path, b"PAR1" + b"x" * 40, "crm.parquet"))
    assert found.startswith("crm.parquet: is not Parquet: ")


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    (found,) = refused(tmp_path / "nowhere.csv")
    assert found.startswith("data.customers: cannot be read (no such file or directory), got ")
    (found,) = refused(tmp_path)
    assert found.startswith("data.customers: cannot be read (is a directory), got ")


def test_the_public_telco_file_is_read_blank_charges_and_all(shared_data: Path) -> None:
    customers = read(
        shared_data / "telco_churn" / "Telco-Customer-Churn.csv",
        columns={
            "id": "customerID",
            "segment": None,
            "tenure": "tenure",
            "revenue": "MonthlyCharges",
            "contract": "Contract",
            "churned": "Churn",
        },
        contracts={"Month-to-month": "monthly", "One year": "yearly", "Two year": "yearly"},
    )
    assert customers.churned is not None
    assert (len(customers.ids), customers.ids[0]) == (7043, "7590-VHVEG")
    assert customers.churned.mean() == pytest.approx(0.2654, abs=5e-5)
    assert customers.churned[customers.contract == 0].mean() == pytest.approx(0.427, abs=5e-4)
    assert (customers.tenure_weeks == 0.0).sum() == 11


def test_a_file_that_says_it_is_parquet_and_is_not_is_said_to_be_no_parquet(tmp_path: Path) -> None:
    (found,) = refused(written(tmp_path, GOOD, "crm.parquet"))
    assert found.startswith("crm.parquet: is not Parquet: Parquet magic bytes not found in footer.")
