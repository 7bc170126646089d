"""What customers expect against what they are promised, and what they come to trust."""

from __future__ import annotations

from matplotlib.figure import Figure

from cxsim.report.evidence import BASELINE, Evidence
from cxsim.report.lines import draw_line
from cxsim.report.style import MUTED, SERIES, SMALL, canvas, head, label_ends, panels


def draw(evidence: Evidence, arm: str = BASELINE) -> Figure:
    """Return expectation and promise by dimension, and trust and habituation, over time."""
    figure = canvas(2.8)
    expected, felt = panels(figure, 1, 2)
    ends = [
        draw_line(expected, evidence, arm, f"expectation_{name}", colour, factor=100.0, label=f"expected, {name}")
        for name, colour in (("functional", SERIES[0]), ("emotional", SERIES[1]))
    ]
    promise = evidence.scenario.market.promise
    promised = {promise.functional: "promised, functional", promise.emotional: "promised, emotional"}
    if promise.functional == promise.emotional:
        promised = {promise.functional: "promised, both"}
    for level, words in promised.items():
        expected.plot([0.0, ends[0][0]], [100.0 * level] * 2, color=MUTED, linewidth=1.2, linestyle=(0.0, (4.0, 2.0)))
        ends.append((ends[0][0], 100.0 * level, words, MUTED))
    expected.margins(y=0.2)
    label_ends(expected, ends, gap=0.09)
    head(expected, "Expectation of active customers", "points of 100")
    lines = [
        draw_line(felt, evidence, arm, name, colour, factor=100.0, label=words)
        for name, words, colour in (
            ("trust", "trust in the promise", SERIES[2]),
            ("habituation", "used to delight", SERIES[3]),
        )
    ]
    felt.set_ylim(0.0, 100.0)
    label_ends(felt, lines, gap=0.09)
    head(felt, "Trust and habituation", "points of 100")
    for each in (expected, felt):
        each.set_xlabel("week", fontsize=SMALL)
    return figure
