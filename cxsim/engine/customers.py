"""Customers for Mesa: an array-backed agent set, and a light view of one row that reads as a `mesa.Agent`."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterable, Iterator
from random import Random
from typing import TYPE_CHECKING, Any, Self

import mesa
import numpy as np
from mesa.agentset import AbstractAgentSet, GroupBy

from cxsim.arrays import Bools, Ints, Rows
from cxsim.engine.single import live_one, serve_one
from cxsim.journey.tables import LifeCode
from cxsim.population.columns import COLUMNS, CUSTOMER, NONE

if TYPE_CHECKING:
    from cxsim.engine.model import CXModel

DERIVED: dict[str, Callable[[Rows], Any]] = {
    "balance": lambda rows: rows["credit_fast"] + rows["credit_slow"] - rows["debit_fast"] - rows["debit_slow"],
    "is_active": lambda rows: rows["life"] == int(LifeCode.ACTIVE),
    "has_problem": lambda rows: rows["problem"] > 0,
}
"""Columns computed from the stored ones."""

_SHARES = frozenset(column.name for column in COLUMNS if column.unit == "share") - {"episode_sum"}
"""Columns between 0 and 1; a sum of shares may be larger."""


class CustomerAgent(mesa.Agent):
    """One customer: attributes are the columns of its record, `step` and `advance` the two halves of its tick.

    A view owns nothing: two views of one row are equal, and no view is registered with the model.
    """

    def __init__(self, model: CXModel, row: int) -> None:
        # Not Agent.__init__: that would register every view with the model and keep it alive.
        object.__setattr__(self, "model", model)
        object.__setattr__(self, "row", row)
        object.__setattr__(self, "unique_id", row + model.id_block)

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        record = object.__getattribute__(self, "model").rows
        row = object.__getattribute__(self, "row")
        if name in CUSTOMER.fields:  # type: ignore[operator]
            return record[name][row].item()
        if name in DERIVED:
            return DERIVED[name](record[row : row + 1])[0].item()
        raise AttributeError(f"a customer has no attribute {name!r}")

    def __setattr__(self, name: str, value: Any) -> None:
        if name not in CUSTOMER.fields:  # type: ignore[operator]
            raise AttributeError(f"a customer has no column {name!r}")
        self.model.rows[name][self.row] = _fitting(name, value)

    def __dir__(self) -> list[str]:
        return sorted({*super().__dir__(), *CUSTOMER.names, *DERIVED})  # type: ignore[misc]

    def __eq__(self, other: object) -> bool:
        return isinstance(other, CustomerAgent) and other.model is self.model and other.row == self.row

    def __hash__(self) -> int:
        return hash((id(self.model), self.row))

    def step(self) -> None:
        """Live the first half of the tick in plain Python: up to the contact with a desk, or to the end."""
        live_one(self.model, self.row)

    def advance(self) -> None:
        """Live the second half of the tick in plain Python, where a desk was contacted."""
        row = self.model.rows[self.row]
        if row["life"] == int(LifeCode.ACTIVE) and row["waiting_touchpoint"] != NONE:
            serve_one(self.model, self.row)

    def remove(self) -> None:
        """Take the customer out of the simulation: gone, without a trace in the churn figures."""
        self.model.rows["life"][self.row] = int(LifeCode.GONE)


class CustomerSet(AbstractAgentSet[CustomerAgent]):
    """A set of customers held as row numbers; everything that can be done on columns is done on columns.

    The model's own set, made without `rows`, is everybody who has arrived: it can be put into another order in place, behind
    which newcomers line up, and nobody can be taken out of it. Selections and copies of it stay as they are made.
    """

    def __init__(self, model: CXModel, rows: Ints | None = None, random: Random | None = None) -> None:
        self.model = model
        self._rows = rows
        self._everybody = rows is None
        self.random = model.random if random is None else random

    @property
    def index(self) -> Ints:
        """Return the row numbers of the set, in order."""
        if self._rows is None:
            return np.arange(self.model.n_arrived)
        if self._everybody:
            return np.concatenate([self._rows, np.arange(len(self._rows), self.model.n_arrived)])
        return self._rows

    def __len__(self) -> int:
        return self.model.n_arrived if self._everybody or self._rows is None else len(self._rows)

    def __iter__(self) -> Iterator[CustomerAgent]:
        return (CustomerAgent(self.model, int(row)) for row in self.index)

    def __contains__(self, agent: object) -> bool:
        return isinstance(agent, CustomerAgent) and agent.model is self.model and bool(np.isin(agent.row, self.index))

    def __getitem__(self, key: int | slice | Ints | Bools | str) -> Any:
        """Return the customer at a position, a list of those in a slice or an array, or a column by name."""
        if isinstance(key, str):
            return self.column(key)
        found = self.index[key]
        if found.ndim == 0:
            return CustomerAgent(self.model, int(found))
        return [CustomerAgent(self.model, int(row)) for row in found]

    def column(self, name: str) -> Any:
        """Return a column of the set as an array; stored and derived columns.

        Raises
        ------
        AttributeError : there is no such column.
        """
        rows = self.model.rows[: self.model.n_arrived]
        if name in DERIVED:
            values = DERIVED[name](rows)
        elif name in CUSTOMER.fields:  # type: ignore[operator]
            values = rows[name]
        elif name == "unique_id":
            values = np.arange(len(rows)) + self.model.id_block
        else:
            raise AttributeError(f"a customer has no attribute {name!r}")
        return values if self._rows is None else values[self.index]

    def get(self, attr_names: Any, handle_missing: str = "error", default_value: Any = None) -> list[Any]:
        """Return the values of one attribute, or lists of the values of several, as Python scalars."""
        if handle_missing not in ("error", "default"):
            raise ValueError(f"handle_missing must be 'error' or 'default', got {handle_missing!r}")
        names = [attr_names] if isinstance(attr_names, str) else list(attr_names)
        columns = []
        for name in names:
            known = name in CUSTOMER.fields or name in DERIVED or name == "unique_id"  # type: ignore[operator]
            if not known and handle_missing == "default":
                columns.append([default_value] * len(self))
            else:
                columns.append(self.column(name).tolist())
        return columns[0] if isinstance(attr_names, str) else [list(row) for row in zip(*columns, strict=True)]

    def agg(self, attribute: str, func: Any) -> Any:
        """Return one aggregate of a column, or a list of several."""
        values = self.column(attribute)
        return func(values) if callable(func) else [f(values) for f in func]

    def set(self, attr_name: str, value: Any) -> Self:
        """Set a column of every customer of the set, to one value or to an array of one for each.

        Raises
        ------
        AttributeError : there is no such column.
        ValueError : the column cannot hold a value.
        """
        if attr_name not in CUSTOMER.fields:  # type: ignore[operator]
            raise AttributeError(f"a customer has no column {attr_name!r}")
        self.model.rows[attr_name][self.index] = _fitting(attr_name, value)
        return self

    def select(
        self,
        filter_func: Any = None,
        at_most: float = float("inf"),
        inplace: bool = False,
        agent_type: type | None = None,
    ) -> CustomerSet:
        """Return the customers for whom `filter_func` holds; a boolean array over the set is taken as it is.

        Raises
        ------
        ValueError : `at_most` is below 0.
        """
        if not at_most >= 0:
            raise ValueError(f"at_most must be at least 0, got {at_most!r}")
        rows = self.index
        if agent_type is not None and not issubclass(CustomerAgent, agent_type):
            rows = rows[:0]
        if isinstance(filter_func, np.ndarray):
            rows = rows[filter_func]
        elif filter_func is not None:
            rows = np.array([row for row in rows if filter_func(CustomerAgent(self.model, int(row)))], np.int64)
        if isinstance(at_most, float) and at_most <= 1.0:
            at_most = int(len(self) * at_most)
        if at_most < len(rows):
            rows = rows[: int(at_most)]
        return self._become(rows, inplace=inplace)

    def shuffle(self, inplace: bool = False) -> CustomerSet:
        """Return the set in random order, by the model's own `random`."""
        order = self.index.tolist()
        self.random.shuffle(order)
        return self._become(np.array(order, np.int64), inplace=inplace)

    def sort(self, key: Any, ascending: bool = False, inplace: bool = False) -> CustomerSet:
        """Return the set sorted by a column or by a function of the customer."""
        values = self.column(key) if isinstance(key, str) else np.array([key(agent) for agent in self])
        # Of flags and whole numbers without a sign there is no negative: their ranks have one.
        ranks = np.unique(values, return_inverse=True)[1]
        order = np.argsort(ranks if ascending else -ranks, kind="stable")
        return self._become(self.index[order], inplace=inplace)

    def groupby(self, by: Any, result_type: str = "agentset") -> GroupBy:
        """Return the customers grouped by a column or by a function of the customer."""
        keys = self.column(by) if isinstance(by, str) else np.array([by(agent) for agent in self])
        index = self.index
        groups = {key.item(): CustomerSet(self.model, index[keys == key], self.random) for key in np.unique(keys)}
        return GroupBy(groups if result_type == "agentset" else {key: list(group) for key, group in groups.items()})

    def do(self, method: Any, *args: Any, **kwargs: Any) -> Self:
        """Call a method or a function on every customer; `step` and `advance` of everybody run compiled."""
        if self._everybody and method in ("step", "advance") and not args and not kwargs:
            getattr(self.model, "live_customers" if method == "step" else "serve_customers")()
            return self
        for agent in self:
            if callable(method):
                method(agent, *args, **kwargs)
            else:
                getattr(agent, method)(*args, **kwargs)
        return self

    def shuffle_do(self, method: Any, *args: Any, **kwargs: Any) -> Self:
        """Call a method or a function on every customer, one at a time, in random order."""
        self.shuffle().do(method, *args, **kwargs)
        return self

    def map(self, method: Any, *args: Any, **kwargs: Any) -> list[Any]:
        """Return what a method or a function gives for every customer."""
        if callable(method):
            return [method(agent, *args, **kwargs) for agent in self]
        return [getattr(agent, method)(*args, **kwargs) for agent in self]

    def to_list(self) -> list[CustomerAgent]:
        """Return the customers as a list of views."""
        return list(self)

    def add(self, agent: CustomerAgent) -> None:
        """Add a customer to a selection; the model's own set holds everybody already."""
        if not self._everybody and agent not in self:
            self._rows = np.append(self.index, agent.row)

    def discard(self, agent: CustomerAgent) -> None:
        """Take a customer out of a selection, if it is there; the customer lives on.

        Raises
        ------
        ValueError : the set is the model's own.
        """
        if agent in self:
            self._become(self.index[self.index != agent.row], inplace=True)

    def remove(self, agent: CustomerAgent) -> None:
        """Take a customer out of a selection; the customer lives on.

        Raises
        ------
        KeyError : the customer is not in the set.
        ValueError : the set is the model's own.
        """
        if agent not in self:
            raise KeyError(agent)
        self.discard(agent)

    def _update(self, agents: Iterable[CustomerAgent]) -> Self:
        self._become(np.array([agent.row for agent in agents], np.int64), inplace=True)
        return self

    def _become(self, rows: Ints, *, inplace: bool) -> CustomerSet:
        if not inplace:
            return CustomerSet(self.model, rows, self.random)
        if self._everybody and len(rows) < len(self):
            raise ValueError(
                "nobody can be taken out of the model's own set of customers; take a selection of it, "
                "or end a customer with customer.remove()"
            )
        self._rows = rows
        return self

    def __copy__(self) -> CustomerSet:
        return CustomerSet(self.model, self.index.copy(), self.random)

    def __getstate__(self) -> dict[str, Any]:
        state = {"model": self.model, "random": self.random, "_everybody": self._everybody}
        return {**state, "_rows": copy.copy(self._rows)}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state)


def _fitting(name: str, value: Any) -> Any:
    """Return `value`, which column `name` must be able to hold: finite, a share between 0 and 1, a code a whole number.

    Raises
    ------
    ValueError : it is not.
    """
    kind = CUSTOMER[name]
    numbers = np.atleast_1d(np.asarray(value, np.float64))
    if kind.kind in "iu":
        low, high = np.iinfo(kind).min, np.iinfo(kind).max
        rule, fits = f"a whole number between {low} and {high}", (numbers == np.floor(numbers))
        fits &= (low <= numbers) & (numbers <= high)
    elif name in _SHARES:
        rule, fits = "a number between 0 and 1", (numbers >= 0.0) & (numbers <= 1.0)
    else:
        rule, fits = "a finite number", np.abs(numbers) <= np.finfo(kind).max
    if not fits.all():
        raise ValueError(f"{name} must be {rule}, got {numbers[~fits][0]:g}")
    return value
