from __future__ import annotations

import io
from pathlib import Path

import pytest
from rich.console import Console

from cxsim.errors import InputError
from cxsim.report.terminal import effects, summary


def printed(command: object, folder: Path, width: int) -> str:
    out = io.StringIO()
    assert callable(command)
    command(folder, Console(file=out, width=width))
    return out.getvalue()


@pytest.mark.parametrize("width", [80, 100])
def test_effects_are_legible_without_cut_offs(comparison_folder: Path, width: int) -> None:
    text = printed(effects, comparison_folder, width)
    assert all(len(line) <= width for line in text.splitlines())
    assert "…" not in text
    words = " ".join(line[1:20].strip("│ ") for line in text.splitlines())
    assert "Faster complaint response" in " ".join(words.split()) or "Faster complaint" in words
    for needed in ("NPV", "churn", "LTV", "NPS", "paid back", "luck only", "3 replications"):
        assert needed in text


def test_effects_say_which_intervals_include_zero(comparison_folder: Path) -> None:
    text = " ".join(printed(effects, comparison_folder, 100).split())
    assert "change nothing: Nothing at all." in text
    assert "lose money: Faster complaint response" in text
    assert "? +" in text or "? −" in text


def test_a_plain_run_is_summed_up(run_folder: Path) -> None:
    text = printed(summary, run_folder, 80)
    assert all(len(line) <= 80 for line in text.splitlines())
    for needed in (
        "Satisfaction",
        "Yearly churn",
        "NPS, all customers",
        "95 % interval".replace(" ", "\N{NO-BREAK SPACE}", 1),
    ):
        assert needed in text


def test_an_unfinished_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"^RUN_DIR: must be the folder of a finished run"):
        effects(tmp_path)
