"""Over many logs of known laws, what customers bought afterwards lies in its interval as often as that claims."""

from __future__ import annotations

from functools import cache

import numpy as np
import pandas as pd
import pytest

from cxsim.forecast.closed_forms import bg_nbd
from cxsim.forecast.closed_forms.transactions import TransactionLog, read_transactions
from cxsim.forecast.purchases.customer_base import Terms, customer_base

pytestmark = pytest.mark.slow

LOGS, CUSTOMERS = 80, 800
START = pd.Timestamp("2024-01-01")
BUYERS = bg_nbd.BGNBD(0.6, 4.0, 0.8, 2.5)
WEEKS, CALIBRATION_WEEKS = 80, 40
MONTHS, CALIBRATION_MONTHS = 36, 18


def log_of(customer: np.ndarray, day: np.ndarray) -> TransactionLog:
    dates = START + pd.to_timedelta(np.asarray(day, dtype=np.int64), unit="D")
    return read_transactions(pd.DataFrame({"customer": customer, "date": dates, "amount": 10.0}))


def buyers(seed: int, stopped: bool = False) -> TransactionLog:
    """Return a log of customers who live by BG/NBD; `stopped`: who drop every second purchase after the calibration."""
    rng = np.random.default_rng([1, seed])
    first = rng.integers(0, 84, CUSTOMERS)
    end = 7 * WEEKS - 1
    who, week = bg_nbd.simulate(BUYERS, (end - first) / 7.0, rng)
    day = np.ceil(first[who] + 7.0 * week)
    kept = (day <= 7 * CALIBRATION_WEEKS) | (rng.random(day.size) < 0.5) | (not stopped)
    return log_of(np.concatenate([np.arange(CUSTOMERS), who[kept], [0]]), np.concatenate([first, day[kept], [end]]))


def subscribers(seed: int, stopped: bool = False) -> TransactionLog:
    """Return a log of monthly payments; `stopped`: after the calibration one in ten leaves every month besides."""
    rng = np.random.default_rng([2, seed])
    first = rng.integers(0, 6, CUSTOMERS)
    paid = rng.geometric(rng.beta(0.7, 4.0, CUSTOMERS))
    if stopped:
        later = np.maximum(CALIBRATION_MONTHS - first, 0) + rng.geometric(0.1, CUSTOMERS)
        paid = np.minimum(paid, later)
    paid = np.minimum(paid, MONTHS - first)
    who = np.repeat(np.arange(CUSTOMERS), paid)
    month = first[who] + np.concatenate([np.arange(n) for n in paid])
    first_days = pd.date_range(START, periods=MONTHS, freq="MS")
    return log_of(who, (first_days[month] - START).days.to_numpy())


WORLDS = {
    "bg_nbd": (buyers, Terms(laws=("bg_nbd",), calibration=CALIBRATION_WEEKS)),
    "sbg": (subscribers, Terms(laws=("sbg",), unit="months", calibration=CALIBRATION_MONTHS)),
}


@cache
def measured(law: str, stopped: bool = False) -> pd.DataFrame:
    made, terms = WORLDS[law]
    rows = [customer_base(made(seed, stopped), terms).accuracy for seed in range(LOGS)]
    return pd.concat(rows, ignore_index=True)


def is_honest(found: pd.DataFrame, level: int, share: float = 1.0) -> tuple[bool, float]:
    """Return whether intervals, `share` as wide as they are, cover as they claim to within three standard errors."""
    below, above = (share * (found[f"{side}_{level}"] - found["expected"]) for side in ("lower", "upper"))
    off = found["actual"] - found["expected"]
    covered = float(((below <= off) & (off <= above)).mean())
    claimed = level / 100
    return abs(covered - claimed) <= max(0.04, 3.0 * np.sqrt(claimed * (1.0 - claimed) / LOGS)), covered


@pytest.mark.parametrize("level", [80, 95])
@pytest.mark.parametrize("law", list(WORLDS))
def test_intervals_of_all_purchases_cover_as_they_claim(law: str, level: int) -> None:
    honest, covered = is_honest(measured(law), level)
    assert honest, covered
    assert not is_honest(measured(law), level, share=0.5)[0]


@pytest.mark.parametrize("law", list(WORLDS))
def test_customers_who_change_after_the_calibration_are_missed(law: str) -> None:
    honest, covered = is_honest(measured(law, stopped=True), 95)
    assert not honest
    assert covered < 0.5
