"""The run folder: its name, its parts, its end, and two processes that want it at once."""

from __future__ import annotations

import json
import logging
import signal
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest

from cxsim.cli.compose import job, load
from cxsim.errors import InputError, RunError
from cxsim.results.folder import Parts, folder_of, is_finished, prepare, writable
from cxsim.results.identity import run_id
from cxsim.spec.change import change
from cxsim.spec.job import Job

ROOT = Path(__file__).resolve().parents[3]
TABLE = pd.DataFrame({"segment": ["all", "pro"], "active": [10, 3], "nps": [1.5, float("nan")]})
JOB = job()


def at(tmp_path: Path) -> Job:
    return change(JOB, {"output.root": tmp_path / "outputs"})


@pytest.mark.parametrize(
    "path",
    ["study.seed", "study.replications", "population.size", "behaviour.churn.level", "study.customer_replications"],
)
def test_what_moves_a_number_moves_the_id(path: str) -> None:
    inside = path if path.startswith("study") else f"scenario.{path}"
    assert run_id(change(JOB, {inside: 5})) != run_id(JOB)


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("engine.workers", 3),
        ("engine.stepping", "agents"),
        ("output.root", "elsewhere"),
        ("output.figures", False),
        ("study.name", "other"),
        ("study.horizons_weeks", [156, 52, 13]),
        ("scenario.label", "other"),
        ("scenario.interventions.faster_reply.evidence", "other"),
        ("data.churn_window_note", "no customer file, no matter"),
        ("data.tenure_unit", "year"),
    ],
)
def test_what_moves_no_number_leaves_the_id(path: str, value: object) -> None:
    assert run_id(change(JOB, {path: value})) == run_id(JOB)


def test_the_content_of_the_customer_file_is_part_of_the_id_and_its_place_is_not(tmp_path: Path) -> None:
    first, second = tmp_path / "a.csv", tmp_path / "b.csv"
    first.write_text("id\n1\n")
    second.write_text("id\n1\n")
    ids = [run_id(change(JOB, {"data.customers": path})) for path in (first, second)]
    second.write_text("id\n2\n")
    assert ids[0] == ids[1] != run_id(change(JOB, {"data.customers": second}))
    with pytest.raises(InputError, match=r"data.customers: cannot be read \(No such file or directory\), got"):
        run_id(change(JOB, {"data.customers": tmp_path / "none.csv"}))


def test_a_finished_run_holds_tables_scenario_and_manifest_and_nothing_else(tmp_path: Path) -> None:
    with prepare(at(tmp_path), "compare") as folder:
        assert not folder.finished
        assert json.loads((folder.path / "manifest.json").read_text())["status"] == "running"
        folder.write_part("base-10", {"weekly": TABLE.assign(active=10)})
        folder.write_part("base-9", {"weekly": TABLE.assign(active=9)})
        assert folder.has_part("base-9")
        assert not folder.has_part("base-8")
        weekly = folder.read_parts("weekly")
        assert weekly["active"].tolist() == [9, 9, 10, 10]
        assert weekly["segment"].tolist() == ["all", "pro"] * 2
        path = folder.finish({"weekly": weekly, "effects": TABLE}, {"arms": ["a"]})
    assert path == tmp_path / "outputs" / "compare" / f"telecom-{folder.run_id}"
    assert sorted(file.name for file in path.iterdir()) == [
        "effects.csv",
        "manifest.json",
        "scenario.yaml",
        "weekly.parquet",
    ]
    assert (path / "effects.csv").read_bytes() == b"segment,active,nps\nall,10,1.5\npro,3,\n"
    manifest = json.loads((path / "manifest.json").read_text())
    assert manifest["status"] == "complete"
    assert manifest["run_id"] == run_id(JOB)
    assert (manifest["seed"], manifest["replications"], manifest["represents"]) == (0, 10, 1_000_000)
    assert {"cxsim", "model", "python", "numpy", "numba", "scipy", "pandas", "mesa", "statsmodels"} == set(
        manifest["versions"]
    )
    assert load(path / "scenario.yaml") == JOB.scenario
    assert load(path / "scenario.yaml", ["population.size=5"]).population.size == 5


