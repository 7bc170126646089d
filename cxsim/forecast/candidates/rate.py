"""A rate as a binomial share of its exposure, whose logit is a state space with known observation variance.

    k[t] ~ Binomial(N[t], p[t]),   logit p[t] = mu + season[t] + a[t],   a[t] = phi a[t-1] + e[t],  e ~ N(0, sigma^2)

Two forms share the weight by their marginal likelihood: an AR(1) around a mean (|phi| < 1) and a level that wanders
(phi = 1). The binomial is replaced by the normal with the same curvature at the smoothed rate (Durbin and Koopman
2012, section 10.6), so the Kalman filter gives the likelihood with observation variance 1 / (N p (1 - p)), which is
known and not estimated: an interval that takes the churn rate of 50,000 customers for 50,000 coin flips covers 14 %
where it claims 80 %. Mean and season are states with weak priors; phi and the size of the swings are summed over a
grid with weak priors, so the interval carries their uncertainty. New counts are drawn at the last exposure.

Without an exposure the observation variance is not known and joins the grid. Where rates of exactly 0 or 1 are common,
they are plainly shares of few customers, which no normal noise on the logit resembles: their number is then found from
the rates themselves, see `apparent_exposure`.

Symbols: N exposure (customers), k events, p rate, mu mean logit, sigma standard deviation of a step.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import product

import numpy as np
from scipy.special import expit, logsumexp
from statsmodels.tsa.statespace.kalman_smoother import KalmanSmoother

from cxsim.forecast.candidates.candidate import CannotFit
from cxsim.forecast.candidates.kalman import Filtered, filter_all
from cxsim.forecast.links import logit_of_share
from cxsim.forecast.quantiles import Array, Quantiles, from_paths

PATHS = 4000
LINEARISATIONS = 3
MOST_HARMONICS = 2

MEAN_PRIOR_SD = 2.0
SEASON_PRIOR_SD = 0.3
SWING_PRIOR = (-1.6, 0.8)
"""Mean and standard deviation of the log of the stationary standard deviation of `a`, in logits."""
STEP_PRIOR = (-2.6, 0.8)
"""The same for one step of the wandering level."""
NOISE_PRIOR = (-2.3, 0.8)
"""The same for the observation noise where no exposure is known."""

PHIS = (0.0, 0.25, 0.5, 0.65, 0.8, 0.9, 0.96)
SDS = 9
SD_SPAN = 2.2
NOISES = 4
NEGLIGIBLE = 1e-3

COMMON_EDGE = 0.05
"""From this share of zeros and ones on, a rate without an exposure is taken for one of few customers."""
TOO_EVEN = 2.0
"""How many times too small a variance may be by chance."""
MOST_CUSTOMERS = 2**53
"""More than a float counts one by one, and less than the generator can take."""


@dataclass(frozen=True)
class Node:
    """One point of the grid: a form with its parameters and its share of the posterior."""

    phi: float
    step_sd: float
    start_sd: float
    noise_variance: float
    log_prior: float
    weight: float = 0.0


@dataclass(frozen=True)
class RateStateSpace:
    """The posterior over both forms, from which paths are drawn.

    Attributes
    ----------
    period : steps in one season.
    harmonics : how many waves describe the season.
    response, variance : (points,) linearised logits and their observation variance.
    nodes : grid points that matter.
    exposure : customers that the future rate is of, known or apparent; ``None`` where neither.
    """

    period: int
    harmonics: int
    response: Array
    variance: Array
    nodes: tuple[Node, ...]
    exposure: float | None
    converged: bool = True

    @property
    def form(self) -> str:
        """Return the weights of the two forms in words."""
        wandering = sum(node.weight for node in self.nodes if node.phi == 1.0)
        season = f", {self.harmonics} seasonal waves" if self.harmonics else ""
        return f"logit: {1.0 - wandering:.0%} AR(1), {wandering:.0%} wandering level{season}"

    def logit_paths(self, horizon: int, draws: int, rng: np.random.Generator) -> Array:
        """Return draws of the logit of the true rate, of shape (draws, horizon): no binomial noise in them."""
        counts = rng.multinomial(draws, np.array([node.weight for node in self.nodes]))
        end = _filtered(self.response, self.variance, self.nodes, self.period, self.harmonics)
        ends = zip(self.nodes, counts, end.mean, end.covariance, strict=True)
        paths = np.concatenate([
            self._node_paths(node, mean, covariance, horizon, int(count), rng) for node, count, mean, covariance in ends
        ])  # fmt: skip
        return np.asarray(paths[rng.permutation(draws)], dtype=np.float64)

    def rate_paths(self, horizon: int, draws: int, rng: np.random.Generator) -> Array:
        """Return draws of the observed rate, of shape (draws, horizon): new counts where the exposure is known."""
        rates = expit(self.logit_paths(horizon, draws, rng))
        if self.exposure is None:
            return np.asarray(rates, dtype=np.float64)
        return counted(rates, self.exposure, rng)

    def quantiles(self, horizon: int, probabilities: Array, rng: np.random.Generator) -> Quantiles:
        """Return mean and quantiles of the observed rate."""
        return from_paths(self.rate_paths(horizon, PATHS, rng), probabilities)

    def _node_paths(
        self, node: Node, mean: Array, covariance: Array, horizon: int, draws: int, rng: np.random.Generator
    ) -> Array:
        points = self.response.size
        if draws == 0:
            return np.empty((0, horizon))
        state = rng.multivariate_normal(mean, covariance, size=draws, method="svd")
        steady = state[:, 1:] @ _regressors(points + np.arange(horizon), self.period, self.harmonics).T
        swing = np.empty((draws, horizon))
        swing[:, 0] = state[:, 0]
        for step in range(1, horizon):
            swing[:, step] = node.phi * swing[:, step - 1] + node.step_sd * rng.standard_normal(draws)
        noise = np.sqrt(node.noise_variance) * rng.standard_normal((draws, horizon))
        return np.asarray(steady + swing + noise, dtype=np.float64)


def fit_rate(rates: Array, exposure: Array | None, period: int) -> RateStateSpace:
    """Return the posterior of the rate model.

    Parameters
    ----------
    rates : (points,) observed rates in [0, 1], NaN where missing.
    exposure : (points,) customers that each rate is of, or ``None``.
    period : steps in one season, 1 for none.

    Raises
    ------
    CannotFit
        Without an exposure, for a rate that is always 0 or always 1.
    """
    harmonics = min(MOST_HARMONICS, period // 2) if rates.size >= 2 * period else 0
    if exposure is None:
        apparent = apparent_exposure(rates)
        exposure = None if apparent is None else np.full(rates.size, apparent)
    if exposure is None:
        response = logit_of_share(rates)
        nodes = _posterior(response, np.zeros(rates.size), _grid(noisy=True), period, harmonics)
        return RateStateSpace(period, harmonics, response, np.zeros(rates.size), nodes, None)
    customers = np.where(np.isfinite(rates), exposure, 1.0)
    events = rates * customers
    response = np.log((events + 0.5) / (customers - events + 0.5))
    variance = 1.0 / (events + 0.5) + 1.0 / (customers - events + 0.5)
    nodes = _posterior(response, variance, _grid(noisy=False), period, harmonics)
    for _ in range(LINEARISATIONS):
        likeliest = max(nodes, key=lambda node: node.weight)
        logit = _smoothed(response, variance, likeliest, period, harmonics)
        share = expit(logit)
        curvature = share * (1.0 - share)
        response = logit + (rates - share) / curvature
        variance = 1.0 / (customers * curvature)
    nodes = _posterior(response, variance, _grid(noisy=False), period, harmonics)
    observed = exposure[np.isfinite(rates)]
    return RateStateSpace(period, harmonics, response, variance, nodes, float(observed[-1]))


def edges_are_common(rates: Array) -> bool:
    """Return whether so many rates are 0 or 1 that their logits, drawn in, misstate them."""
    observed = rates[np.isfinite(rates)]
    return bool(np.mean((observed == 0.0) | (observed == 1.0)) >= COMMON_EDGE)


def apparent_exposure(rates: Array) -> float | None:
    """Return how many customers rates seem to be of, ``None`` where 0 and 1 are too rare to tell.

    The smallest step away from 0 or 1 is one customer, unless the rates move by far less than so few customers would; then
    the number is what makes their variance binomial.

    Raises
    ------
    CannotFit
        For a rate that is always 0 or always 1, which says nothing about their number.
    """
    observed = rates[np.isfinite(rates)]
    mean, variance = float(np.mean(observed)), float(np.var(observed))
    if mean in (0.0, 1.0):
        raise CannotFit(f"the rate is always {mean:g}: without its exposure nothing says how far it may move")
    if not edges_are_common(rates):
        return None
    grain = min(float(np.min(side[side > 0.0])) for side in (observed, 1.0 - observed) if (side == 0.0).any())
    customers, binomial = 1.0 / grain, mean * (1.0 - mean) / variance
    return float(round(binomial if binomial > TOO_EVEN * customers else customers))


def counted(rates: Array, exposure: float, rng: np.random.Generator) -> Array:
    """Return the rates that are observed where each true rate is counted among `exposure` customers."""
    customers = min(max(round(exposure), 1), MOST_CUSTOMERS)
    return np.asarray(rng.binomial(customers, rates) / customers, dtype=np.float64)


def _grid(noisy: bool) -> list[Node]:
    """Return the grid with its prior: half the weight on each form."""
    steps = np.linspace(-SD_SPAN, SD_SPAN, SDS)
    noises = np.exp(NOISE_PRIOR[0] + NOISE_PRIOR[1] * np.linspace(-1.5, 1.5, NOISES)) ** 2 if noisy else np.zeros(1)
    normal = -0.5 * steps**2
    nodes = []
    for (log_density, z), noise in product(zip(normal, steps, strict=True), noises):
        swing = float(np.exp(SWING_PRIOR[0] + SWING_PRIOR[1] * z))
        for phi in PHIS:
            step_sd = swing * float(np.sqrt(1.0 - phi**2))
            nodes.append(Node(phi, step_sd, swing, float(noise), float(log_density) - np.log(len(PHIS))))
        step_sd = float(np.exp(STEP_PRIOR[0] + STEP_PRIOR[1] * z))
        nodes.append(Node(1.0, step_sd, MEAN_PRIOR_SD, float(noise), float(log_density)))
    return nodes


def _posterior(response: Array, variance: Array, grid: list[Node], period: int, harmonics: int) -> tuple[Node, ...]:
    """Return the nodes with their share of the posterior, without the negligible ones."""
    priors = np.array([node.log_prior for node in grid])
    logs = priors + _filtered(response, variance, grid, period, harmonics).log_likelihood
    weights = np.exp(logs - logsumexp(logs))
    weights[weights < NEGLIGIBLE] = 0.0
    weights /= weights.sum()
    return tuple(
        replace(node, weight=float(weight)) for node, weight in zip(grid, weights, strict=True) if weight > 0.0
    )


def _smoothed(response: Array, variance: Array, node: Node, period: int, harmonics: int) -> Array:
    """Return the smoothed logit at every point."""
    states = _filter(response, variance, node, period, harmonics).smooth().smoothed_state
    design = _regressors(np.arange(response.size), period, harmonics)
    return np.asarray(states[0] + np.sum(design * states[1:].T, axis=1), dtype=np.float64)


def _filtered(response: Array, variance: Array, nodes: Sequence[Node], period: int, harmonics: int) -> Filtered:
    """Return the history filtered at every node; the states are the swing, the mean and the seasonal coefficients."""
    phi, step_sd, noise = (
        np.array([getattr(node, name) for node in nodes]) for name in ("phi", "step_sd", "noise_variance")
    )
    spread = np.array([_start_sd(node, harmonics) for node in nodes])
    design = _design(response.size, period, harmonics)
    start = _start_mean(response, harmonics)
    return filter_all(response, variance + noise[:, None], design, phi, step_sd, start, spread)


def _filter(response: Array, variance: Array, node: Node, period: int, harmonics: int) -> KalmanSmoother:
    """Return statsmodels' filter and smoother of one node, with the same states."""
    points, states = response.size, 2 + 2 * harmonics
    space = KalmanSmoother(k_endog=1, k_states=states, k_posdef=1)
    space.bind(response[:, None].copy())
    space["design"] = _design(points, period, harmonics).T[None]
    space["obs_cov"] = (variance + node.noise_variance).reshape(1, 1, points)
    space["transition"] = np.diag([node.phi] + [1.0] * (states - 1))
    space["selection"] = np.eye(states, 1)
    space["state_cov"] = np.array([[node.step_sd**2]])
    space.initialize_known(_start_mean(response, harmonics), np.diag(_start_sd(node, harmonics) ** 2))
    return space


def _start_mean(response: Array, harmonics: int) -> Array:
    """Return the mean of the states before the first point."""
    centre = np.zeros(2 + 2 * harmonics)
    centre[1] = float(np.nanmean(response))
    return centre


def _start_sd(node: Node, harmonics: int) -> Array:
    """Return the standard deviation of the states before the first point."""
    waves = np.repeat(np.arange(1, harmonics + 1), 2)
    mean_sd = MEAN_PRIOR_SD if node.phi < 1.0 else 1e-6
    return np.concatenate([[node.start_sd, mean_sd], SEASON_PRIOR_SD / waves])


def _design(points: int, period: int, harmonics: int) -> Array:
    """Return how the states are seen at every point, of shape (points, states)."""
    return np.column_stack([np.ones(points), _regressors(np.arange(points), period, harmonics)])


def _regressors(positions: np.ndarray[tuple[int], np.dtype[np.int64]], period: int, harmonics: int) -> Array:
    """Return a constant and the seasonal waves, of shape (points, 1 + 2 harmonics)."""
    columns = [np.ones(positions.size)]
    for wave in range(1, harmonics + 1):
        angle = 2.0 * np.pi * wave * positions / period
        columns += [np.cos(angle), np.sin(angle)]
    return np.column_stack(columns)
