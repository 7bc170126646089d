"""Payback is a censored time, and value is reported with its chance of being positive."""

from __future__ import annotations

import numpy as np
import pytest

from cxsim.errors import InputError
from cxsim.study.payback import net_present_value, payback, return_on_investment


def test_payback_is_the_period_that_brings_the_total_to_nought_for_good() -> None:
    found = payback([[-10.0, 4.0, 4.0, 4.0]])
    assert (found.median, found.share_paid_back, found.horizon) == (4.0, 1.0, 4)
    assert payback([[-10.0, 10.0, -5.0, 5.0]]).median == 4.0
    assert payback([[-10.0, 10.0, 0.0, 5.0]]).median == 2.0


def test_what_never_cost_anything_is_paid_back_at_once() -> None:
    assert payback(np.zeros((5, 8))).median == 0.0
    assert payback([[0.0, 0.0, -1.0, 2.0]]).median == 4.0


def test_replications_not_paid_back_by_the_horizon_are_not_left_out() -> None:
    quick, never = [-10.0, 20.0, 0.0, 0.0], [-10.0, 1.0, 1.0, 1.0]
    found = payback([quick] * 4 + [never] * 6)
    assert found.share_paid_back == 0.4
    assert found.median == np.inf
    assert payback([quick] * 6 + [never] * 4).median == 2.0
    mean_of_those_paid_back = 2.0
    assert found.median > mean_of_those_paid_back


def test_discounting_lengthens_payback() -> None:
    flow = [[-10.0, 5.0, 5.0, 5.0]]
    assert payback(flow).median == 3.0
    assert payback(flow, 0.2).median == 4.0


def test_the_interval_of_the_median_covers() -> None:
    rng = np.random.default_rng(1)
    covered, worlds = 0, 300
    for _ in range(worlds):
        gain = rng.lognormal(0.0, 0.4, (40, 1))
        found = payback(np.hstack([np.full((40, 1), -10.0), np.broadcast_to(gain, (40, 60))]))
        covered += found.median_low <= 11.0 <= found.median_high
    assert covered / worlds > 0.92


def test_net_present_value_and_its_chance_of_being_positive() -> None:
    flows = np.array([[-10.0, 11.0], [-10.0, 12.1], [-10.0, 22.0], [-10.0, 33.0]])
    found = net_present_value(flows, 0.1)
    assert found.mean == pytest.approx((0 + 1 + 10 + 20) / 4)
    assert found.median == pytest.approx(5.5)
    assert 0.5 <= found.p_positive <= 0.75
    assert found.p_positive_low < found.p_positive < found.p_positive_high
    assert found.ci_low < found.mean < found.ci_high


def test_nothing_has_no_value_and_no_positive_chance() -> None:
    found = net_present_value(np.zeros((6, 3)))
    assert (found.mean, found.ci_low, found.ci_high, found.p_positive) == (0.0, 0.0, 0.0, 0.0)


def test_return_on_investment_covers_where_the_mean_of_ratios_is_biased() -> None:
    rng = np.random.default_rng(2)
    covered = 0
    for _ in range(400):
        cost = rng.lognormal(0.0, 0.6, 60)
        npv = 1.0 + 0.5 * cost + rng.normal(0, 0.3, 60)
        found = return_on_investment(npv, cost)
        truth = (1.0 + 0.5 * np.exp(0.18)) / np.exp(0.18)
        covered += found.ci_low <= truth <= found.ci_high
    assert abs(covered / 400 - 0.95) < 0.05
    assert np.mean(npv / cost) > 1.1 * truth


def test_without_an_outlay_there_is_no_return_on_it() -> None:
    assert np.isnan(return_on_investment([1.0, 2.0], [0.0, 0.0]).roi)


def test_flows_that_are_not_replications_by_periods_are_refused() -> None:
    with pytest.raises(InputError, match="net_cash: needs complete replications by periods"):
        payback([1.0, 2.0])
    with pytest.raises(InputError, match="net_cash: needs complete replications by periods"):
        net_present_value([[1.0, np.nan]])
