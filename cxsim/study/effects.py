"""Paired effects of every arm: metric by metric, horizon by horizon, segment by segment."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache, partial

import numpy as np
import pandas as pd

from cxsim.arrays import Floats
from cxsim.metrics.horizons import METRICS, base_margin, discounts, values_at
from cxsim.metrics.panel import Panel, panels
from cxsim.results.tables import ALL
from cxsim.spec.scenario import Scenario
from cxsim.study.paired import PairedEffect, mean_interval, paired_effect
from cxsim.study.payback import payback, return_on_investment
from cxsim.study.terminal import fit_tails, terminal_value
from cxsim.units import WEEKS_PER_YEAR

BASELINE = "baseline"
COLUMNS = (
    "intervention",
    "metric",
    "unit",
    "segment",
    "horizon_weeks",
    "baseline",
    "treated",
    "difference",
    "ci_low",
    "ci_high",
    "confidence",
    "replications",
    "variance_reduction",
    "p_better",
)


def effects_table(
    tables: Mapping[str, pd.DataFrame], scenario: Scenario, horizons: Sequence[int], confidence: float
) -> pd.DataFrame:
    """Return the effects of every arm on the baseline, columns `COLUMNS`.

    Parameters
    ----------
    tables : `weekly`, `survivors` and `tenures` of the baseline and every arm.
    horizons : weeks after the start at which to judge.
    """
    arms = [arm for arm in tables["weekly"]["scenario"].unique() if arm != BASELINE]
    judge = _Judge(tables, scenario, horizons, confidence)
    rows = [row for arm in arms for row in judge.rows(str(arm))]
    return pd.DataFrame(rows, columns=list(COLUMNS))


def paired_differences(
    tables: Mapping[str, pd.DataFrame], scenario: Scenario, metric: str, weeks: int, segment: str = ALL
) -> dict[str, Floats]:
    """Return treated less baseline of every arm, one value for each replication, of any metric that a replication has.

    These are the differences behind `effects_table`; ratios over replications (``roi``, ``payback_weeks``) have none.
    """
    judge = _Judge(tables, scenario, [weeks], confidence=0.95)
    arms = [str(arm) for arm in tables["weekly"]["scenario"].unique() if arm != BASELINE]
    return {arm: judge.differences(arm, metric, segment, weeks) for arm in arms}


class _Judge:
    """Holds the baseline while the arms are compared with it."""

    def __init__(
        self, tables: Mapping[str, pd.DataFrame], scenario: Scenario, horizons: Sequence[int], confidence: float
    ) -> None:
        self.tables, self.scenario, self.confidence = tables, scenario, confidence
        self.horizons = sorted(horizons)
        self.scale = scenario.population.scale
        self.per_week = scenario.time.ticks_per_week
        self.baseline = self._panels(BASELINE)
        self.base_values = self._values(BASELINE, self.baseline)

    def rows(self, arm: str) -> list[tuple[object, ...]]:
        """Return the rows of one arm."""
        treated = self._panels(arm)
        values = self._values(arm, treated)
        found: list[tuple[object, ...]] = []
        for segment, panel in treated.items():
            for weeks in self.horizons:
                for metric, mine in values[segment, weeks].items():
                    better = METRICS[metric].higher_is_better
                    effect = paired_effect(
                        self.base_values[segment, weeks][metric], mine, self.confidence, higher_is_better=better
                    )
                    found.append(self._row(arm, metric, segment, weeks, effect))
                found.extend(self._returns(arm, segment, weeks, self.baseline[segment], panel))
        return found

    def differences(self, arm: str, metric: str, segment: str, weeks: int) -> Floats:
        """Return treated less baseline of one metric, one value for each replication."""
        own = self._panels(arm)
        if metric == "npv":
            return self._present_values(self.baseline[segment], own[segment], weeks)[0]
        return np.asarray(self._values(arm, own)[segment, weeks][metric] - self.base_values[segment, weeks][metric])

    def _panels(self, arm: str) -> dict[str, Panel]:
        weekly = self.tables["weekly"]
        return panels(weekly[weekly["scenario"] == arm], self.per_week)

    def _values(self, arm: str, own: Mapping[str, Panel]) -> dict[tuple[str, int], dict[str, Floats]]:
        money = self.scenario.money
        survivors, tenures = (self._of_arm(name, arm) for name in ("survivors", "tenures"))
        tails = cache(partial(fit_tails, tenures))
        found = {}
        for segment, panel in own.items():
            mine = survivors if segment == ALL else survivors[survivors["segment"] == segment]
            beyond = terminal_value(mine, tails, panel, self.scenario)
            start = panel["base_active"][:, 0] + panel["base_churned"][:, 0]
            # A segment in which nobody starts has no value per customer.
            start = np.where(start > 0, start, np.nan)
            stream = base_margin(panel, money.margin, money.discount_year) / start[:, None]
            before = (
                mine.groupby("replication")["paid_before"].sum().reindex(panel["replication"][:, 0], fill_value=0.0)
            )
            paid = before.to_numpy() * money.margin / start
            for weeks in self.horizons:
                cut = weeks * self.per_week
                simulated, later = stream[:, :cut].sum(axis=1), stream[:, cut:].sum(axis=1) + beyond
                parts = {"ltv_observed": paid, "ltv_simulated": simulated, "ltv_terminal": later}
                found[segment, weeks] = {
                    **values_at(panel, weeks, self.scale),
                    "ltv": paid + simulated + later,
                    **parts,
                }
        return found

    def _of_arm(self, table: str, arm: str) -> pd.DataFrame:
        rows = self.tables[table]
        return rows[rows["scenario"] == arm]

    def _returns(self, arm: str, segment: str, weeks: int, base: Panel, own: Panel) -> list[tuple[object, ...]]:
        """Return net present value, return on investment and payback of the lever within the horizon."""
        npv, spent, cash = self._present_values(base, own, weeks)
        n = npv.size
        nothing = not cash.any()
        mean, low, high = mean_interval(npv, self.confidence)
        better = float((np.sign(npv).mean() + 1.0) / 2.0)
        rows = [self._bare(arm, "npv", segment, weeks, mean, low, high, n, better)]
        ratio = return_on_investment(npv, spent, self.confidence)
        low, mid, high = (0.0, 0.0, 0.0) if nothing else (ratio.ci_low, ratio.roi, ratio.ci_high)
        rows.append(self._bare(arm, "roi", segment, weeks, mid, low, high, n, better))
        per_tick = (1.0 + self.scenario.money.discount_year) ** (1.0 / (WEEKS_PER_YEAR * self.per_week)) - 1.0
        back = payback(cash, per_tick, self.confidence)
        ticks = np.zeros(3) if nothing else np.array([back.median, back.median_low, back.median_high])
        mid, low, high = (ticks / self.per_week).tolist()
        rows.append(self._bare(arm, "payback_weeks", segment, weeks, mid, low, high, n, back.share_paid_back))
        return rows

    def _present_values(self, base: Panel, own: Panel, weeks: int) -> tuple[Floats, Floats, Floats]:
        """Return by replication what a lever brings and what it costs, discounted, and what it brings in every tick."""
        cut = weeks * self.per_week
        factors = discounts(cut, self.per_week, self.scenario.money.discount_year)
        cash = (own["profit"][:, :cut] - base["profit"][:, :cut]) * self.scale
        outlay = (own["programme_cost"][:, :cut] - base["programme_cost"][:, :cut]) * self.scale
        return (cash * factors).sum(axis=1), (outlay * factors).sum(axis=1), cash

    def _bare(
        self,
        arm: str,
        metric: str,
        segment: str,
        weeks: int,
        mean: float,
        low: float,
        high: float,
        n: int,
        better: float,
    ) -> tuple[object, ...]:
        """Return a row of a metric that only a difference has: the baseline is 0."""
        effect = PairedEffect(0.0, mean, mean, low, high, self.confidence, n, np.nan, np.nan, better, np.nan)
        return self._row(arm, metric, segment, weeks, effect)

    def _row(self, arm: str, metric: str, segment: str, weeks: int, effect: PairedEffect) -> tuple[object, ...]:
        unit = METRICS[metric].unit.format(currency=self.scenario.population.currency)
        return (
            arm,
            metric,
            unit,
            segment,
            weeks,
            effect.baseline,
            effect.treated,
            effect.difference,
            effect.ci_low,
            effect.ci_high,
            effect.confidence,
            effect.replications,
            effect.variance_reduction,
            effect.p_better,
        )
