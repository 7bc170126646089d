from __future__ import annotations

from collections.abc import Callable
from itertools import combinations
from pathlib import Path

import matplotlib
import pytest
from matplotlib.figure import Figure
from matplotlib.text import Text
from matplotlib.transforms import Bbox

from cxsim.report.evidence import Evidence
from cxsim.report.plots import ComparisonPlots, RunPlots
from cxsim.report.style import canvas, svg

OF_RUN = ["journey_map", "heat_map", "retention", "account", "ledger", "desks", "expectation"]
OF_COMPARISON = ["effects", "value_bridge", "cash"]


def unseen(figure: Figure) -> set[int]:
    """Labels of ticks that lie outside of what their axis shows; they exist, but are not drawn."""
    found = set()
    for axis in (axis for axes in figure.axes for axis in (axes.xaxis, axes.yaxis)):
        low, high = sorted(axis.get_view_interval())
        slack = 1e-9 * (high - low)
        for tick in axis.get_major_ticks():
            if not low - slack <= tick.get_loc() <= high + slack:
                found |= {id(tick.label1), id(tick.label2)}
    return found


def extents(figure: Figure) -> list[tuple[str, Bbox]]:
    figure.draw_without_rendering()
    left_out = unseen(figure)
    texts = [
        text
        for text in figure.findobj(Text)
        if isinstance(text, Text) and text.get_text().strip() and text.get_visible()
    ]
    return [(text.get_text(), text.get_window_extent()) for text in texts if id(text) not in left_out]


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


def test_drawing_leaves_the_state_of_matplotlib_alone(run: Evidence) -> None:
    before = matplotlib.rcParams.copy()
    RunPlots(run).account().draw_without_rendering()
    assert matplotlib.rcParams.copy() == before


def test_no_figure_is_made_through_the_global_interface(repository: Path) -> None:
    sources = [path.read_text() for path in (repository / "cxsim" / "report").rglob("*.py")]
    assert len(sources) > 20
    assert [text for text in sources if "pyplot" in text or "rcParams" in text] == []
