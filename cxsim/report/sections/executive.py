"""The first page: where the firm stands, what hurts, what to do."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from html import escape

import numpy as np

from cxsim.metrics.horizons import METRICS
from cxsim.report.bookings import CAUSES, booked
from cxsim.report.evidence import BASELINE, Evidence
from cxsim.report.page import Page, section, text
from cxsim.report.payback import payback
from cxsim.report.wording import Verdict, change, interval, level, listed, number, percent, verdict
from cxsim.study.paired import mean_interval

TITLE = "Summary"
_SIDE_EFFECTS = {
    "churn_rate": "yearly churn",
    "nps_true": "NPS",
    "satisfaction": "satisfaction",
    "acquired": "customers won",
    "frustrated_share": "frustrated customers",
}
"""Measures that do not grow merely because more customers stay."""


def write(evidence: Evidence, _: Page) -> str:
    """Return the section."""
    parts = [_standing(evidence), _hurts(evidence)]
    if evidence.arms:
        parts += [_actions(evidence), _warnings(evidence)]
    return section("summary", TITLE, *parts)


def _standing(evidence: Evidence) -> str:
    recent = f"mean of the last {min(13, evidence.end)} weeks"
    satisfaction, kept, churn, nps, survey = (
        _with_interval(evidence, name) for name in ("satisfaction", "retention", "churn_rate", "nps_true", "nps_survey")
    )
    cards = [
        _card("Satisfaction", satisfaction[0], f"{satisfaction[1]}. {_capital(recent)}.", _best(evidence, "satisfaction")),
        _card(
            "Loyalty: customers lost a year", churn[0], f"{churn[1]}. {kept[0]} of the initial customers are still there "
            f"after {evidence.end} weeks ({kept[1]}).", _best(evidence, "churn_rate"),
        ),
        _card(
            "Advocacy: NPS of all customers", nps[0], f"{nps[1]}. The survey would say {survey[0]} ({survey[1]}): the "
            f"satisfied answer more. {_capital(recent)}.", _best(evidence, "nps_true"),
        ),
    ]  # fmt: skip
    return f"<h3>Where the firm stands: the baseline</h3>{_cards(cards)}"


def _hurts(evidence: Evidence) -> str:
    """Return the three largest avoidable sources of debits."""
    places = booked(evidence, BASELINE, ["touchpoint", "cause"])
    total = float(places["debits"].sum())
    if not total:
        return ""
    cards = []
    for row in places.sort_values("avoidable", ascending=False).head(3).reset_index().to_dict("records"):
        share = percent(float(row["avoidable"]) / total, 0)
        words = f"{number(float(row['avoidable']), 2)} ec a customer and year, {share} of all debits"
        cards.append(
            _card(f"{CAUSES[row['cause']]} at {row['touchpoint'].replace('_', ' ')}", share, f"{words}.", kind="loss")
        )
    held = percent(float(places["avoidable"].sum()) / total, 0)
    return f"<h3>What hurts: the three largest avoidable debits</h3>{_cards(cards)}" + text(
        f"A debit is what a visit takes from a customer's emotional account, in ec. {held} of all debits have avoidable causes; "
        "the rest are refusals that no firm could spare its customers.",
        "note",
    )


def _actions(evidence: Evidence) -> str:
    found = _verdicts(evidence)
    gaining = [arm for arm in evidence.ranked if found[arm] is Verdict.GAIN]
    cards = [_action(evidence, rank, arm) for rank, arm in enumerate(gaining[:3], start=1)]
    intro = f"Ranked by net present value over {evidence.end} weeks"
    if found[evidence.ranked[0]] is Verdict.UNKNOWN:
        ahead = [arm for arm in evidence.ranked if evidence.effect("npv", arm).difference > 0]
        cards = [_action(evidence, rank, arm) for rank, arm in enumerate(ahead[:3], start=1)]
        words = f"{intro}. One replication gives no interval: this ranking may be luck. Simulate more replications."
    elif not gaining:
        words = f"{intro}, no intervention surely gains money."
    elif len(gaining) < 3:
        words = f"{intro}. Only {len(gaining)} of {len(evidence.arms)} interventions surely gain money."
    else:
        words = f"{intro}, against the baseline on the same customers with the same luck."
    return f"<h3>What to do</h3>{text(words)}{_cards(cards)}{_lead(evidence)}"


def _action(evidence: Evidence, rank: int, arm: str) -> str:
    npv = evidence.effect("npv", arm)
    say = partial(change, "npv", currency=evidence.currency)
    ahead = int((evidence.npv(arm) > 0).sum())
    bounds = interval(npv.low, npv.high, say)
    about = f"{evidence.coverage} interval {bounds}; above zero in {ahead} of {evidence.replications} replications."
    effects = ", ".join(
        f"{words} {change(metric, evidence.effect(metric, arm).difference, evidence.currency)}"
        for metric, words in (("churn_rate", "yearly churn"), ("nps_true", "NPS"), ("ltv", "lifetime value"))
    )
    worse = _worse(evidence, arm)
    price = f" Worse: {worse}." if worse else ""
    return _card(
        f"{rank}. {evidence.label(arm)}",
        say(npv.difference),
        about,
        _paid(evidence, arm),
        f"{_capital(effects)}.{price}",
        kind="gain",
    )


def _paid(evidence: Evidence, arm: str) -> str:
    week, share = payback(evidence, arm)
    if not week.startswith("week"):
        return f"Paid back: {week}" + (f" ({share} replications)." if share else ".")
    known = evidence.scenario.interventions
    start = min((known[name].start_week for name in arm.split("+") if name in known), default=0.0)
    after = evidence.effect("payback_weeks", arm).difference - start
    return f"Paid back in {week}, {number(after)} weeks after its start ({share} replications)."


def _worse(evidence: Evidence, arm: str) -> str:
    """Return the measures that an arm surely worsens, in words."""
    words = []
    for metric, name in _SIDE_EFFECTS.items():
        effect = evidence.effect(metric, arm)
        if verdict(effect.low, effect.high, higher_is_better=METRICS[metric].higher_is_better) is Verdict.LOSS:
            words.append(f"{name} {change(metric, effect.difference, evidence.currency)}")
    return listed(words)


def _lead(evidence: Evidence) -> str:
    """Return how sure the first rank is: the paired difference from the second."""
    if len(evidence.ranked) < 2 or evidence.replications < 2:
        return ""
    first, second = evidence.ranked[:2]
    mean, low, high = mean_interval(evidence.npv(first) - evidence.npv(second), evidence.confidence)
    say = partial(change, "npv", currency=evidence.currency)
    sure = "the order of the two is sure" if low > 0 else "which of the two is better is not settled"
    return text(
        f"{evidence.label(first)} leads {evidence.label(second)} by {say(mean)} ({interval(low, high, say)}): {sure}, as "
        f"far as luck goes.", "note",
    )  # fmt: skip


def _warnings(evidence: Evidence) -> str:
    found = _verdicts(evidence)
    lines = []
    for kind, words in (
        (Verdict.LOSS, f"Lose money within {evidence.end} weeks"),
        (Verdict.UNDECIDED, "Undecided, the interval of the net present value includes zero"),
        (Verdict.NOTHING, "No effect at all, exactly zero"),
    ):
        npv = {arm: evidence.effect("npv", arm).difference for arm in evidence.ranked if found[arm] is kind}
        arms = [f"{evidence.label(arm)} ({change('npv', value, evidence.currency)})" for arm, value in npv.items()]
        if arms:
            lines.append(f'<p class="warn"><strong>{escape(words)}:</strong> {escape(listed(arms))}.</p>')
    if evidence.replications == 1:
        return "".join(lines)
    chance = (1.0 - evidence.confidence) * len(evidence.arms)
    lines.append(
        text(
            f"Intervals cover {evidence.coverage} of luck between {evidence.replications} replications, one intervention "
            f"at a time: of {len(evidence.arms)} intervals {number(chance, 1)} can be expected to miss. {_assumed(evidence)} "
            "Interventions count one by one; do "
            "not add them up. Net present value counts cash within the horizon alone, so that value kept beyond it is extra.",
            "note",
        )
    )
    return "".join(lines)


def _assumed(evidence: Evidence) -> str:
    """Return what the intervals say about the assumptions."""
    if not evidence.uncertain:
        return "They do not cover the uncertainty of the assumptions, which is larger: see the assumption sheet."
    return (
        f"Every replication has its own draw of {evidence.uncertain} uncertain parameters, so they are of the mean over the "
        "stated ranges; the effect at one set of parameters may lie outside."
    )


def _verdicts(evidence: Evidence) -> dict[str, Verdict]:
    npv = {arm: evidence.effect("npv", arm) for arm in evidence.ranked}
    return {arm: verdict(effect.low, effect.high) for arm, effect in npv.items()}


def _with_interval(evidence: Evidence, metric: str) -> tuple[str, str]:
    mean, low, high = evidence.level(metric)
    say = partial(level, metric, currency=evidence.currency)
    if not np.isfinite([low, high]).all():
        return say(mean), "one replication, no interval"
    return say(mean), f"{evidence.coverage} interval {interval(low, high, say)}"


def _best(evidence: Evidence, metric: str) -> str:
    """Return which arm would better a measure most, and by how much."""
    if not evidence.arms:
        return ""
    sign = 1.0 if METRICS[metric].higher_is_better else -1.0
    arm = max(evidence.ranked, key=lambda name: sign * evidence.effect(metric, name).difference)
    effect = evidence.effect(metric, arm)
    say = partial(change, metric, currency=evidence.currency)
    return (
        f"Bettered most by {evidence.label(arm)}: {say(effect.difference)} ({interval(effect.low, effect.high, say)})."
    )


def _card(title: str, value: str, *lines: str, kind: str = "") -> str:
    words = "".join(f"<p>{escape(line)}</p>" for line in lines if line)
    return f'<div class="card {kind}"><h3>{escape(title)}</h3><div class="value">{escape(value)}</div>{words}</div>'


def _cards(cards: Sequence[str]) -> str:
    return f'<div class="cards">{"".join(cards)}</div>' if cards else ""


def _capital(words: str) -> str:
    return words[:1].upper() + words[1:]
