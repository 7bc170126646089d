"""Purchase histories as the two numbers that suffice: how often, and when last."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from cxsim.errors import Fault, InputError
from cxsim.forecast.rows import rows_path

type FloatArray = NDArray[np.float64]


@dataclass(frozen=True)
class Histories:
    """Distinct purchase histories and how many customers share each, all arrays of one shape.

    Attributes
    ----------
    frequency : repeat purchases x (the first purchase is not one).
    recency : time t_x of the last repeat purchase since the first; 0 without one.
    age : time T observed since the first purchase, in the unit of `recency`.
    weight : customers with this history.
    """

    frequency: FloatArray
    recency: FloatArray
    age: FloatArray
    weight: FloatArray


def group_histories(frequency: ArrayLike, recency: ArrayLike, age: ArrayLike) -> Histories:
    """Return the distinct histories of one row a customer.

    Raises
    ------
    InputError : histories that cannot be, each rule with its first rows (counted from 0).
    """
    table = pd.DataFrame(
        {
            "frequency": np.asarray(frequency, dtype=np.float64),
            "recency": np.asarray(recency, dtype=np.float64),
            "age": np.asarray(age, dtype=np.float64),
        }
    )
    check_histories(table)
    grouped = table.groupby(["frequency", "recency", "age"], sort=False).size().reset_index(name="weight")
    columns = [grouped[name].to_numpy(dtype=np.float64) for name in ("frequency", "recency", "age", "weight")]
    return Histories(*columns)


def check_histories(table: pd.DataFrame) -> None:
    """Raise `InputError` where columns ``frequency``, ``recency``, ``age`` contradict each other."""
    x, last, age = table["frequency"], table["recency"], table["age"]
    rules = {
        "frequency must be a whole number of repeat purchases, 0 or more": ~((x >= 0) & (x == np.floor(x))),
        "recency must lie between 0 and age": ~((last >= 0) & (last <= age)),
        "recency must be 0 without a repeat purchase, and above 0 with one": (x > 0) != (last > 0),
    }
    faults = [Fault(rows_path(broken.to_numpy()), rule) for rule, broken in rules.items() if broken.any()]
    if len(table) == 0:
        faults.append(Fault("customers", "must not be empty"))
    elif not x.any():
        faults.append(Fault("frequency", "needs at least one customer who bought again"))
    if faults:
        raise InputError(faults)
