"""`python -m benchmarks --quick` measures everything at small sizes; its numbers mean nothing, its page must be whole."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks.__main__ import BENCHMARKS


def bench(repository: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "benchmarks", *arguments]
    return subprocess.run(command, cwd=repository, capture_output=True, text=True, check=False)


@pytest.mark.slow
def test_a_quick_run_measures_everything(repository: Path, tmp_path: Path) -> None:
    published = repository / "docs" / "benchmarks.md"
    before = published.read_bytes() if published.exists() else None
    done = bench(repository, "--quick", "--output", str(tmp_path / "page.md"))
    assert done.returncode == 0, done.stderr
    page = (tmp_path / "page.md").read_text("utf-8")
    assert len(re.findall(r"^## ", page, re.MULTILINE)) == len(BENCHMARKS) + 1
    assert len(re.findall(r"\| (?:met|missed) \|", page)) == 7
    assert re.search(r"\bnan\b", page) is None
    assert (published.read_bytes() if published.exists() else None) == before, "a quick run must not be published"


def test_an_unknown_benchmark_is_named(repository: Path) -> None:
    done = bench(repository, "--quick", "spede")
    assert done.returncode == 2
    assert "no such benchmark: spede" in done.stderr
