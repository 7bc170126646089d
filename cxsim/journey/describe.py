"""The journey in words: what stands on its map and in its tables."""

from __future__ import annotations

import re
from itertools import pairwise
from typing import TYPE_CHECKING

from cxsim.journey.graph import stage_of
from cxsim.journey.tables import EdgeKind
from cxsim.journey.transitions import Transition, parse_transition
from cxsim.spec.journey import PHASE_OF_STAGE, Dwell, Journey, Node

if TYPE_CHECKING:
    import pandas as pd

_FIXED = {
    EdgeKind.REST: "rest",
    EdgeKind.TASK: "task done",
    EdgeKind.GUARD_COMPLAINED: "if complained",
    EdgeKind.GUARD_OPEN: "if open",
    EdgeKind.GUARD_RESOLVED: "if resolved",
    None: "churn",
}


def path_table(journey: Journey) -> pd.DataFrame:
    """Return one row per transition, and one per node without any: what leads where, how, and after which time.

    Columns: `node, stage, phase, life, touchpoint, dwell, to, transition, golden`; `to` and `transition` are empty for
    a node without transitions.

    Raises
    ------
    InputError : a transition cannot be read.
    """
    import pandas as pd

    golden = golden_steps(journey)
    rows = []
    for name, node in journey.nodes.items():
        stage = stage_of(journey, node)
        fixed = (name, stage, PHASE_OF_STAGE[stage], node.life, met_at(journey, node), dwell_text(node.wait))
        ways = [(target, transition_text(parse_transition(value))) for target, value in node.next.items()]
        rows += [(*fixed, *way, (name, way[0]) in golden) for way in ways or [("", "")]]
    columns = ["node", "stage", "phase", "life", "touchpoint", "dwell", "to", "transition", "golden"]
    return pd.DataFrame(rows, columns=columns)


def golden_steps(journey: Journey) -> set[tuple[str, str]]:
    """Return the transitions of the golden path, as pairs of nodes."""
    return set(pairwise(journey.golden_path))


def met_at(journey: Journey, node: Node) -> str:
    """Return the touchpoint of a node, that of the problem it settles, or an empty text."""
    return node.touchpoint or (journey.problem.touchpoint if node.problem else "")


def dwell_text(wait: Dwell) -> str:
    """Return the time spent in a node, such as ``1.5 weeks (median)``; empty for a node that is left at once."""
    weeks = f"{wait.weeks:g} week" if wait.weeks == 1.0 else f"{wait.weeks:g} weeks"
    match wait.kind:
        case "none":
            return ""
        case "fixed":
            return weeks
        case "geometric":
            return f"{weeks} (mean)"
        case "lognormal":
            return f"{weeks} (median)"
        case "uniform":
            return f"{wait.weeks:g} to {wait.to_weeks:g} weeks"


def transition_text(transition: Transition) -> str:
    """Return a transition in short: ``25%``, ``0.012 a week``, ``logit 0.4 + 2(E−0.7)``, ``rest``."""
    if transition.kind in _FIXED:
        return _FIXED[transition.kind]
    constant = transition.constant
    if transition.kind is EdgeKind.PROBABILITY and constant is not None:
        return f"{100.0 * constant:.4g}%"
    word, _, rest = transition.text.partition("(")
    formula = _formula(rest.rpartition(")")[0])
    return f"{formula} a week" if transition.kind is EdgeKind.RATE else f"{word.strip()} {formula}"


def _formula(text: str) -> str:
    """Return an expression as it is printed: no factor 1, spaces only around the signs outside brackets."""
    tight = re.sub(r"(?<![\w.])1(\.0*)?\*", "", "".join(text.split())).replace("*(", "(")
    depth, shown = 0, ""
    for index, sign in enumerate(tight):
        depth += (sign == "(") - (sign == ")")
        joins = re.search(r"(^|[-+*/]|[\d.][eE])$", tight[:index]) is None
        between = sign in "+-" and depth == 0 and joins
        shown += f" {sign} " if between else sign
    return shown.replace("*", "·").replace("-", "−")
