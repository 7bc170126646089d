"""Whether the forecast under an intervention is honest: what came lies in its intervals as often as they claim.

Five hundred small worlds of each kind, each with its own truth (`benchmarks/scenario_worlds.py`), which
`python -m benchmarks.scenario_honesty` measures in the same way and writes into the documentation.
"""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import kstest

from benchmarks.scenario_honesty import CHURN, WORLDS, mean_and_error, measured
from benchmarks.scenario_worlds import AS_PRIOR, DISCREPANT, NPS, REVENUE, REVENUE_DISCREPANT, RIGHT, Firm

pytestmark = pytest.mark.slow

RIVALS = (
    "nothing_done", "careless", "simulation_only", "simulation_at_level", "plug_in", "ar_draws", "luck_twice", "ar_state_space",
)  # fmt: skip
RIGHT_ONES = [
    (RIGHT, "scenario_as_simulated"), (AS_PRIOR, "scenario"), (REVENUE, "scenario_as_simulated"), (NPS, "scenario_as_simulated"),
]  # fmt: skip
LACKING = [DISCREPANT, REVENUE_DISCREPANT]
PARTS = ("months", "total")


def coverage(firm: Firm, model: str, level: int, part: str) -> tuple[float, float]:
    return mean_and_error(firm, model, f"{part}_{level}")


def is_honest(firm: Firm, model: str, level: int, part: str) -> bool:
    covered, error = coverage(firm, model, level, part)
    return abs(covered - level / 100) <= max(0.04, 3 * error)


def advantage(firms: tuple[Firm, ...], rival: str, model: str = "scenario") -> tuple[float, float]:
    """By how much the model's score (CRPS) is lower than the rival's over worlds of several kinds, and the standard error."""
    differences = []
    for firm in firms:
        scores = measured(firm).pivot_table(index="world", columns="model", values="crps")
        differences.append(scores[rival] - scores[model])
    each = np.concatenate(differences)
    return float(each.mean()), float(each.std(ddof=1) / np.sqrt(each.size))


def test_there_are_worlds_enough() -> None:
    assert WORLDS >= 500
    assert measured(RIGHT)["world"].nunique() == WORLDS


@pytest.mark.parametrize("level", [80, 95])
@pytest.mark.parametrize("part", PARTS)
@pytest.mark.parametrize(("firm", "model"), RIGHT_ONES)
def test_intervals_cover_as_they_claim_where_the_simulator_is_right(
    firm: Firm, model: str, level: int, part: str
) -> None:
    assert is_honest(firm, model, level, part), coverage(firm, model, level, part)


@pytest.mark.parametrize(("level", "floor"), [(80, 0.72), (95, 0.90)])
@pytest.mark.parametrize("part", PARTS)
@pytest.mark.parametrize("firm", LACKING)
def test_intervals_hold_a_floor_where_the_simulator_is_wrong(firm: Firm, level: int, floor: float, part: str) -> None:
    assert coverage(firm, "scenario", level, part)[0] >= floor


@pytest.mark.parametrize(("firm", "model"), RIGHT_ONES[:2])
def test_what_came_lies_anywhere_among_the_draws(firm: Firm, model: str) -> None:
    rows = measured(firm)
    assert kstest(rows.loc[rows["model"] == model, "place"], "uniform").pvalue > 0.005
    assert kstest(rows.loc[rows["model"] == "careless", "place"], "uniform").pvalue < 1e-6


@pytest.mark.parametrize("rival", RIVALS)
def test_over_all_worlds_it_scores_better_than_any_method_that_leaves_something_out(rival: str) -> None:
    ahead, error = advantage(CHURN, rival)
    assert ahead > 3 * error


@pytest.mark.parametrize("rival", RIVALS)
@pytest.mark.parametrize("firm", [AS_PRIOR, DISCREPANT])
def test_it_scores_better_where_the_firm_is_not_the_simulated_one(firm: Firm, rival: str) -> None:
    ahead, error = advantage((firm,), rival)
    assert ahead > 2 * error


def test_it_loses_little_where_the_simulator_is_right_and_all_is_realised() -> None:
    own = mean_and_error(RIGHT, "scenario_as_simulated", "crps")[0]
    best = min(mean_and_error(RIGHT, rival, "crps")[0] for rival in RIVALS)
    assert own < 1.03 * best
    assert mean_and_error(RIGHT, "nothing_done", "crps")[0] > 2.0 * best


@pytest.mark.parametrize("level", [80, 95])
@pytest.mark.parametrize("part", PARTS)
@pytest.mark.parametrize(
    ("firm", "model"), [(RIGHT, "nothing_done"), (RIGHT, "careless"), (RIGHT, "plug_in"), (REVENUE, "nothing_done")]
)
def test_the_check_finds_a_forecast_that_is_too_sure(firm: Firm, model: str, level: int, part: str) -> None:
    assert not is_honest(firm, model, level, part)


@pytest.mark.parametrize("part", PARTS)
def test_the_check_finds_a_forecast_that_is_not_sure_enough(part: str) -> None:
    assert not is_honest(RIGHT, "luck_twice", 80, part)


@pytest.mark.parametrize(("level", "floor"), [(80, 0.72), (95, 0.90)])
@pytest.mark.parametrize("part", PARTS)
@pytest.mark.parametrize("model", ["careless", "simulation_only"])
def test_the_floor_finds_a_forecast_that_is_too_sure(level: int, floor: float, part: str, model: str) -> None:
    assert coverage(DISCREPANT, model, level, part)[0] < floor
