from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from itertools import combinations
from pathlib import Path

import pytest
from matplotlib.figure import Figure
from matplotlib.text import Text
from matplotlib.transforms import Bbox

from cxsim.report.evidence import Evidence
from cxsim.report.plots import ComparisonPlots, RunPlots
from cxsim.report.style import canvas, svg

OF_RUN = ["journey_map", "heat_map", "retention", "account", "ledger", "desks", "expectation"]
OF_COMPARISON = ["effects", "value_bridge", "cash"]


def extents(figure: Figure) -> list[tuple[str, Bbox]]:
    figure.draw_without_rendering()
    texts = [
        text
        for text in figure.findobj(Text)
        if isinstance(text, Text) and text.get_text().strip() and text.get_visible()
    ]
    return [(text.get_text(), text.get_window_extent()) for text in texts]


def flaws(figure: Figure) -> list[str]:
    """Texts that are cut off, and pairs of texts that cover each other."""
    areas = extents(figure)
    whole = figure.bbox.padded(0.5)
    lost = [f"cut off: {text}" for text, area in areas if not (whole.contains(*area.min) and whole.contains(*area.max))]
    # Letters fill less than the height of their line.
    pairs = combinations([(text, area.padded(-1.5)) for text, area in areas], 2)
    return lost + [f"{a} on {b}" for (a, one), (b, other) in pairs if one.overlaps(other)]


@pytest.mark.parametrize("name", OF_RUN)
def test_no_text_of_a_figure_covers_another_or_is_cut_off(evidence: Evidence, name: str) -> None:
    draw: Callable[[], Figure] = getattr(RunPlots(evidence), name)
    figure = draw()
    assert len(extents(figure)) > 5
    assert flaws(figure) == []


@pytest.mark.parametrize("name", OF_COMPARISON)
def test_no_text_of_a_comparison_covers_another_or_is_cut_off(comparison: Evidence, name: str) -> None:
    draw: Callable[[], Figure] = getattr(ComparisonPlots(comparison), name)
    assert flaws(draw()) == []


def test_the_search_for_flaws_notices_larger_letters(comparison: Evidence) -> None:
    figure = ComparisonPlots(comparison).value_bridge()
    for text in figure.findobj(Text):
        if isinstance(text, Text):
            text.set_fontsize(24.0)
    assert len(flaws(figure)) > 10


def test_a_figure_gives_the_same_bytes_under_names_of_its_own() -> None:
    def drawn(name: str) -> str:
        figure = canvas(2.0)
        figure.subplots().plot([1, 2], [3, 4], "o")
        return svg(figure, name)

    assert drawn("one") == drawn("one")
    assert 'id="one-0"' in drawn("one")
    assert drawn("one") == drawn("two").replace('"two-', '"one-').replace("#two-", "#one-")
    assert drawn("one") != drawn("two")


def test_drawing_leaves_the_state_of_matplotlib_alone(run_folder: Path, repository: Path) -> None:
    program = (
        "import sys, matplotlib; before = dict(matplotlib.rcParams)\n"
        "from pathlib import Path; from cxsim.report.document import build\n"
        f"build(Path({str(run_folder)!r}))\n"
        "assert dict(matplotlib.rcParams) == before\n"
        "assert 'matplotlib.pyplot' not in sys.modules\n"
    )
    subprocess.run([sys.executable, "-c", program], cwd=repository, check=True)
