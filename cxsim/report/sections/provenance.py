"""What made the report, and what the model does not know."""

from __future__ import annotations

from html import escape

from cxsim.report.assumptions import limits, sheet
from cxsim.report.evidence import Evidence
from cxsim.report.page import Page, section, table, text
from cxsim.report.wording import number

TITLE = "Assumptions and limits"


def write(evidence: Evidence, _: Page) -> str:
    """Return the section."""
    words = (
        "V: checked against a published source. C: computed, by closed form or simulation. M: from memory, not confirmed. "
        "A: a choice made so that the whole is plausible; the firm's own data should replace it."
    )
    rows = [(line.mechanism, line.path, line.value, line.tag, line.source) for line in sheet(evidence.scenario)]
    changed = [
        (
            evidence.label(name),
            ", ".join(f"{e.parameter} {e.operation} {e.value:g}" for e in lever.effects) or "nothing",
            lever.evidence or "no source",
        )
        for name, lever in evidence.scenario.interventions.items()
        if any(name in arm.split("+") for arm in evidence.arms)
    ]
    levers = [
        "<h3>What the interventions are taken to change</h3>",
        table(("Intervention", "Changes", "Evidence"), changed, numbers=3),
    ]
    lines = table(("Mechanism", "Parameter", "Value", "Tag", "Source"), rows, numbers=5)
    items = "".join(f"<li>{escape(line)}</li>" for line in limits())
    return section(
        "assumptions",
        TITLE,
        text(words),
        *(levers if changed else []),
        "<h3>Parameters</h3>",
        f"<details><summary>{len(rows)} lines of parameters with their sources</summary>{lines}</details>",
        f"<h3>Known limits</h3><ul>{items}</ul>",
        _manifest(evidence),
    )


def _manifest(evidence: Evidence) -> str:
    facts, population, time = evidence.facts, evidence.scenario.population, evidence.scenario.time
    made = f"{facts.get('command', 'run')} of scenario {evidence.scenario.name}"
    versions = ", ".join(f"{name} {value}" for name, value in facts.get("versions", {}).items())
    real = number(population.represents or population.size)
    rows = [
        ("Run", f"{facts.get('run_id', 'in memory')} ({made})"),
        ("Seed, replications", f"{facts.get('seed', 'unknown')}, {evidence.replications}"),
        ("Customers", f"{number(population.size)} simulated, who stand for {real}"),
        ("Time", f"{time.horizon_weeks} weeks after {time.warmup_weeks} weeks of warm-up, one tick a {time.tick}"),
        ("Started, wall time", f"{facts.get('started', 'unknown')}, {facts.get('wall_seconds', 'unknown')} s"),
        ("Versions", versions or "unknown"),
    ]
    return "<h3>How this was made</h3>" + table(("", ""), rows, numbers=2)
