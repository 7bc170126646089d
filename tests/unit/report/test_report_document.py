from __future__ import annotations

import re
import shutil
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from html import unescape
from html.parser import HTMLParser
from pathlib import Path

import pandas as pd
import pytest

from cxsim.engine.model import CXModel
from cxsim.errors import InputError
from cxsim.report.document import build
from cxsim.report.evidence import Evidence
from cxsim.report.wording import change, interval

EVERYWHERE = ["summary", "journey", "loyalty", "account", "contact-centre", "assumptions"]
FIGURES = {"account", "desks", "expectation", "heat_map", "journey_graph", "journey_map", "ledger", "retention"}


class Outside(HTMLParser):
    """Collects what a page would fetch from elsewhere, or run."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found += [tag] if tag in {"script", "iframe", "object", "embed"} else []
        for name, value in attrs:
            fetched = name in {"src", "href", "xlink:href", "srcset", "action"} and not (value or "").startswith("#")
            if (fetched and value != "data:,") or name.startswith("on"):
                self.found.append(f"{name}={value}")


def outside(page: str) -> list[str]:
    parser = Outside()
    parser.feed(page)
    return parser.found + re.findall(r"@import[^;]*|url\((?!#)[^)]*\)", page)


def rows(page: str) -> Iterator[list[str]]:
    for row in re.findall(r"<tr>(.*?)</tr>", page):
        yield [unescape(cell) for cell in re.findall(r"<td[^>]*>(.*?)</td>", row)]


def sections(page: str) -> list[str]:
    return re.findall(r'<section id="([^"]+)"', page)


def test_a_comparison_has_every_section_and_figure(comparison_folder: Path) -> None:
    page = (comparison_folder / "report.html").read_text()
    assert sections(page) == [EVERYWHERE[0], "effects", "value", *EVERYWHERE[1:]]
    drawn = {path.stem for path in (comparison_folder / "figures").glob("*.svg")}
    assert drawn == FIGURES | {"effects", "value_bridge", "cash"}
    assert page.count("<svg ") == len(drawn)


def test_a_plain_run_leaves_out_what_needs_interventions(run_folder: Path) -> None:
    page = (run_folder / "report.html").read_text()
    assert sections(page) == EVERYWHERE
    assert {path.stem for path in (run_folder / "figures").glob("*.svg")} == FIGURES
    assert "What to do" not in page


def test_the_page_needs_nothing_else(comparison_folder: Path, run_folder: Path) -> None:
    for folder in (comparison_folder, run_folder):
        page = (folder / "report.html").read_text()
        assert outside(page) == []
        assert re.findall(r"https?://(?!www\.w3\.org/)\S+", page) == []


@pytest.mark.parametrize(
    "planted",
    [
        '<script src="x.js"></script>',
        '<img src="https://example.org/a.png">',
        '<link rel="stylesheet" href="a.css">',
        "<style>a { background: url(b.png) }</style>",
        '<p onclick="f()">',
    ],
)
def test_the_search_for_outside_parts_notices_a_planted_one(planted: str) -> None:
    assert outside(planted) != []


def test_figures_are_well_formed(comparison_folder: Path) -> None:
    for path in (comparison_folder / "figures").glob("*.svg"):
        root = ET.fromstring(path.read_text())  # noqa: S314 - a file that this test has written
        ids = [node.get("id") for node in root.iter() if node.get("id")]
        assert len(ids) == len(set(ids))
        assert all(name.startswith(f"{path.stem}-") for name in ids if name)


def test_no_id_stands_twice_in_the_page(comparison_folder: Path) -> None:
    ids = re.findall(r' id="([^"]+)"', (comparison_folder / "report.html").read_text())
    assert sorted(ids) == sorted(set(ids))


def test_numbers_of_the_page_are_those_of_the_table(comparison_folder: Path, comparison: Evidence) -> None:
    page = (comparison_folder / "report.html").read_text()
    table = pd.read_csv(comparison_folder / "effects.csv")
    npv = table[(table["metric"] == "npv") & (table["segment"] == "all")]
    found = [row for row in rows(page) if len(row) == 7 and row[1].isdigit()]
    said = {(row[1], row[2], row[3]) for row in found}

    def say(value: float) -> str:
        return change("npv", value, "EUR")

    for row in npv.to_dict("records"):
        expected = say(row["difference"]), interval(row["ci_low"], row["ci_high"], say)
        assert (str(row["horizon_weeks"]), *expected) in said
    assert len(found) == len(npv)


def test_the_headlines_are_the_baseline_of_the_table(comparison_folder: Path) -> None:
    page = unescape((comparison_folder / "report.html").read_text()).replace("\N{NO-BREAK SPACE}", " ")
    table = pd.read_csv(comparison_folder / "effects.csv")
    last = (
        table[(table["segment"] == "all") & (table["horizon_weeks"] == 60)]
        .drop_duplicates("metric")
        .set_index("metric")
    )
    values = re.findall(r'<div class="value">([^<]+)</div>', page)
    level = last["baseline"]
    assert values[:3] == [
        f"{100 * level['satisfaction']:.1f} of 100",
        f"{100 * level['churn_rate']:.1f} %",
        f"{level['nps_true']:.1f}",
    ]
    assert f"The survey would say {level['nps_survey']:.1f}" in page


def test_an_intervention_that_changes_nothing_is_said_to(comparison_folder: Path) -> None:
    page = unescape((comparison_folder / "report.html").read_text())
    assert re.search(r"No effect at all, exactly zero:</strong> Nothing at all", page)
    assert "surely gain" in page or "surely gains" in page


def test_processes_that_share_the_sections_make_the_same_page(comparison_folder: Path, tmp_path: Path) -> None:
    copy = shutil.copytree(comparison_folder, tmp_path / "copy")
    for drawn in (copy / "figures").iterdir():
        drawn.unlink()
    build(copy, workers=2)
    for name in ("report.html", *(f"figures/{path.name}" for path in (comparison_folder / "figures").iterdir())):
        assert (copy / name).read_bytes() == (comparison_folder / name).read_bytes()


def test_the_same_folder_gives_the_same_bytes(comparison_folder: Path, tmp_path: Path) -> None:
    copy = tmp_path / "copy"
    shutil.copytree(comparison_folder, copy, ignore=shutil.ignore_patterns("report.html", "figures"))
    build(copy)
    for path in (comparison_folder / "report.html", *sorted((comparison_folder / "figures").iterdir())):
        assert path.read_bytes() == (copy / path.relative_to(comparison_folder)).read_bytes(), path.name


def test_a_report_is_built_without_simulating(
    run_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise AssertionError("simulated")

    monkeypatch.setattr(CXModel, "__init__", refuse)
    copy = shutil.copytree(run_folder, tmp_path / "copy", ignore=shutil.ignore_patterns("report.html", "figures"))
    assert build(copy, figures=False) == copy / "report.html"
    assert not (copy / "figures").exists()


def test_a_folder_without_a_finished_run_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"^RUN_DIR: must be the folder of a finished run"):
        build(tmp_path)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("file", "content", "fault"),
    [
        ("weekly.parquet", None, "no such file"),
        (
            "weekly.parquet",
            b"garbage",
            "cannot be read (could not open Parquet input source ",
        ),
        ("ledger.parquet", None, "no such file"),
        ("effects.csv", None, "no such file"),
        (
            "effects.csv",
            b"\xff\xfe\x00",
            "cannot be read ('utf-8' codec can't decode byte 0xff",
        ),
        ("scenario.yaml", None, "no such file"),
        ("scenario.yaml", b"time: [", "cannot be read (while parsing a flow node"),
    ],
)
def test_a_damaged_file_of_a_finished_run_is_named(
    comparison_folder: Path, tmp_path: Path, file: str, content: bytes | None, fault: str
) -> None:
    copy = shutil.copytree(
        comparison_folder, tmp_path / "copy", ignore=shutil.ignore_patterns("report.html", "figures")
    )
    (copy / file).unlink() if content is None else (copy / file).write_bytes(content)
    with pytest.raises(InputError, match=f"^{re.escape(f'{copy / file}: {fault}')}"):
        build(copy)
    assert not (copy / "report.html").exists()
