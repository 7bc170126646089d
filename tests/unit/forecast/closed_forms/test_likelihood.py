"""The optimum's covariance is that of the likelihood, wherever the search began."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.optimize import minimize

from cxsim.errors import RunError
from cxsim.forecast.closed_forms.likelihood import draw_positive, fit_positive, maximise

INFORMATION = np.array([[400.0, 100.0], [100.0, 50.0]])
PEAK = np.array([0.3, -1.2])


def _loglik(theta: NDArray[np.float64]) -> float:
    return float(-0.5 * (theta - PEAK) @ INFORMATION @ (theta - PEAK) - 1_000.0)


@pytest.mark.parametrize("start", [[0.0, 0.0], [0.3, -1.2], [5.0, 5.0]])
def test_covariance_is_the_inverse_information_even_when_started_at_the_optimum(start: list[float]) -> None:
    found = maximise(_loglik, np.array(start))
    np.testing.assert_allclose(found.theta, PEAK, atol=1e-5)
    np.testing.assert_allclose(found.covariance, np.linalg.inv(INFORMATION), rtol=1e-3)
    assert not found.at_bound


def test_the_optimisers_own_inverse_hessian_would_be_the_identity_there() -> None:
    def cost(theta: NDArray[np.float64]) -> float:
        return -_loglik(theta)

    restarted = minimize(cost, PEAK, method="BFGS")
    np.testing.assert_allclose(np.asarray(restarted.hess_inv @ np.eye(2), dtype=np.float64), np.eye(2))


def test_a_likelihood_that_rises_for_ever_is_at_its_bound_without_covariance() -> None:
    found = maximise(lambda theta: float(theta[0] - theta[1] ** 2), np.zeros(2))
    assert found.at_bound
    assert np.isnan(found.covariance).all()


def test_a_ridge_is_told_from_a_peak() -> None:
    found = maximise(lambda theta: float(-50.0 * (theta[0] - theta[1]) ** 2), np.zeros(2))
    assert found.at_bound


def test_a_likelihood_that_is_no_number_is_an_error() -> None:
    with pytest.raises(RunError, match="no clear maximum"):
        maximise(lambda theta: float("nan"), np.zeros(2))


def test_positive_parameters_are_reported_on_their_own_scale() -> None:
    counts = np.random.default_rng(1).poisson(4.0, 500)
    fit = fit_positive(lambda rate: float(counts.sum() * np.log(rate[0]) - counts.size * rate[0]), np.array([1.0]))
    assert fit.values[0] == pytest.approx(counts.mean(), rel=1e-5)
    assert fit.se[0] == pytest.approx(np.sqrt(counts.mean() / counts.size), rel=1e-3)
    drawn = draw_positive(fit.values, fit.log_covariance, 20_000, np.random.default_rng(2))
    assert (drawn > 0).all()
    assert drawn.std() == pytest.approx(fit.se[0], rel=0.05)
