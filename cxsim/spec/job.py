"""What is done with a scenario: the study, the engine that runs it, the user's data, the output folder."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, model_validator

from cxsim.spec.base import Count, Name, NonNegative, Positive, Share, Spec, broken
from cxsim.spec.scenario import Scenario
from cxsim.spec.transactions import Purchases, Transactions
from cxsim.spec.uncertainty import Uncertainty

USUAL_HORIZONS_WEEKS = (13, 52, 156)


class Study(Spec):
    """What is compared, on how many replications, judged at which horizons."""

    name: Name = "levers"
    arms: tuple[str, ...] = Field(default=(), description="interventions, or bundles written a+b")
    replications: Annotated[int, Field(ge=1, le=100_000)] = 10
    seed: Annotated[int, Field(ge=0, lt=2**63)] = 0
    horizons_weeks: Annotated[tuple[Count, ...], Field(min_length=1)] | None = Field(
        default=None, description="null: 13, 52 and 156 weeks as far as the run goes, and the run's end"
    )
    confidence: Annotated[float, Field(gt=0.0, lt=1.0)] = 0.95
    customer_replications: Annotated[int, Field(ge=0)] = Field(
        default=1, description="replications whose customers are kept one by one in customers.parquet"
    )


class Engine(Spec):
    """How a run is computed; never changes a number."""

    workers: Annotated[int, Field(ge=0)] = Field(default=0, description="processes; 0 is one per core")
    threads: Annotated[int, Field(ge=0)] = Field(default=0, description="threads of a single run; 0 is one per core")
    block_rows: Count = 32_768
    stepping: Literal["bulk", "agents"] = "bulk"


class Columns(Spec):
    """Names of the columns in the user's customer file."""

    id: str = "id"
    segment: str | None = "segment"
    tenure: str = "tenure"
    revenue: str = "revenue"
    contract: str = "contract"
    churned: str | None = Field(default=None, description="observed churn flag, for solving the churn level")


class History(Spec):
    """The firm's own history of one number, and the names of its columns."""

    history: Path | None = Field(default=None, description="a .csv or .parquet file, one row per series and time")
    time: str = "time"
    target: str = "churn_rate"
    series: str | None = None
    exposure: str | None = Field(default=None, description="of a rate: the column of how many customers it is of")
    kind: Literal["rate", "positive", "real"] | None = None
    season: Count | None = None
    frequency: Literal["daily", "business", "weekly", "monthly", "quarterly", "yearly"] | None = None
    unit: str = Field(default="", description="unit of the target on the report, such as EUR; moves no number")


class Data(History, Transactions):
    """The firm's own data and how to read them: its customer base, the history of a number, a log of transactions."""

    customers: Path | None = None
    columns: Columns = Field(default_factory=Columns)
    tenure_unit: Literal["week", "month", "year"] = "month"
    churn_window_weeks: Positive = Field(
        default=52.0, description="how long the churn flag was observed: an assumption"
    )
    churn_window_note: str = ""
    churned_value: str = "Yes"
    segments: dict[str, Name] = Field(default_factory=dict, description="value in the file -> segment of the scenario")
    contracts: dict[str, Name] = Field(
        default_factory=dict, description="value in the file -> contract of the scenario"
    )
    tenure_classes_weeks: tuple[NonNegative, ...] = (0.0, 26.0, 52.0, 104.0, 208.0)
    pilot_rounds: Count = 6
    pilot_tolerance: Share = 0.005
    pilot_customers: Count = Field(
        default=100_000, description="customers that a pilot simulates: the base is repeated until there are so many"
    )

    @model_validator(mode="after")
    def _classes_rise(self) -> Data:
        edges = self.tenure_classes_weeks
        if not edges or edges[0] != 0.0 or any(a >= b for a, b in pairwise(edges)):
            raise broken("tenure_classes_weeks", "must rise from 0", list(edges))
        return self


class Calibration(Spec):
    """What `cxsim calibrate` aims at where no file says what was observed."""

    target_churn_year: Annotated[float, Field(gt=0.0, lt=1.0)] | None = Field(
        default=None, description="share of the drawn customers that is lost within 52 weeks"
    )


class Realisation(Spec):
    """The share of a simulated effect that a firm gets: normal, a choice unless past interventions say more."""

    mean: float = 0.8
    sd: NonNegative = 0.25


class Forecast(Spec):
    """What is forecast how far ahead."""

    run: Path | None = Field(default=None, description="folder of a finished run or comparison")
    arm: str | None = Field(default=None, description="arm of that comparison whose effect is added to data.history")
    metric: str | None = Field(default=None, description="what the run calls data.target; null: it has the same name")
    models: Annotated[tuple[str, ...], Field(min_length=1)] | None = Field(
        default=None, description="models by name, a+b for the median of some; null: the default of the kind"
    )
    horizon: Annotated[int, Field(ge=1, le=10_000)] = 26
    levels: tuple[Annotated[float, Field(gt=0.0, lt=100.0)], ...] = Field(default=(80.0, 95.0), min_length=1)
    speed: Literal["full", "fast"] = "full"
    backtest: bool = False
    origins: Count = Field(default=6, description="points of the past from which a backtest forecasts")
    realisation: Realisation = Field(default_factory=Realisation)
    purchases: Purchases = Field(default_factory=Purchases, description="of data.transactions")

    @model_validator(mode="after")
    def _levels_are_percentages_once(self) -> Forecast:
        if min(self.levels) < 1.0:
            raise broken("levels", "must be percentages: 80, not 0.8", min(self.levels))
        if len({f"{level:g}" for level in self.levels}) < len(self.levels):
            raise broken("levels", "must not repeat", list(self.levels))
        return self


class Output(Spec):
    """Where results go."""

    root: Path = Path("outputs")
    figures: bool = True


class Job(Spec):
    """A whole command: scenario, study, engine, data, calibration, uncertainty, forecast, output."""

    scenario: Scenario
    study: Study = Field(default_factory=Study)
    engine: Engine = Field(default_factory=Engine)
    data: Data = Field(default_factory=Data)
    calibration: Calibration = Field(default_factory=Calibration)
    uncertainty: Uncertainty = Field(default_factory=Uncertainty)
    forecast: Forecast = Field(default_factory=Forecast)
    output: Output = Field(default_factory=Output)

    @property
    def horizons(self) -> tuple[int, ...]:
        """Return the weeks at which the study judges, in order: those asked for, or the usual ones that fit."""
        end = self.scenario.time.horizon_weeks
        asked = self.study.horizons_weeks
        return tuple(
            sorted({*asked} if asked is not None else {min(weeks, end) for weeks in USUAL_HORIZONS_WEEKS} | {end})
        )
