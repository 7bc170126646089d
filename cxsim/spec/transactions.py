"""The firm's log of transactions: which column is what, and what is asked of it."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, model_validator

from cxsim.spec.base import Count, Positive, Share, Spec, broken

ASKED_OF_TRANSACTIONS = {"horizon", "levels", "purchases"}
"""Keys of the group `forecast` that the analysis of a log answers to."""

LawName = Literal["bg_nbd", "pareto_nbd", "bg_bb", "sbg"]


class Transactions(Spec):
    """The firm's log of transactions; the column of its dates is `data.time`."""

    transactions: Path | None = Field(default=None, description="a .csv or .parquet file, one row per transaction")
    customer: str = "customer"
    amount: str | None = Field(default="amount", description="null where money is not known")
    date_format: str = Field(default="ISO8601", description="how dates are written, such as %d/%m/%Y")
    returns: Literal["net", "drop", "refuse"] = Field(
        default="net", description="a negative amount: taken off earlier purchases, ignored, or an error"
    )
    duplicates: Literal["add", "drop", "refuse"] = Field(
        default="add", description="a line that repeats another: two things bought, ignored, or an error"
    )
    first_date: date | None = Field(default=None, description="start of the observation; earlier rows are an error")


class Purchases(Spec):
    """What is asked of a log of transactions."""

    laws: tuple[LawName, ...] = ("bg_nbd", "pareto_nbd")
    unit: Literal["days", "weeks", "months", "years"] = "weeks"
    calibration: Count | None = Field(
        default=None,
        description="periods, of one unit each, that the laws are first fitted to; null: half of them, at least 3",
    )
    margin: Annotated[Share, Field(gt=0.0)] = Field(default=1.0, description="share of an amount that is earned")
    discount_year: Positive = 0.10
    draws: Annotated[int, Field(ge=50, le=10_000)] = Field(
        default=200, description="simulated futures of the intervals"
    )

    @model_validator(mode="after")
    def _laws_once(self) -> Purchases:
        if not self.laws:
            raise broken("laws", "must name one or more")
        repeated = sorted({law for law in self.laws if self.laws.count(law) > 1})
        if repeated:
            raise broken("laws", "must not be repeated", repeated[0])
        return self
