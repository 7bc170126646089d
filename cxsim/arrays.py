"""Shape-named aliases of the arrays that cross module borders."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

type Floats = NDArray[np.float64]
type Ints = NDArray[np.int64]
type Bools = NDArray[np.bool_]
type Rows = NDArray[Any]
"""One structured record per customer, or per entry of a parameter table."""
