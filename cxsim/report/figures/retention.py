"""How long customers stay: the initial base, customers won during the run, and the law carried beyond the run."""

from __future__ import annotations

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from cxsim.arrays import Floats
from cxsim.errors import InputError
from cxsim.forecast.closed_forms.sbg import SBG, fit_sbg_counts, survival
from cxsim.forecast.closed_forms.sbg import retention as kept
from cxsim.report.evidence import BASELINE, Evidence
from cxsim.report.style import BASELINE as GREY
from cxsim.report.style import HIGHLIGHT, SERIES, SMALL, TREATED, canvas, head, label_ends, panels
from cxsim.study.paired import mean_interval
from cxsim.study.terminal import fit_tail
from cxsim.units import WEEKS_PER_YEAR

_PERIOD = 13


def draw(evidence: Evidence) -> Figure:
    """Return the share of customers kept by week, and the yearly churn by year of tenure with the fitted law."""
    figure = canvas(3.5)
    stay, tenure = panels(figure, 1, 2)
    ends = [_base(stay, evidence, BASELINE, GREY)]
    if evidence.best is not None:
        ends.append(_base(stay, evidence, evidence.best, TREATED))
    ends += _won(stay, evidence)
    low = min(float(np.min(np.asarray(line.get_ydata()))) for line in stay.lines)
    stay.set_ylim(max(0.0, low - 6.0), 101.0)
    label_ends(stay, ends, gap=0.085)
    stay.set_xlabel("weeks from the start, or from joining", fontsize=SMALL)
    head(stay, "Customers still there", "% of those who began")
    _hazard(tenure, evidence)
    return figure


def pooled(evidence: Evidence, arm: str = BASELINE) -> tuple[Floats, Floats]:
    """Return customer-weeks at risk and customers lost by week of age of the customers won during the run, cohorts pooled."""
    cohorts = evidence.tables["cohorts"]
    won = cohorts[(cohorts["scenario"] == arm) & (cohorts["cohort"] > 0)]
    age = np.floor(won["age_weeks"].to_numpy()).clip(0).astype(int)
    size = int(age.max()) + 1 if age.size else 0
    lost = np.bincount(age, won["churned"], minlength=size)
    return np.bincount(age, won["active"], minlength=size) + lost, lost


def fit_new(evidence: Evidence, arm: str = BASELINE) -> SBG | None:
    """Return the sBG of the customers won during the run, by quarter of age; nothing where they say too little."""
    at_risk, lost = pooled(evidence, arm)
    quarters = at_risk.size // _PERIOD
    shape = (quarters, _PERIOD)
    weeks, gone = (part[: quarters * _PERIOD].reshape(shape).sum(axis=1) for part in (at_risk, lost))
    per_period = _PERIOD * evidence.scenario.time.ticks_per_week
    try:
        return fit_sbg_counts(weeks / per_period + gone / 2.0, gone)
    except InputError:
        return None


def _base(axes: Axes, evidence: Evidence, arm: str, colour: str) -> tuple[float, float, str, str]:
    panel = evidence.panel(arm)
    began = panel["base_active"][:, :1] + panel["base_churned"][:, :1]
    share = 100.0 * panel["base_active"] / began
    weeks = panel["week"][0] + 1.0 / panel.ticks_per_week
    bounds = np.array([mean_interval(values, evidence.confidence) for values in share.T])
    axes.fill_between(weeks, bounds[:, 1], bounds[:, 2], color=colour, alpha=0.2, linewidth=0)
    axes.plot(weeks, bounds[:, 0], color=colour, linewidth=1.8)
    who = "start, baseline" if arm == BASELINE else "start, best arm"
    return float(weeks[-1]), float(bounds[-1, 0]), f"{who}: {bounds[-1, 0]:.1f}", colour


def _won(axes: Axes, evidence: Evidence) -> list[tuple[float, float, str, str]]:
    at_risk, lost = pooled(evidence)
    if not lost.sum():
        return []
    # Beyond this age too few are left to say anything.
    seen = int(np.argmax(at_risk < 0.02 * at_risk.max())) or at_risk.size
    per_week = evidence.scenario.time.ticks_per_week
    hazard = lost[:seen] * per_week / np.maximum(at_risk[:seen], 1e-12)
    curve = 100.0 * np.exp(np.concatenate([[0.0], np.cumsum(np.log1p(-hazard.clip(0, 0.999)))]))
    axes.plot(np.arange(seen + 1), curve, color=SERIES[2], linewidth=1.8)
    ends = [(float(seen), float(curve[-1]), f"won, baseline: {curve[-1]:.1f}", SERIES[2])]
    law = fit_new(evidence)
    if law is not None:
        ages = np.arange(seen + 1)
        line = 100.0 * survival(law.alpha, law.beta, ages / _PERIOD)
        axes.plot(ages, line, color=HIGHLIGHT, linewidth=1.4, linestyle=(0.0, (4.0, 2.0)))
        ends.append((float(seen), float(line[-1]), f"won, sBG: {line[-1]:.1f}", HIGHLIGHT))
    return ends


def _hazard(axes: Axes, evidence: Evidence) -> None:
    """Draw the yearly churn of the last year by year of tenure, and the law that values what lies beyond the run."""
    tenures, survivors = (evidence.tables[name] for name in ("tenures", "survivors"))
    own = tenures[(tenures["scenario"] == BASELINE) & (tenures["year"] == tenures["year"].max())]
    alive = survivors[(survivors["scenario"] == BASELINE) & (survivors["survivors"] > 0)]
    year = (own["tenure_quarter"] // 4).to_numpy()
    lost, weeks = np.bincount(year, own["churned"]), np.bincount(year, own["exposure_weeks"])
    seen = np.flatnonzero(weeks > 0.005 * weeks.sum())
    hazard = 100.0 * -np.expm1(-lost[seen] / weeks[seen] * WEEKS_PER_YEAR)
    spread = 100.0 * 1.96 * np.sqrt(lost[seen]) / weeks[seen] * WEEKS_PER_YEAR
    axes.vlines(seen + 1, hazard - spread, hazard + spread, color=GREY, linewidth=1.4)
    axes.plot(seen + 1, hazard, "o", color=GREY, markersize=5)
    first = int(alive["tenure_years"].min()) if len(alive) else 0
    tail = fit_tail(own, first)
    ahead = np.arange(first, max(int(seen.max(initial=0)), first + 1) + 3)
    law = 100.0 * (1.0 - kept(tail.alpha, tail.beta, ahead + 1))
    axes.plot(ahead + 1, law, color=HIGHLIGHT, linewidth=1.4, linestyle=(0.0, (4.0, 2.0)))
    axes.set_ylim(0.0, None)
    label_ends(axes, [(float(ahead[-1] + 1), float(law[-1]), "sBG fitted,\ncarried on", HIGHLIGHT)])
    axes.set_xlabel("year of tenure", fontsize=SMALL)
    head(axes, "Yearly churn by tenure, last year of the run", "% a year, baseline")
