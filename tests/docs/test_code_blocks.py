"""Every Python block of the README and of the documentation runs, one page after the other, as a reader would type it."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
BLOCK = re.compile(r"^```python\n(.*?)^```", re.MULTILINE | re.DOTALL)


def blocks(page: str) -> list[str]:
    return BLOCK.findall(page)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_the_python_of_a_page_runs(page: Path, tmp_path: Path) -> None:
    found = blocks(page.read_text("utf-8"))
    if not found:
        pytest.skip("no Python on this page")
    program = tmp_path / "page.py"
    program.write_text("\n\n".join(found), "utf-8")
    done = subprocess.run(
        [sys.executable, str(program)],
        cwd=tmp_path,
        env={**os.environ, "MPLBACKEND": "agg", "OMP_NUM_THREADS": "1"},
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-3_000:]


def test_blocks_are_found_and_other_languages_left_alone() -> None:
    page = "text\n```python\nx = 1\n```\n```bash\nls\n```\n```python\ny = x\n```\n"
    assert blocks(page) == ["x = 1\n", "y = x\n"]
