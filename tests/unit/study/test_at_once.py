"""All arms judged at once: the differences are those of the effects, and many looks are paid for."""

from __future__ import annotations

import numpy as np
import pytest

import cxsim
from cxsim.errors import InputError
from cxsim.study.at_once import judge_at_once
from cxsim.study.compare import Comparison

ARMS = ("faster_reply", "personalisation", "null_lever")


@pytest.fixture(scope="module")
def comparison() -> Comparison:
    small = ["population.size=600", "time.horizon_weeks=26", "time.warmup_weeks=4"]
    scenario = cxsim.load("telecom", overrides=small)
    early = {f"interventions.{name}.start_week": 2 for name in ARMS}
    return cxsim.compare(scenario.with_changes(early), ARMS, replications=5, seed=3)


@pytest.mark.parametrize("metric", ["npv", "ltv", "churn_rate", "nps_true"])
@pytest.mark.parametrize("segment", ["all", "pro"])
def test_differences_are_those_of_the_effects_and_intervals_are_wider(
    comparison: Comparison, metric: str, segment: str
) -> None:
    together = comparison.all_at_once(metric, segment=segment).set_index("intervention")
    effects = comparison.effects.query("metric == @metric and segment == @segment and horizon_weeks == 26")
    alone = effects.set_index("intervention").loc[together.index]
    np.testing.assert_allclose(together["difference"], alone["difference"], rtol=1e-9, atol=1e-12)
    assert (together["unit"] == alone["unit"]).all()
    widths, single = together["high"] - together["low"], alone["ci_high"] - alone["ci_low"]
    # A lever that moves nobody of a small segment has no width at all.
    assert (widths[single > 0] > single[single > 0]).all()
    assert (widths[single == 0] == 0).all()
    assert (together["p_holm"] >= together["p_value"]).all()


def test_a_lever_that_does_nothing_is_exactly_nothing(comparison: Comparison) -> None:
    found = comparison.all_at_once("ltv", margin=0.5).set_index("intervention").loc["null_lever"]
    assert (found["difference"], found["low"], found["high"], found["p_value"]) == (0.0, 0.0, 0.0, 1.0)
    assert found["verdict"] == "equivalent"


def test_the_best_arm_stands_first(comparison: Comparison) -> None:
    for metric, falling in (("nps_true", True), ("churn_rate", False)):
        differences = comparison.all_at_once(metric)["difference"].to_list()
        assert differences == sorted(differences, reverse=falling)


def test_ten_levers_that_do_nothing_seldom_seem_to_work() -> None:
    rng = np.random.default_rng(4)
    worlds, false, careless = 300, 0, 0
    for _ in range(worlds):
        found = judge_at_once({f"lever {k}": rng.normal(size=12) for k in range(10)}, "npv", None, 0.95, 1)
        false += bool((found["p_holm"] < 0.05).any())
        careless += bool((found["p_value"] < 0.05).any())
    assert false / worlds < 0.05 + 3 * np.sqrt(0.05 * 0.95 / worlds)
    assert careless / worlds > 0.3


def test_every_fault_of_the_question_is_said(comparison: Comparison) -> None:
    with pytest.raises(InputError, match="metric: must be a metric that every replication has, got 'nvp'") as caught:
        comparison.all_at_once("nvp", horizon_weeks=99, segment="prro")
    assert [str(fault) for fault in caught.value.faults][1:] == [
        "segment: must be a segment of the scenario or all, got 'prro'; did you mean 'pro'?",
        "horizon_weeks: must be between 1 and 26, the length of the run, got 99",
    ]