def test_a_finished_run_is_found_again_untouched(tmp_path: Path) -> None:
    with prepare(at(tmp_path), "run") as folder:
        folder.finish({"weekly": TABLE})
    before = (folder.path / "manifest.json").read_bytes()
    with prepare(at(tmp_path), "run") as again:
        assert again.finished
    assert (folder.path / "manifest.json").read_bytes() == before
    assert is_finished(folder_of(at(tmp_path), "run"))


def test_equal_tables_give_equal_bytes(tmp_path: Path) -> None:
    for name in ("a", "b"):
        Parts(tmp_path).write(name, {"weekly": TABLE.copy()})
    assert (tmp_path / "a" / "weekly.arrow").read_bytes() == (tmp_path / "b" / "weekly.arrow").read_bytes()
    pd.testing.assert_frame_equal(Parts(tmp_path).read("weekly"), pd.concat([TABLE, TABLE], ignore_index=True))


def test_a_part_written_twice_stays_as_it_was_first(tmp_path: Path) -> None:
    parts = Parts(tmp_path)
    parts.write("a", {"weekly": TABLE})
    parts.write("a", {"weekly": TABLE.assign(active=0)})
    assert parts.read("weekly")["active"].tolist() == [10, 3]
    assert [path.name for path in tmp_path.iterdir()] == ["a"]


KILLED = """
import os, signal, sys
from pathlib import Path
import pandas as pd
from pyarrow import feather
from cxsim.results.folder import prepare
from cxsim.spec.job import Job

folder = prepare(Job.model_validate_json(sys.argv[1]), "run")
folder.write_part("a", {"weekly": pd.DataFrame({"active": [1]})})
kill = lambda *_, **__: os.kill(os.getpid(), signal.SIGKILL)
feather.write_feather = kill
folder.write_part("b", {"weekly": pd.DataFrame({"active": [2]})})
"""


def test_a_killed_writer_leaves_complete_parts_or_none_and_its_lock_is_taken_over(tmp_path: Path) -> None:
    killed = subprocess.run([sys.executable, "-c", KILLED, at(tmp_path).model_dump_json()], cwd=ROOT, check=False)
    assert killed.returncode == -signal.SIGKILL
    path = folder_of(at(tmp_path), "run")
    assert (path / ".lock").exists()
    assert len(list((path / "parts").iterdir())) == 2
    with prepare(at(tmp_path), "run") as folder:
        assert [part.name for part in (path / "parts").iterdir()] == ["a"]
        assert folder.read_parts("weekly")["active"].tolist() == [1]


HOLDER = """
import sys, time
from cxsim.results.folder import prepare
from cxsim.spec.job import Job
import pandas as pd

with prepare(Job.model_validate_json(sys.argv[1]), "run") as folder:
    print("held", flush=True)
    time.sleep(1.0)
    folder.finish({"weekly": pd.DataFrame({"active": [1]})})
"""


def test_the_second_of_two_processes_waits_and_finds_the_run_finished(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", HOLDER, at(tmp_path).model_dump_json()], cwd=ROOT, stdout=subprocess.PIPE, text=True
    ) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"
        with caplog.at_level(logging.WARNING), prepare(at(tmp_path), "run") as folder:
            assert folder.finished
    assert f"waiting for process {holder.pid}, which computes the same run" in caplog.text
    assert not (folder.path / ".lock").exists()


def test_the_same_process_does_not_wait_for_itself(tmp_path: Path) -> None:
    with prepare(at(tmp_path), "run"), pytest.raises(RunError, match="this process is already computing that run"):
        prepare(at(tmp_path), "run")
    with prepare(at(tmp_path), "run") as folder:
        assert not folder.finished


def test_a_root_that_cannot_be_written_is_a_fault_and_makes_nothing(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    wrong = change(JOB, {"output.root": tmp_path / "file" / "outputs"})
    message = f"output.root: must be a folder that can be written, got '{tmp_path / 'file' / 'outputs'}'"
    assert str(writable(wrong.output.root)) == message
    with pytest.raises(InputError, match=r"output.root: must be a folder that can be written"):
        prepare(wrong, "run")
    assert writable(tmp_path / "new" / "deep") is None
    assert [path.name for path in tmp_path.iterdir()] == ["file"]
