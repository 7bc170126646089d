"""When an intervention has paid for itself, how sure that is, and what it returns.

Some replications have not paid back when the simulation ends. Leaving them out would make every payback look short, so
the time to payback is a censored time: its median comes from the Kaplan-Meier curve and is infinite where fewer than
half paid back.

An intervention is paid back from the period after which its cumulative discounted net cash flow never is below 0 again
up to the horizon; 0 where it never was.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from cxsim.errors import Fault, InputError
from cxsim.forecast.survival.kaplan_meier import kaplan_meier, median_time
from cxsim.study.paired import check_confidence, mean_interval

type FloatArray = NDArray[np.float64]


@dataclass(frozen=True)
class Payback:
    """The time to payback over replications, in the periods of the cash flow.

    Attributes
    ----------
    median, median_low, median_high : infinite where the curve or its bound does not reach one half by the horizon.
    share_paid_back : share of replications paid back by the horizon.
    horizon : periods looked at.
    curve : share not yet paid back: ``time, at_risk, churned, survival, low, high`` (churned: paid back then).
    """

    median: float
    median_low: float
    median_high: float
    share_paid_back: float
    horizon: int
    curve: pd.DataFrame = field(compare=False, repr=False)


@dataclass(frozen=True)
class NetPresentValue:
    """Net present value over replications, and the chance that it is positive with its exact binomial interval."""

    mean: float
    ci_low: float
    ci_high: float
    quantile_05: float
    median: float
    quantile_95: float
    p_positive: float
    p_positive_low: float
    p_positive_high: float


@dataclass(frozen=True)
class ReturnOnInvestment:
    """Mean net present value per unit of mean discounted outlay, with its interval; NaN without an outlay."""

    roi: float
    ci_low: float
    ci_high: float


def payback(net_cash: ArrayLike, discount_per_period: float = 0.0, confidence: float = 0.95) -> Payback:
    """Return the `Payback` of treated minus baseline cash flows.

    Parameters
    ----------
    net_cash : (R, T) net cash of replication r in period t, programme cost included, in money of the day.
    discount_per_period : effective rate a period; the first period is not discounted.

    Raises
    ------
    InputError : flows that are not replications by periods, or missing.
    """
    check_confidence(confidence)
    cumulative = _discounted(net_cash, discount_per_period).cumsum(axis=1)
    horizon = cumulative.shape[1]
    below = cumulative < 0.0
    last_below = np.where(below.any(axis=1), horizon - np.argmax(below[:, ::-1], axis=1), -1)
    paid_back = last_below < horizon
    # The flow that lifts the total to 0 or above falls in the period after the last one below.
    time = np.where(paid_back, last_below + 1, horizon)
    table = pd.DataFrame({"time": time, "paid_back": paid_back, "entry": -1})
    curve = kaplan_meier(table, "time", "paid_back", entry="entry", confidence=confidence)
    return Payback(*median_time(curve), float(paid_back.mean()), horizon, curve)


def net_present_value(
    net_cash: ArrayLike, discount_per_period: float = 0.0, confidence: float = 0.95
) -> NetPresentValue:
    """Return the `NetPresentValue` of cash flows as for `payback`."""
    from scipy.stats import binomtest

    check_confidence(confidence)
    npv = _discounted(net_cash, discount_per_period).sum(axis=1)
    positive = binomtest(int((npv > 0).sum()), npv.size).proportion_ci(confidence, method="exact")
    share = float((npv > 0).mean())
    low, middle, high = np.quantile(npv, [0.05, 0.5, 0.95]).tolist()
    mean = mean_interval(npv, confidence)
    return NetPresentValue(*mean, low, middle, high, share, positive.low, positive.high)


def return_on_investment(npv: ArrayLike, outlay: ArrayLike, confidence: float = 0.95) -> ReturnOnInvestment:
    """Return mean `npv` over mean `outlay`, with the delta method's t interval over replications.

    Parameters
    ----------
    npv, outlay : (R,) net present value and discounted programme cost of each replication; the cost is positive.
    """
    value, cost = np.asarray(npv, dtype=np.float64), np.asarray(outlay, dtype=np.float64)
    mean_cost = float(cost.mean())
    if not mean_cost > 0:
        return ReturnOnInvestment(np.nan, np.nan, np.nan)
    roi = float(value.mean()) / mean_cost
    _, low, high = mean_interval((value - roi * cost) / mean_cost, confidence)
    return ReturnOnInvestment(roi, roi + low, roi + high)


def _discounted(net_cash: ArrayLike, discount_per_period: float) -> FloatArray:
    """Return the (R, T) cash flows discounted to the first period."""
    flows = np.asarray(net_cash, dtype=np.float64)
    if flows.ndim != 2 or flows.size == 0 or np.isnan(flows).any():
        raise InputError([Fault("net_cash", "needs complete replications by periods", flows.shape)])
    return np.asarray(flows / (1.0 + discount_per_period) ** np.arange(flows.shape[1]))
