from __future__ import annotations

from itertools import combinations
from pathlib import Path

import pytest
import yaml
from matplotlib.figure import Figure
from matplotlib.text import Text
from matplotlib.transforms import Bbox

from cxsim.errors import InputError
from cxsim.journey.layout import lay_out
from cxsim.report.figures.journey_graph import draw
from cxsim.report.journey_page import run
from cxsim.spec.job import Job
from cxsim.spec.scenario import Scenario


@pytest.fixture(scope="module")
def telecom(repository: Path) -> Scenario:
    conf = repository / "conf"
    scenario = yaml.safe_load((conf / "scenario" / "telecom.yaml").read_text())
    del scenario["defaults"]
    for part in ("journey", "population", "market"):
        scenario[part] = yaml.safe_load((conf / part / "telecom.yaml").read_text())
    return Scenario.model_validate(scenario)


def broken(scenario: Scenario) -> Scenario:
    return scenario.model_copy(update={"journey": scenario.journey.model_copy(update={"start": "add"})})


def extents(figure: Figure) -> list[tuple[str, Bbox]]:
    """Every text of a figure with the area it covers, in pixels."""
    figure.draw_without_rendering()
    texts = [text for text in figure.findobj(Text) if isinstance(text, Text) and text.get_text().strip()]
    return [(text.get_text(), text.get_window_extent()) for text in texts]


def flaws(figure: Figure) -> list[str]:
    """Texts that are cut off, and pairs of texts that cover each other."""
    areas = extents(figure)
    whole = figure.bbox
    lost = [t for t, area in areas if not (whole.contains(*area.min) and whole.contains(*area.max))]
    # Half a pixel of anti-aliasing is no overlap.
    pairs = combinations([(text, area.padded(-0.5)) for text, area in areas], 2)
    return lost + [f"{a} on {b}" for (a, one), (b, other) in pairs if one.overlaps(other)]


def test_no_text_of_the_map_covers_another_or_is_cut_off(telecom: Scenario) -> None:
    figure = draw(telecom)
    assert len(extents(figure)) > 50
    assert flaws(figure) == []


def test_the_search_for_flaws_notices_larger_letters(telecom: Scenario) -> None:
    figure = draw(telecom)
    for text in figure.findobj(Text):
        if isinstance(text, Text):
            text.set_fontsize(30.0)
    assert len(flaws(figure)) > 10


def test_texts_stay_within_the_room_that_the_layout_gives_them(telecom: Scenario) -> None:
    figure = draw(telecom)
    plan = lay_out(telecom.journey)
    room = {line: box.width for box in plan.boxes for line in (*box.lines, box.name, f"★ {box.name}")}
    room |= {line: route.label.width for route in plan.routes for line in route.label.lines}
    widths = [(text, area.width / figure.dpi) for text, area in extents(figure) if text in room]
    assert [(text, width, room[text]) for text, width in widths if width > room[text]] == []


def test_a_map_of_one_node_keeps_its_title_and_legend(telecom: Scenario) -> None:
    nodes = {"gone": telecom.journey.nodes["gone"]}
    journey = telecom.journey.model_copy(update={"nodes": nodes, "golden_path": ()})
    assert flaws(draw(telecom.model_copy(update={"journey": journey, "label": "Long label " * 20}))) == []


def test_a_long_name_is_written_smaller(telecom: Scenario) -> None:
    name = "a_node_with_quite_a_long_name"
    nodes = {**telecom.journey.nodes, name: telecom.journey.nodes["gone"]}
    journey = telecom.journey.model_copy(update={"nodes": nodes})
    figure = draw(telecom.model_copy(update={"journey": journey}))
    width = next(area.width / figure.dpi for text, area in extents(figure) if text == name)
    assert 1.0 < width < lay_out(journey).boxes[-1].width


def test_the_command_writes_the_map_and_says_where(
    telecom: Scenario, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "160")
    job = Job.model_validate({"scenario": telecom, "output": {"root": tmp_path}})
    assert run(job) == 0
    folder = tmp_path / "journey" / "telecom"
    printed = capsys.readouterr().out
    assert (folder / "journey.svg").read_text(encoding="utf-8").startswith("<?xml")
    assert (folder / "journey.png").read_bytes().startswith(b"\x89PNG")
    assert f"map: {folder / 'journey.svg'}\nmap: {folder / 'journey.png'}\n" in printed
    assert "warning: journey.touchpoints: moments of truth should be 20%" in printed
    assert "» subscribe" in printed


def test_a_faulty_journey_writes_nothing(telecom: Scenario, tmp_path: Path) -> None:
    job = Job.model_validate({"scenario": broken(telecom), "output": {"root": tmp_path}})
    with pytest.raises(InputError, match=r"^journey\.start: must name a node, got 'add'; did you mean 'ad'\?"):
        run(job)
    assert list(tmp_path.iterdir()) == []
