"""Studies and notebooks that the repository ships still run, and give what they say."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from types import ModuleType

import nbformat
import pytest
import yaml
from nbclient import NotebookClient

ROOT = Path(__file__).parents[2]
STUDIES = sorted(path.parent for path in (ROOT / "experiments").glob("*/run.py"))
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))
MOST_LINES = 50


def load(path: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location(f"study_{path.parent.name}", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize("study", STUDIES, ids=lambda path: path.name)
def test_a_study_is_short_and_gives_what_it_says_at_small_size(study: Path) -> None:
    assert len((study / "run.py").read_text().splitlines()) <= MOST_LINES
    module = load(study / "run.py")
    found = module.answer(**module.SMALL)
    expected = yaml.safe_load((study / "expected.yaml").read_text())
    assert found.keys() == expected.keys()
    for arm, values in expected.items():
        assert found[arm] == pytest.approx(values, rel=1e-9, abs=1e-12, nan_ok=True), arm
    assert not any(found["null_lever"].values())


@pytest.mark.parametrize("notebook", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_runs(notebook: Path) -> None:
    content = nbformat.read(notebook, as_version=4)  # type: ignore[no-untyped-call]
    assert not any(cell.get("outputs") for cell in content.cells)
    NotebookClient(content, timeout=300, resources={"metadata": {"path": str(notebook.parent)}}).execute()
