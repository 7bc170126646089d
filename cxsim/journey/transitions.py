"""The small language of transitions: what may stand after the name of a target in `next`.

====================== ===========================================================================
text                   meaning
====================== ===========================================================================
``0.7``, ``1/3``       probability
``save(x)``            probability x, clipped to [0, 1]; also ``accept(x)``
``rate(x)``            x per week: probability 1 − exp(−x τ), never below 0
``task()``             probability that the channel lets the customer finish the task
``logit(x)``           share of what is left, softmax with ``rest``
``rest``               what is left
``if pb.complained``   a complaint is waiting; also ``if open``, ``if resolved``: takes all when true
``churn()``            where the churn mechanism takes the customer, no transition of its own
====================== ===========================================================================

``x`` is a linear expression (`expressions`). τ is the length of a tick in weeks.
"""

from __future__ import annotations

import ast
from dataclasses import dataclass

from cxsim.errors import Fault, InputError, nearest
from cxsim.journey.expressions import NAMES, Reader
from cxsim.journey.tables import FEATURES, EdgeKind
from cxsim.spec.journey import Journey

GUARDS = {
    "pb.complained": EdgeKind.GUARD_COMPLAINED,
    "open": EdgeKind.GUARD_OPEN,
    "resolved": EdgeKind.GUARD_RESOLVED,
}
_OF_EXPRESSION = {
    "rate": EdgeKind.RATE,
    "logit": EdgeKind.LOGIT,
    "save": EdgeKind.PROBABILITY,
    "accept": EdgeKind.PROBABILITY,
}
_OF_NOTHING = {"task": EdgeKind.TASK, "churn": None}
_WORDS = ("rest", "if", *_OF_EXPRESSION, *_OF_NOTHING)
_LANGUAGE = "a number, rest, if ..., rate(x), logit(x), save(x), accept(x), task() or churn()"
_NONE = (0.0,) * len(FEATURES)


@dataclass(frozen=True)
class Transition:
    """A way out of a node.

    Attributes
    ----------
    text : what the user wrote.
    kind : how its probability is found; None where the churn mechanism decides.
    coefficients : over `FEATURES`; all 0 where the kind has no expression.
    """

    text: str
    kind: EdgeKind | None
    coefficients: tuple[float, ...] = _NONE

    @property
    def constant(self) -> float | None:
        """Return the intercept of an expression without names; None where names or another mechanism decide."""
        of_expression = self.kind in {EdgeKind.PROBABILITY, EdgeKind.RATE, EdgeKind.LOGIT}
        return self.coefficients[0] if of_expression and not any(self.coefficients[1:]) else None


def parse_transition(value: float | str, path: str = "transition") -> Transition:
    """Return a transition.

    Raises
    ------
    InputError : the text is none of the language, or its expression is faulty; every fault at once.
    """
    if not isinstance(value, str):
        return Transition(f"{value:g}", EdgeKind.PROBABILITY, (float(value), *_NONE[1:]))
    reader = Reader(path, value, NAMES)
    words = value.split()
    if words == ["rest"]:
        return Transition("rest", EdgeKind.REST)
    if words[:1] == ["if"]:
        return _guard(reader, " ".join(words[1:]))
    tree = reader.parse(value, _LANGUAGE)
    transition = None if tree is None else _read(reader, tree)
    reader.finish()
    assert transition is not None  # noqa: S101 - a text without a tree has a fault
    return transition


def read_transitions(journey: Journey) -> tuple[dict[str, dict[str, Transition]], list[Fault]]:
    """Return the transitions of every node by target, those that can be read, and the faults of the others."""
    ways: dict[str, dict[str, Transition]] = {}
    faults: list[Fault] = []
    for name, node in journey.nodes.items():
        ways[name] = {}
        for target, value in node.next.items():
            try:
                ways[name][target] = parse_transition(value, f"journey.nodes.{name}.next.{target}")
            except InputError as error:
                faults += error.faults
    return ways, faults


def _guard(reader: Reader, guard: str) -> Transition:
    if guard not in GUARDS:
        reader.fault(f"must be one of if {', if '.join(GUARDS)}", nearest(guard, GUARDS))
        reader.finish()
    return Transition(f"if {guard}", GUARDS[guard])


def _read(reader: Reader, tree: ast.expr) -> Transition:
    match tree:
        case ast.Call(ast.Name(word), arguments, keywords):
            return _call(reader, word, [*arguments, *(keyword.value for keyword in keywords)])
        case ast.Name(word):
            reader.fault(f"must be {_LANGUAGE}", nearest(word, _WORDS))
            return Transition(reader.text, None)
        case _:
            row = reader.linear(tree)
            if row[1:].any():
                reader.fault("an expression with names must stand in rate(x), logit(x), save(x) or accept(x)")
            return Transition(reader.text, EdgeKind.PROBABILITY, tuple(row.tolist()))


def _call(reader: Reader, word: str, arguments: list[ast.expr]) -> Transition:
    if word in _OF_NOTHING:
        if arguments:
            reader.fault(f"must be {word}(), with nothing in the brackets")
        return Transition(reader.text, _OF_NOTHING[word])
    if word not in _OF_EXPRESSION:
        reader.fault(f"must be {_LANGUAGE}", nearest(word, _WORDS))
        return Transition(reader.text, None)
    if len(arguments) != 1:
        reader.fault(f"must be {word}(x), with one expression in the brackets")
        return Transition(reader.text, None)
    return Transition(reader.text, _OF_EXPRESSION[word], tuple(reader.linear(arguments[0]).tolist()))
