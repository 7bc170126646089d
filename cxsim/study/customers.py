"""A firm's own customers as the initial base of a study."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from cxsim.arrays import Rows
from cxsim.spec.job import Job
from cxsim.spec.scenario import Scenario


@dataclass(frozen=True)
class OwnCustomers:
    """The initial base of a firm: records for the model, the firm's names, and the scenario with the base's size."""

    scenario: Scenario
    base: Rows
    ids: Sequence[str]


def own_customers(job: Job) -> OwnCustomers | None:
    """Return the firm's customers of a job, or nothing where the customers are drawn."""
    if job.data.customers is None:
        return None
    raise NotImplementedError
