"""The formulas a user may write: linear expressions of transitions and conditions of targets.

Both are parsed to plain data and never evaluated as code: a linear expression becomes a row of coefficients over
`FEATURES`, a condition becomes a short program in postfix order. Every fault of a text is found at once.
"""

from __future__ import annotations

import ast
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import ArrayLike

from cxsim.arrays import Bools, Floats
from cxsim.errors import Fault, InputError, nearest
from cxsim.journey.tables import FEATURES

NAMES = FEATURES[1:]
"""Names that an expression of a transition may use."""

MAX_LENGTH = 400
"""Longest text that is read, in characters: keeps the nesting of a formula far below the interpreter's limit."""

_COMPARISONS = {ast.Lt: "<", ast.LtE: "<=", ast.Gt: ">", ast.GtE: ">=", ast.Eq: "==", ast.NotEq: "!="}
_BINARY = {
    "<": np.less,
    "<=": np.less_equal,
    ">": np.greater,
    ">=": np.greater_equal,
    "==": np.equal,
    "!=": np.not_equal,
    "and": np.logical_and,
    "or": np.logical_or,
}
_SIGNS = str.maketrans({"&": " and ", "|": " or ", "~": " not "})


@dataclass(frozen=True)
class Condition:
    """A boolean expression over the state of a customer.

    Attributes
    ----------
    text : what the user wrote.
    names : the names it uses.
    program : numbers, names and operations in postfix order; empty holds for everybody.
    """

    text: str
    names: frozenset[str]
    program: tuple[str | float, ...]

    def evaluate(self, columns: Mapping[str, ArrayLike]) -> Bools:
        """Return for every customer whether the condition holds.

        Parameters
        ----------
        columns : name to values, one per customer; at least one column, all of one shape.
        """
        shape = np.shape(next(iter(columns.values())))
        return np.array(np.broadcast_to(self._run(columns), shape), dtype=np.bool_)

    def holds(self, values: Mapping[str, float | bool]) -> bool:
        """Return whether the condition holds for one customer."""
        return bool(self._run(values))

    def _run(self, values: Mapping[str, ArrayLike]) -> ArrayLike:
        stack: list[ArrayLike] = []
        for step in self.program:
            if isinstance(step, float):
                stack.append(step)
            elif step in _BINARY:
                right = stack.pop()
                stack.append(_BINARY[step](stack.pop(), right))
            elif step == "not":
                stack.append(np.logical_not(stack.pop()))
            else:
                stack.append(values[step])
        return stack[0] if stack else np.True_


