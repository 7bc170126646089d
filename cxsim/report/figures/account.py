"""The emotional bank account over time: who is frustrated, neutral, satisfied or enchanted, and the mean balance."""

from __future__ import annotations

from matplotlib.figure import Figure

from cxsim.report.evidence import BASELINE, Evidence
from cxsim.report.lines import draw_line
from cxsim.report.style import BASELINE as GREY
from cxsim.report.style import GAIN, INK, LOSS, SMALL, TREATED, canvas, head, label_ends, panels
from cxsim.report.wording import percent


def draw(evidence: Evidence) -> Figure:
    """Return the shares of the baseline and the mean balance of the baseline and the best arm, by week."""
    figure = canvas(3.2)
    shares, balance = panels(figure, 1, 2)
    panel = evidence.panel()
    weeks = panel["week"][0]
    names = ("frustrated_share", "satisfied_share", "enchanted_share")
    frustrated, satisfied, enchanted = (panel[name].mean(axis=0) for name in names)
    neutral = 1.0 - frustrated - satisfied - enchanted
    shares.stackplot(
        weeks, frustrated, neutral, satisfied, enchanted, colors=(LOSS, "#e4e7eb", "#a9c7e0", GAIN), alpha=0.85, linewidth=0
    )  # fmt: skip
    shares.set_ylim(0.0, 1.0)
    shares.set_xlim(weeks[0], weeks[-1])
    shares.set_yticks([0.0, 0.25, 0.5, 0.75, 1.0], ["0 %", "25 %", "50 %", "75 %", "100 %"])
    middle = weeks[len(weeks) // 2]
    shares.text(
        middle,
        frustrated.mean() / 2,
        f"frustrated (account below 0): {percent(float(frustrated[-1]), 0)} at the end",
        ha="center",
        color="white",
        fontsize=SMALL,
        va="center",
    )
    limits = evidence.scenario.behaviour.account
    below = frustrated.mean()
    for share, label in ((neutral, "neutral"), (satisfied, f"satisfied ({limits.satisfied:g} ec or more)")):
        words = f"{label}: {percent(float(share[-1]), 0)} at the end"
        shares.text(middle, below + share.mean() / 2, words, ha="center", color=INK, fontsize=SMALL, va="center")
        below += share.mean()
    shares.text(
        middle,
        0.985,
        f"enchanted ({limits.enchanted:g} ec or more): {percent(float(enchanted[-1]))} at the end",
        ha="center",
        color=GAIN,
        fontsize=SMALL,
        va="top",
    )
    head(shares, "Share of active customers, baseline", "by week")
    ends = [draw_line(balance, evidence, BASELINE, "balance", GREY)]
    if evidence.best is not None:
        ends.append(draw_line(balance, evidence, evidence.best, "balance", TREATED))
    balance.margins(y=0.3)
    label_ends(balance, ends)
    head(balance, "Mean balance of an account", "ec, by week")
    return figure
