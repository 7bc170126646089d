"""Commands on a configuration: everything is judged before anything is done, and every point has its say."""

from __future__ import annotations

from pathlib import Path

import pytest
from omegaconf import OmegaConf

from cxsim.cli.commands import Command
from cxsim.cli.configured import configured
from cxsim.cli.entry import main
from cxsim.errors import InputError, RunError
from cxsim.spec.job import Job
from cxsim.spec.load import build_job


class Recorder:
    """Stands in for a simulation: keeps what it was asked, and fails at seed 2."""

    def __init__(self) -> None:
        self.jobs: list[Job] = []

    def __call__(self, job: Job, progress: bool) -> int:
        self.jobs.append(job)
        if job.study.seed == 2:
            message = "the worker was killed"
            raise RunError(message)
        return 0

    def command(self) -> Command:
        return Command("try", "tries", "Tries.", ("cxsim try",), self)


def test_the_body_gets_the_job() -> None:
    recorder = Recorder()
    assert configured(recorder.command(), ["population.size=5", "study.seed=7"]) == 0
    assert [(job.scenario.population.size, job.study.seed) for job in recorder.jobs] == [(5, 7)]


def test_options_may_stand_anywhere(tmp_path: Path) -> None:
    recorder = Recorder()
    assert configured(recorder.command(), ["population.size=5", "--config-dir", str(tmp_path), "study.seed=7"]) == 0
    assert recorder.jobs[0].study.seed == 7


def test_a_failing_point_is_told_with_its_overrides_and_the_others_run(capsys: pytest.CaptureFixture[str]) -> None:
    recorder = Recorder()
    assert configured(recorder.command(), ["-m", "study.seed=1,2,3", "population.size=5"]) == 1
    assert [job.study.seed for job in recorder.jobs] == [1, 2, 3]
    assert capsys.readouterr().err.splitlines() == [
        "[1/3] study.seed=1",
        "[2/3] study.seed=2",
        "[study.seed=2] the worker was killed",
        "[3/3] study.seed=3",
    ]


def test_no_point_runs_when_one_is_wrong() -> None:
    recorder = Recorder()
    with pytest.raises(InputError, match="size") as caught:
        configured(recorder.command(), ["-m", "population.size=5,0,-1", "study.confidence=2"])
    assert recorder.jobs == []
    assert [str(fault) for fault in caught.value.faults] == [
        "study.confidence: must be below 1, got 2",
        "[population.size=0] population.size: must be at least 1, got 0",
        "[population.size=-1] population.size: must be at least 1, got -1",
    ]


def test_cfg_prints_a_configuration_that_can_be_read_back(capsys: pytest.CaptureFixture[str]) -> None:
    recorder = Recorder()
    assert configured(recorder.command(), ["--cfg", "job", "--resolve", "population.size=5"]) == 0
    assert recorder.jobs == []
    printed = OmegaConf.to_container(OmegaConf.create(capsys.readouterr().out))
    assert isinstance(printed, dict)
    assert build_job({str(key): value for key, value in printed.items()}).scenario.population.size == 5


def test_help_lists_groups_levers_of_the_user_and_three_examples(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "intervention").mkdir()
    (tmp_path / "intervention" / "vip_line.yaml").write_text("family: design\n")
    assert main(["compare", "--help", "--config-dir", str(tmp_path)]) == 0
    page = capsys.readouterr().out
    assert "  scenario=telecom\n" in page
    assert "vip_line" in page
    assert page.split("Examples:")[1].count("  cxsim compare") == 3


def test_a_misspelt_command_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["comapre"]) == 2
    assert capsys.readouterr().err == "cxsim: no such command, got 'comapre'; did you mean 'compare'?\n"


def test_a_report_of_what_is_no_run_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["report", str(tmp_path)]) == 2
    assert capsys.readouterr().err == f"RUN_DIR: must be the folder of a finished run, got '{tmp_path}'\n"
