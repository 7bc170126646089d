"""The journey: the emotional curve, satisfaction by channel, and the map."""

from __future__ import annotations

from cxsim.report.evidence import BASELINE, Evidence
from cxsim.report.figures import heat_map, journey_curve, journey_graph
from cxsim.report.page import Page, section, table
from cxsim.report.visits import by_touchpoint, last_year
from cxsim.report.wording import number

TITLE = "Journey and emotional curve"


def write(evidence: Evidence, page: Page) -> str:
    """Return the section."""
    year = last_year(evidence)
    curve = (
        f"What a visit books in a customer's account, year {year}: points are means, thick bars hold 80 % of visits (10 % "
        "book less, 10 % more). Bars at the bottom are visits, on a logarithmic scale."
    )
    heat = (
        "Satisfaction with an encounter, of 100, and the share of visits below the customer's zone of tolerance; baseline, "
        f"year {year}. White is the model's reference ({100 * evidence.scenario.behaviour.satisfaction.reference:.0f}), blue "
        "better, orange worse."
    )
    plan = "The journey as configured: stages as columns, transitions with how they are decided. Scroll sideways to see all."
    return section(
        "journey",
        TITLE,
        page.figure("journey_map", journey_curve.draw(evidence), curve),
        _table(evidence),
        "<h3>By channel</h3>",
        page.figure("heat_map", heat_map.draw(evidence), heat),
        "<h3>Map</h3>",
        page.figure("journey_graph", journey_graph.draw(evidence.scenario), plan, kind="large"),
    )


def _table(evidence: Evidence) -> str:
    rows = by_touchpoint(evidence, BASELINE).reset_index()
    best = None if evidence.best is None else by_touchpoint(evidence, evidence.best)["net_mean"]
    treated = {} if best is None else dict(zip(best.index, best.to_numpy(), strict=True))
    lines = []
    for row in rows.to_dict("records"):
        name, star = row["touchpoint"], " ★" if row["moment_of_truth"] else ""
        cells = [f"{name.replace('_', ' ')}{star}", row["stage"], number(row["visits"], 1)]
        cells += [
            number(row["net_mean"], 2, signed=True),
            f"{number(row['net_p10'], 2)} to {number(row['net_p90'], 2)}",
        ]
        if treated:
            cells.append(number(treated.get(name, float("nan")), 2, signed=True))
        lines.append(cells)
    head = ["Touchpoint", "Stage", "Visits a year per 100 customers", "Booked a visit, ec", "10 to 90 % of visits"]
    if evidence.best is not None:
        head.append(f"With {evidence.label(evidence.best)}")
    return table(head, lines, numbers=2)
