"""The telecom world as a plain Mesa model, written as a Mesa user would: the denominator of the speed comparison.

The same rules and defaults as the scenario `telecom`, with the journey's transitions written out: one `mesa.Agent` a customer
with attributes of its own, `shuffle_do`, `model.random` and a `DataCollector`. It records less than cxsim (weekly numbers of
the whole base; no ledger, cohorts, segments or touchpoint tables), which favours it. Weekly ticks, no warm-up, no interventions.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from statistics import fmean
from typing import Any

import mesa

from benchmarks.plain_mesa.customer import Customer
from benchmarks.plain_mesa.desks import BackOffice, ServiceDesk
from benchmarks.plain_mesa.numbers import lived_quality, plain, seamlessness, touchpoints
from cxsim.spec.scenario import Scenario


@dataclass
class Week:
    """What is counted during one week."""

    acquired: int = 0
    churned: int = 0
    failures: int = 0
    complaints: int = 0
    contacts: int = 0
    abandoned: int = 0
    settled: int = 0
    asked: int = 0
    answered: int = 0
    promoters_said: int = 0
    detractors_said: int = 0
    csat_answers: int = 0
    csat: float = 0.0
    revenue: float = 0.0
    contact_cost: float = 0.0
    recovery_cost: float = 0.0
    credits: float = 0.0
    debits: float = 0.0


class TelecomModel(mesa.Model):  # type: ignore[misc]
    """A telecom operator and its customers.

    Parameters
    ----------
    scenario : where the numbers come from; without warm-up, with weekly ticks.
    rng : the seed.
    """

    def __init__(self, scenario: Scenario, rng: int = 0) -> None:
        super().__init__(rng=rng)
        self.behaviour = plain(scenario.behaviour)
        self.journey = plain(scenario.journey)
        self.market = plain(scenario.market)
        self.money = plain(scenario.money)
        self.surveys = plain(scenario.surveys)
        self.population = plain(scenario.population)
        self.touchpoints = touchpoints(scenario)
        self.seamlessness = seamlessness(scenario)
        self.scale = scenario.population.scale
        self.lived_functional, self.lived_emotional = lived_quality(self.touchpoints)
        self.tick = -1
        self.discount = 1.0
        self.week = Week()
        self.waiting: list[Customer] = []
        self.queues = {name: ServiceDesk(self, queue) for name, queue in self.journey.queues.items()}
        self.offices = {name: BackOffice(self, office) for name, office in self.journey.back_offices.items()}
        for _ in range(scenario.population.size):
            Customer(self)
        self.datacollector = mesa.DataCollector(model_reporters=REPORTERS)

    def step(self) -> None:
        """Live one week."""
        self.tick += 1
        self.discount = (1.0 + self.money.discount_year) ** (-self.tick / 52.0)
        self.week = Week()
        for _ in range(self.arrivals()):
            Customer(self, lead=True)
        self.agents_by_type[Customer].shuffle_do("step")
        self.agents_by_type[ServiceDesk].do("answer")
        self.agents_by_type[BackOffice].do("answer")
        for customer in self.waiting:
            customer.be_served()
        self.waiting.clear()
        self.datacollector.collect(self)

    def arrivals(self) -> int:
        """Return how many leads arrive this week."""
        weekly: float = self.market.leads_per_1000_week * self.population.size / 1000.0
        return math.floor((self.tick + 1) * weekly + 1e-9) - math.floor(self.tick * weekly + 1e-9)

    def active(self) -> list[Customer]:
        """Return the active customers."""
        return [customer for customer in self.agents_by_type[Customer] if customer.life == "active"]


def recommendation(model: TelecomModel) -> float:
    """Return the net promoter score of all active customers, asked or not."""
    scores = [customer.score for customer in model.active()]
    return 100.0 * (sum(score >= 9 for score in scores) - sum(score <= 6 for score in scores)) / len(scores)


def surveyed_recommendation(model: TelecomModel) -> float:
    """Return the net promoter score of those who answered."""
    week = model.week
    return 100.0 * (week.promoters_said - week.detractors_said) / week.answered if week.answered else math.nan


def mean_csat(model: TelecomModel) -> float:
    """Return the mean answer after service, 1 to 5."""
    return model.week.csat / model.week.csat_answers if model.week.csat_answers else math.nan


REPORTERS: dict[str, Any] = {
    "active": lambda m: len(m.active()),
    "acquired": lambda m: m.week.acquired,
    "churned": lambda m: m.week.churned,
    "revenue": lambda m: m.week.revenue,
    "contact_cost": lambda m: m.week.contact_cost,
    "recovery_cost": lambda m: m.week.recovery_cost,
    "nps_true": recommendation,
    "nps_survey": surveyed_recommendation,
    "csat": mean_csat,
    "satisfaction": lambda m: fmean(customer.satisfaction for customer in m.active()),
    "balance": lambda m: fmean(customer.balance for customer in m.active()),
    "trust": lambda m: fmean(customer.trust for customer in m.active()),
    "habituation": lambda m: fmean(customer.habituation for customer in m.active()),
    "expectation_functional": lambda m: fmean(customer.expects_functional for customer in m.active()),
    "expectation_emotional": lambda m: fmean(customer.expects_emotional for customer in m.active()),
    "open_problems": lambda m: sum(customer.problem is not None for customer in m.active()),
    "failures": lambda m: m.week.failures,
    "complaints": lambda m: m.week.complaints,
    "contacts": lambda m: m.week.contacts,
    "abandoned": lambda m: m.week.abandoned,
    "settled": lambda m: m.week.settled,
    "asked": lambda m: m.week.asked,
    "answered": lambda m: m.week.answered,
    "account_credits": lambda m: m.week.credits,
    "account_debits": lambda m: m.week.debits,
}
