from __future__ import annotations

import math

import numpy as np
import pytest

from cxsim.elementary import exponential, hyperbolic_tangent, logarithm, logistic, power
from cxsim.engine.compiled import compiled

POINTS = np.linspace(-40.0, 40.0, 4001).tolist()


def test_the_exponential_is_that_of_the_library() -> None:
    errors = {x: abs(exponential(x) / math.exp(x) - 1.0) for x in POINTS}
    assert max(error for x, error in errors.items() if abs(x) <= 10.0) < 1e-11
    assert max(errors.values()) < 2e-7
    assert exponential(0.0) == 1.0


def test_the_exponential_is_clipped_where_nothing_depends_on_it() -> None:
    assert exponential(1000.0) == exponential(40.0)
    assert exponential(-1000.0) == exponential(-40.0)


def test_logistic_and_tangent_follow() -> None:
    for x in POINTS:
        assert logistic(x) == pytest.approx(1.0 / (1.0 + math.exp(-x)), abs=1e-12)
        assert hyperbolic_tangent(x) == pytest.approx(math.tanh(x), abs=1e-12)


def test_the_logarithm_is_that_of_the_library() -> None:
    for x in POINTS:
        assert logarithm(math.exp(x)) == pytest.approx(x, abs=1e-12)
    for x in (0.5, 1.0, 2.0, 0.7071067811865475, 0.7071067811865476):
        assert logarithm(x) == pytest.approx(math.log(x), abs=1e-12)


@pytest.mark.parametrize("exponent", [0.5, 0.88, 1.0])
def test_a_power_is_that_of_the_library(exponent: float) -> None:
    for x in np.geomspace(1e-6, 1e3, 500).tolist():
        assert power(x, exponent) == pytest.approx(x**exponent, rel=2e-11)
    assert power(0.0, exponent) == power(-1.0, exponent) == 0.0


def test_compiled_code_gives_the_same_bits() -> None:
    fast, root = compiled(exponential), compiled(power)
    assert [fast(x) for x in POINTS] == [exponential(x) for x in POINTS]
    assert [root(math.exp(x), 0.88) for x in POINTS] == [power(math.exp(x), 0.88) for x in POINTS]
