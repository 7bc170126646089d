"""The outcome of a run in a terminal, in whole words and without cut-offs down to 80 columns."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from rich.console import Console
from rich.table import Table
from rich.text import Text

from cxsim.metrics.horizons import METRICS
from cxsim.report.evidence import Effect, Evidence, read
from cxsim.report.payback import payback
from cxsim.report.wording import TITLES, Verdict, drawn, interval, level, listed, money_unit, number, verdict

_EFFECTS = ("npv", "churn_rate", "ltv", "nps_true")
_HEADS = {"npv": "NPV", "churn_rate": "churn", "ltv": "LTV", "nps_true": "NPS"}
_LEVELS = (
    "satisfaction", "churn_rate", "retention", "nps_true", "nps_survey", "csat", "balance", "frustrated_share",
    "revenue", "profit",
)  # fmt: skip
_SHORT = {"billion ": "bn", "million ": "m", "thousand ": "k", "": ""}
_STYLES = {Verdict.GAIN: "green", Verdict.LOSS: "red", Verdict.UNDECIDED: "yellow"}


def effects(run_dir: Path, console: Console | None = None) -> None:
    """Print what every arm of a finished comparison changes at the longest horizon.

    Raises
    ------
    InputError : the folder holds no finished run.
    """
    evidence, out = read(run_dir), console or Console()
    out.print(effects_table(evidence))
    for line in _notes(evidence):
        out.print(Text(line))


def summary(run_dir: Path, console: Console | None = None) -> None:
    """Print the levels of a finished run at its end.

    Raises
    ------
    InputError : the folder holds no finished run.
    """
    evidence, out = read(run_dir), console or Console()
    table = Table(title=f"{_scenario(evidence)}: where it stands after {evidence.end} weeks")
    for name in ("measure", "mean", f"{evidence.coverage} interval"):
        table.add_column(name, overflow="fold")
    for metric in _LEVELS:
        mean, low, high = evidence.level(metric)
        say = partial(level, metric, currency=evidence.currency)
        table.add_row(TITLES[metric], say(mean), interval(low, high, say))
    out.print(table)
    out.print(Text(_luck(evidence)))


def effects_table(evidence: Evidence) -> Table:
    """Return the arms by net present value: what each changes, and half the width of its interval below it."""
    units = {metric: _unit(evidence, metric) for metric in _EFFECTS}
    table = Table(
        title=f"{_scenario(evidence)}\nchange against the baseline after {evidence.end} weeks", show_lines=True
    )
    table.add_column("intervention", overflow="fold", min_width=15)
    for metric, (name, _) in units.items():
        table.add_column(f"{_HEADS[metric]}\n{name}", overflow="fold", justify="right")
    table.add_column("paid back\nreplications", overflow="fold", min_width=12)
    for arm in evidence.ranked:
        cells = [_cell(metric, evidence.effect(metric, arm), units[metric][1]) for metric in _EFFECTS]
        week, share = payback(evidence, arm)
        table.add_row(evidence.label(arm), *cells, f"{week}\n{share}")
    return table


def _unit(evidence: Evidence, metric: str) -> tuple[str, float]:
    """Return the unit of a column, the same for all arms, and its size in the unit of the table."""
    if metric != "npv":
        return {"churn_rate": "pp a year", "ltv": f"{evidence.currency} each", "nps_true": "points"}[
            metric
        ], 1.0 / drawn(metric)
    size, name = money_unit(max(abs(evidence.effect(metric, arm).difference) for arm in evidence.ranked))
    return f"{evidence.currency} {_SHORT[name]}".strip(), size


def _cell(metric: str, effect: Effect, size: float) -> Text:
    found = verdict(effect.low, effect.high, higher_is_better=METRICS[metric].higher_is_better)
    mean, half = effect.difference / size, (effect.high - effect.low) / 2.0 / size
    decimals = 1 if metric == "nps_true" else 2
    mark = "? " if found is Verdict.UNDECIDED else ""
    spread = "± ?" if found is Verdict.UNKNOWN else f"± {number(half, decimals)}"
    return Text(f"{mark}{number(mean, decimals, signed=True)}", style=_STYLES.get(found, "")).append(
        f"\n{spread}", "dim"
    )


def _notes(evidence: Evidence) -> list[str]:
    npv = {arm: evidence.effect("npv", arm) for arm in evidence.ranked}
    found = {arm: verdict(effect.low, effect.high) for arm, effect in npv.items()}
    notes = []
    for kind, words in (
        (Verdict.GAIN, "gain money"),
        (Verdict.UNDECIDED, "may gain or lose money, the interval includes zero"),
        (Verdict.LOSS, "lose money"),
        (Verdict.NOTHING, "change nothing"),
        (Verdict.UNKNOWN, "cannot be judged from one replication"),
    ):
        arms = [evidence.label(arm) for arm in found if found[arm] is kind]
        if arms:
            notes.append(f"{words}: {listed(arms)}.")
    return [*notes, "?: the interval of the difference includes zero.", _luck(evidence)]


def _luck(evidence: Evidence) -> str:
    n = evidence.replications
    if n == 1:
        return "One replication has no interval: simulate more of them (study.replications)."
    if evidence.uncertain:
        return (
            f"{evidence.coverage} intervals of the mean over {n} replications, each with its own draw of {evidence.uncertain} "
            "uncertain parameters: more replications narrow them, the range of the parameters they do not."
        )
    return f"{evidence.coverage} intervals over {n} replications: luck only, not the uncertainty of the assumptions."


def _scenario(evidence: Evidence) -> str:
    return evidence.scenario.label or evidence.scenario.name
