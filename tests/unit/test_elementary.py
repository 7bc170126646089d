from __future__ import annotations

import math

import numpy as np
import pytest

from cxsim.elementary import exponential, hyperbolic_tangent, logistic
from cxsim.engine.compiled import compiled

POINTS = np.linspace(-40.0, 40.0, 4001).tolist()


def test_the_exponential_is_that_of_the_library() -> None:
    assert max(abs(exponential(x) / math.exp(x) - 1.0) for x in POINTS) < 1e-12
    assert exponential(0.0) == 1.0


def test_the_exponential_is_clipped_where_nothing_depends_on_it() -> None:
    assert exponential(1000.0) == exponential(40.0)
    assert exponential(-1000.0) == exponential(-40.0)


def test_logistic_and_tangent_follow() -> None:
    for x in POINTS:
        assert logistic(x) == pytest.approx(1.0 / (1.0 + math.exp(-x)), abs=1e-12)
        assert hyperbolic_tangent(x) == pytest.approx(math.tanh(x), abs=1e-12)


def test_compiled_code_gives_the_same_bits() -> None:
    fast = compiled(exponential)
    assert [fast(x) for x in POINTS] == [exponential(x) for x in POINTS]