@dataclass
class Reader:
    """Collects the faults of one text while its syntax tree is read."""

    path: str
    text: str
    names: tuple[str, ...]
    source: str = ""
    faults: list[Fault] = field(default_factory=list)

    def parse(self, text: str, what: str) -> ast.expr | None:
        """Return the syntax tree of `text`, or nothing when it is no `what`."""
        if len(self.text) > MAX_LENGTH:
            self.faults.append(Fault(self.path, f"must have at most {MAX_LENGTH} characters", len(self.text)))
            return None
        try:
            self.source = text.strip()
            return ast.parse(self.source, mode="eval").body
        except SyntaxError:
            self.fault(f"must be {what}")
            return None

    def fault(self, rule: str, near: str = "") -> None:
        """Note that the text breaks a rule."""
        self.faults.append(Fault(self.path, rule, self.text, near))

    def finish(self) -> None:
        """Raise what was found.

        Raises
        ------
        InputError : the text has faults.
        """
        if self.faults:
            raise InputError(self.faults)

    def number(self, value: object) -> float:
        """Return a literal as a number; anything else is a fault and counts as 0."""
        if isinstance(value, bool) or not isinstance(value, int | float):
            self.fault(f"{value!r} is not a number")
            return 0.0
        # An integer literal may be larger than any float.
        number = float(value) if abs(value) < 1e300 else math.inf
        if not math.isfinite(number):
            self.fault("its numbers must be below 1e300")
            return 0.0
        return number

    def knows(self, name: str) -> bool:
        """Return whether a name may be used; a name that may not is a fault."""
        if name not in self.names:
            self.fault(f"{name!r} is none of {', '.join(self.names)}", nearest(name, self.names))
        return name in self.names

    def linear(self, node: ast.expr) -> Floats:
        """Return the coefficients over `FEATURES` of a linear expression; what is faulty is noted."""
        with np.errstate(over="ignore", invalid="ignore"):
            row = self.row(node)
        if not np.isfinite(row).all():
            self.fault("its coefficients must be finite")
        return row + 0.0  # turns −0 into 0, so that equal expressions have equal bytes

    def row(self, node: ast.expr) -> Floats:
        """Return the coefficients of a part of a linear expression; faulty parts count as 0."""
        row = np.zeros(len(FEATURES))
        match node:
            case ast.Constant(value):
                row[0] = self.number(value)
            case ast.Name(name):
                if self.knows(name):
                    row[FEATURES.index(name)] = 1.0
            case ast.UnaryOp(ast.UAdd(), operand):
                row = self.row(operand)
            case ast.UnaryOp(ast.USub(), operand):
                row = -self.row(operand)
            case ast.BinOp(left, ast.Add(), right):
                row = self.row(left) + self.row(right)
            case ast.BinOp(left, ast.Sub(), right):
                row = self.row(left) - self.row(right)
            case ast.BinOp(left, ast.Mult(), right):
                row = self._product(self.row(left), self.row(right))
            case ast.BinOp(left, ast.Div(), right):
                row = self._quotient(self.row(left), self.row(right))
            case _:
                self.fault(f"must be linear: numbers, names, + - * / and brackets, not {self._quote(node)}")
        return row

    def _quote(self, node: ast.expr) -> str:
        return ast.get_source_segment(self.source, node) or self.source

    def _product(self, left: Floats, right: Floats) -> Floats:
        if left[1:].any() and right[1:].any():
            self.fault("must be linear: a product of two names is not")
            return np.zeros(len(FEATURES))
        factor, row = (right, left) if left[1:].any() else (left, right)
        product: Floats = row * factor[0]
        return product

    def _quotient(self, left: Floats, right: Floats) -> Floats:
        if right[1:].any() or right[0] == 0.0:
            self.fault("must be linear: only a number other than 0 may divide")
            return np.zeros(len(FEATURES))
        quotient: Floats = left / right[0]
        return quotient

    def program(self, node: ast.expr) -> list[str | float]:
        """Return a condition in postfix order; faulty parts are left out."""
        match node:
            case ast.BoolOp(op, values):
                word = "and" if isinstance(op, ast.And) else "or"
                return _joined([self.program(value) for value in values], word)
            case ast.UnaryOp(ast.Not(), operand):
                return [*self.program(operand), "not"]
            case ast.Compare(left, operations, rights):
                sides = [left, *rights]
                pairs = zip(sides, operations, rights, strict=False)
                return _joined([self._comparison(a, operation, b) for a, operation, b in pairs], "and")
            case ast.Name():
                return [*self._side(node), 0.0, "!="]
            case _:
                self.fault(f"must compare names and numbers, joined by & | ~, not {self._quote(node)}")
                return []

    def _comparison(self, left: ast.expr, operation: ast.cmpop, right: ast.expr) -> list[str | float]:
        sign = _COMPARISONS.get(type(operation))
        if sign is None:
            self.fault(f"must compare with one of {' '.join(_COMPARISONS.values())}")
            return []
        return [*self._side(left), *self._side(right), sign]

    def _side(self, node: ast.expr) -> list[str | float]:
        match node:
            case ast.Name(name):
                return [name] if self.knows(name) else []
            case ast.Constant(value):
                return [self.number(value)]
            case ast.UnaryOp(ast.USub(), ast.Constant(value)):
                return [-self.number(value)]
            case _:
                self.fault(f"must compare names and numbers, not {self._quote(node)}")
                return []


def _joined(parts: list[list[str | float]], word: str) -> list[str | float]:
    first, *others = parts
    return first + [step for part in others for step in (*part, word)]


def parse_linear(text: str, path: str = "expression") -> Floats:
    """Return the coefficients over `FEATURES` of a linear expression such as ``0.2 + 4*(E-K) - price_gap``.

    Raises
    ------
    InputError : the text is not linear in the names of `FEATURES`; every fault at once.
    """
    reader = Reader(path, text, NAMES)
    tree = reader.parse(text, "an expression such as 0.2 + 4*(E-K)")
    row = np.zeros(len(FEATURES)) if tree is None else reader.linear(tree)
    reader.finish()
    return row


def parse_condition(text: str, names: Iterable[str], path: str = "condition") -> Condition:
    """Return a condition such as ``pb_open & value_decile >= 7``; an empty text holds for everybody.

    ``&``, ``|`` and ``~`` mean and, or and not between whole comparisons. A name alone holds where it is not 0.

    Parameters
    ----------
    text : what the user wrote.
    names : names that may be used.
    path : where it stands, for the faults.

    Raises
    ------
    InputError : the text is no condition over `names`; every fault at once.
    """
    if not text.strip():
        return Condition(text, frozenset(), ())
    reader = Reader(path, text, tuple(names))
    tree = reader.parse(text.translate(_SIGNS), "a condition such as a & b >= 7")
    program = () if tree is None else tuple(reader.program(tree))
    reader.finish()
    used = frozenset(step for step in program if isinstance(step, str) and step in reader.names)
    return Condition(text, used, program)
