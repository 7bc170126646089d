"""What every intervention changes, at every horizon, with its interval."""

from __future__ import annotations

import math
from functools import partial
from html import escape

from cxsim.metrics.horizons import METRICS
from cxsim.report.evidence import Evidence
from cxsim.report.figures.effects import draw
from cxsim.report.page import Page, section, table, text
from cxsim.report.payback import payback
from cxsim.report.wording import NOTHING, TITLES, change, interval, level, number, percent

TITLE = "Effects of the interventions"
_MUCH_TAIL = 0.20
_IN_TABLE = tuple(
    metric for metric in TITLES if metric not in {"payback_weeks", "ltv_observed", "ltv_simulated", "ltv_terminal"}
)


def write(evidence: Evidence, page: Page) -> str:
    """Return the section; nothing for a run without interventions."""
    if not evidence.arms:
        return ""
    caption = (
        "Difference from the baseline, intervention by intervention, best net present value on top. Marks are means, lines "
        f"{evidence.coverage} intervals of the paired difference. Lifetime value is that of a whole customer life and "
        "the same at every horizon."
    )
    parts = [page.figure("effects", draw(evidence), caption), _early(evidence), _returns(evidence)]
    parts += ["<h3>Lifetime value in its three parts</h3>", _lifetime(evidence)]
    parts += ["<h3>Every measure</h3>", text("effects.csv beside this page has the same for every segment.", "note")]
    parts += [_table(evidence, arm) for arm in evidence.ranked]
    return section("effects", TITLE, *parts)


def _early(evidence: Evidence) -> str:
    """Return a word on horizons that end before the interventions begin."""
    known = evidence.scenario.interventions
    starts = [known[name].start_week for arm in evidence.arms for name in arm.split("+") if name in known]
    before = [str(weeks) for weeks in evidence.horizons if starts and weeks <= min(starts)]
    if not before:
        return ""
    return text(
        f"At {' and '.join(before)} weeks every difference is exactly zero: the interventions start in week {min(starts):g}."
    )


def _returns(evidence: Evidence) -> str:
    rows = []
    for arm in evidence.ranked:
        for weeks in evidence.horizons:
            npv, roi = evidence.effect("npv", arm, weeks), evidence.effect("roi", arm, weeks)
            week, share = payback(evidence, arm, weeks)
            bounds = interval(npv.low, npv.high, partial(change, "npv", currency=evidence.currency))
            first = evidence.label(arm) if weeks == evidence.horizons[0] else ""
            ahead = f"{(evidence.npv(arm, weeks) > 0).sum()} of {evidence.replications}"
            mean, ratio = change("npv", npv.difference, evidence.currency), number(roi.difference, 2, signed=True)
            rows.append((first, str(weeks), mean, bounds, ahead, ratio, f"{week} ({share})" if share else week))
    head = ("Intervention", "Weeks", "NPV", "Interval", "NPV above 0", "NPV per unit of cost", "Paid back")
    note = (
        "Counts are replications: in how many NPV is above zero, and (in brackets) in how many the intervention has paid for "
        "itself. Week of payback: median over replications, counted from the start of the run, after which the discounted "
        "total never is below zero again."
    )
    return "<h3>Money</h3>" + table(head, rows) + text(note, "note")


def _lifetime(evidence: Evidence) -> str:
    def row(name: str, values: dict[str, float]) -> tuple[str, ...]:
        whole, tail = values["ltv"], values["ltv_terminal"]
        share = tail / whole if whole else math.nan
        flag = " ⚠" if share > _MUCH_TAIL else ""
        cells = [
            level(metric, values[metric], evidence.currency)
            for metric in ("ltv_observed", "ltv_simulated", "ltv_terminal", "ltv")
        ]
        return (name, *cells, percent(share, 0) + flag)

    metrics = ("ltv", "ltv_observed", "ltv_simulated", "ltv_terminal")
    first = evidence.ranked[0]
    rows = [row("Baseline", {metric: evidence.effect(metric, first).baseline for metric in metrics})]
    rows += [
        row(evidence.label(arm), {metric: evidence.effect(metric, arm).treated for metric in metrics})
        for arm in evidence.ranked
    ]
    flagged = any("⚠" in cells[-1] for cells in rows)
    head = ("Arm", "Paid before the run", f"Within {evidence.end} weeks", "After that", "Whole life", "Share after")
    words = (
        "Discounted margin per customer of the initial base. What comes after the run is carried on by the shifted "
        "beta-geometric law fitted to the last year; it is extrapolated, not simulated."
    )
    if flagged:
        words += (
            " ⚠ More than 20 % of the lifetime value lies there: judge by net present value, not by lifetime value."
        )
    return table(head, rows) + text(words, "note")


def _table(evidence: Evidence, arm: str) -> str:
    rows = []
    for metric in _IN_TABLE:
        if metric not in METRICS:
            continue
        base = evidence.effect(metric, arm).baseline
        cells = [TITLES[metric], NOTHING if metric in {"npv", "roi"} else level(metric, base, evidence.currency)]
        for weeks in evidence.horizons:
            if metric == "ltv" and weeks != evidence.end:
                cells += [NOTHING, ""]
                continue
            effect = evidence.effect(metric, arm, weeks)
            say = partial(change, metric, currency=evidence.currency)
            zero = " ○" if effect.low <= 0.0 <= effect.high and effect.low < effect.high else ""
            cells += [say(effect.difference) + zero, interval(effect.low, effect.high, say)]
        rows.append(cells)
    head = ["Measure", f"Baseline, {evidence.end} weeks"]
    for weeks in evidence.horizons:
        head += [f"Change, {weeks} weeks", "Interval"]
    note = text(
        "○: the interval includes zero. Counts and money are those of the represented base. Lifetime value is that of a whole "
        "life, told once.", "note",
    )  # fmt: skip
    return f"<details><summary>{escape(evidence.label(arm))}</summary>{table(head, rows, wide=True)}{note}</details>"
