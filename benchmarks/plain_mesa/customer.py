"""One customer of the plain Mesa model: birth, the journey, and the end of the week."""

from __future__ import annotations

import math
from statistics import fmean
from typing import Any

from benchmarks.plain_mesa.feelings import logistic
from benchmarks.plain_mesa.service import ServedAgent

AT_HOME = frozenset({"live", "support", "complaint"})
"""Nodes with everyday encounters, from which a customer may decide to leave."""
PASSING = frozenset({"ad", "subscribe", "cancel", "offboard"})
LIFE = {"ad": "lead", "compare": "lead", "offboard": "lost", "lost": "lost", "gone": "gone"}
VISITS = frozenset({"ad", "compare", "subscribe", "install", "support", "cancel", "offboard"})
ROUTINE = ("usage", "bill", "renewal")
MAX_HOPS = 6
FAMILIAR_WEEKS = 4.0
ANSWER_NOISE = 0.08


class Customer(ServedAgent):
    """A customer of the initial base, or a lead who arrives."""

    def __init__(self, model: Any, lead: bool = False) -> None:
        super().__init__(model)
        population, random = model.population, self.random
        contracts = population.contracts
        self.contract = contracts[random.choices(list(contracts), [c.share for c in contracts.values()])[0]]
        self.style = random.gauss(0.0, population.traits.style_sd)
        self.openness = random.gauss(0.0, population.traits.survey_sd)
        self.bill_week = random.randrange(round(model.touchpoints["bill"].every_weeks))
        self.survey_week = random.randrange(round(model.surveys.relational.every_weeks))
        tenure = 0.0
        if not lead:
            reach = -math.expm1(-population.tenure.max_weeks / population.tenure.mean_weeks)
            tenure = -population.tenure.mean_weeks * math.log1p(-random.random() * reach)
        yearly = random.betavariate(population.frailty.alpha, population.frailty.beta + tenure / 52.0)
        self.frailty = -math.log1p(-min(yearly, 0.999999)) / 52.0
        self.since = model.tick if lead else -math.floor(tenure + 0.5)
        self.life, self.node = ("lead", "ad") if lead else ("active", "live")
        self.headed_for: str | None = "ad" if lead else None
        self.dwell = 0
        self.score = 0
        self.revenue = 0.0
        self.settle_in(tenure)

    def settle_in(self, tenure: float) -> None:
        """Expect what was lived, or what is promised, the more of the former the longer the tenure."""
        b, promise = self.model.behaviour, self.model.market.promise
        lived_f = self.model.lived_functional + self.taste_functional
        lived_e = self.model.lived_emotional + self.taste_emotional
        familiar = tenure / (tenure + FAMILIAR_WEEKS)
        error = b.expectation.initial_sd * (1.0 - 0.5 * familiar)
        self.expects_functional = (
            (1.0 - familiar) * promise.functional + familiar * lived_f + self.random.gauss(0.0, error)
        )
        self.expects_emotional = (
            (1.0 - familiar) * promise.emotional + familiar * lived_e + self.random.gauss(0.0, error)
        )
        self.should_functional = self.expects_functional + b.expectation.should_lead
        self.should_emotional = self.expects_emotional + b.expectation.should_lead
        self.precision = 1.0 + min(b.expectation.precision_ceiling - 1.0, tenure)
        rule, weight = b.satisfaction, self.emotional_weight
        level = (1.0 - weight) * lived_f + weight * lived_e
        known = logistic(rule.intercept + rule.level * (level - rule.level_reference))
        self.satisfaction = (1.0 - familiar) * rule.reference + familiar * known
        self.experiences = tenure

    def step(self) -> None:
        """Live a week, up to its end or to a contact with a desk."""
        self.fade(ruminating=self.problem is not None)
        if self.problem is not None:
            self.age_problem()
        self.travel()
        if self.life == "active":
            if self.waiting_for is None and self.problem in {"voiced", "replied"}:
                self.contact()
            if self.waiting_for is None:
                self.end_week()
            else:
                self.join_queue()
        elif self.life != "lead":
            self.remove()

    def travel(self) -> None:
        """Walk the journey as far as it goes this week, then live the everyday encounters."""
        for _ in range(MAX_HOPS):
            node = self.next_node()
            if node is None:
                break
            self.enter(node)
            if node not in PASSING:
                break
        if self.node in AT_HOME:
            for name in ROUTINE:
                if self.is_due(name):
                    self.visit(name, on_path=False)

    def next_node(self) -> str | None:
        """Return where the customer goes now, None to stay."""
        if self.headed_for is not None:
            node, self.headed_for = self.headed_for, None
            return node
        if self.dwell > 0:
            self.dwell -= 1
            if self.dwell > 0:
                return None
        if self.node == "live":
            return self.leave_everyday_life()
        return self.choose()

    def leave_everyday_life(self) -> str | None:
        """Return where something takes an ordinary customer, None on most weeks."""
        if self.problem is not None and self.problem != "silent":
            return "complaint"
        if self.random.random() < 1.0 - math.exp(-0.012 * self.model.journey.contact_rate):
            return "support"
        return None

    def choose(self) -> str | None:
        """Return the node after one of the others."""
        market, journey = self.model.market, self.model.journey
        weight = self.emotional_weight
        expected = (1.0 - weight) * self.expects_functional + weight * self.expects_emotional
        match self.node:
            case "ad":
                return "compare" if self.random.random() < logistic(0.4 + 2.0 * (expected - 0.7)) else "gone"
            case "compare":
                pull = 0.2 + 4.0 * (expected - market.outside_option) + (self.trust - 0.6) - market.price_gap
                return "subscribe" if self.random.random() < logistic(pull) else "gone"
            case "support":
                return "complaint" if self.problem is not None and self.problem != "silent" else "live"
            case "complaint":
                return "live" if self.problem is None else None
            case "cancel":
                return "live" if self.random.random() < 0.10 + 0.4 * journey.save_desk else "offboard"
        return {"subscribe": "install", "install": "live", "offboard": "lost"}.get(self.node)

    def enter(self, node: str) -> None:
        """Move into a node, with what this means for the firm, and live its encounter."""
        self.node = node
        wait = self.model.journey.nodes[node].wait
        self.dwell = 0
        if wait.kind == "lognormal":
            self.dwell = max(1, math.floor(wait.weeks * math.exp(wait.log_sd * self.random.gauss(0.0, 1.0)) + 0.5))
        life = LIFE.get(node, "active")
        if life != self.life:
            if life == "active":
                self.since = self.model.tick
                self.model.week.acquired += 1
            elif life == "lost":
                self.model.week.churned += 1
            self.life = life
        if node in VISITS:
            if self.department not in {None, self.model.touchpoints[node].department}:
                self.hand_over()
            self.visit(node, on_path=True)

    def is_due(self, name: str) -> bool:
        """Return whether an everyday touchpoint falls on this week."""
        t = self.model.touchpoints[name]
        if t.phase == "tenure":
            tenure = self.model.tick - self.since
            return bool(tenure > 0 and tenure % t.every_weeks == 0)
        return bool(t.every_weeks == 1 or self.model.tick % t.every_weeks == self.bill_week)

    def visit(self, name: str, on_path: bool) -> None:
        """Meet the firm at a touchpoint, or wait for a desk there; something may go wrong."""
        t = self.model.touchpoints[name]
        channel = self.random.choices(t.channel_names, cum_weights=t.channel_weights)[0]
        if on_path and t.is_service and self.model.journey.channels[channel].queue is not None:
            self.waiting_for, self.waiting_channel = name, channel
            return
        if on_path and t.is_service:
            self.model.week.contacts += 1
            self.charge(self.model.journey.channels[channel].cost)
        self.meet(t, channel)
        if self.random.random() < t.failure:
            self.fail(t)

    def be_served(self) -> None:
        """Be served by the desk, or abandon it, then end the week."""
        self.serve()
        self.end_week()

    def end_week(self) -> None:
        """Pay, answer surveys, and decide whether to leave."""
        model = self.model
        fee = self.monthly_revenue * 12.0 / 52.0
        self.revenue += fee
        self.lifetime_value += model.discount * model.money.margin * fee
        model.week.revenue += fee
        self.answer_surveys()
        if self.node not in AT_HOME:
            return
        if self.problem is None:
            self.last_channel = self.department = None
        if self.random.random() < 1.0 - math.exp(-self.frailty * self.lock() * math.exp(self.disutility())):
            self.headed_for, self.dwell = "cancel", 0

    def answer_surveys(self) -> None:
        """Form an opinion, and say it where asked."""
        rule, surveys, week, random = self.model.behaviour.survey, self.model.surveys, self.model.week, self.random
        latent = rule.intercept + rule.satisfaction * (self.satisfaction - self.model.behaviour.satisfaction.reference)
        latent += rule.balance * self.scaled_balance + rule.memory * self.peak_end + self.style
        latent += random.gauss(0.0, rule.noise)
        self.score = min(10, max(0, math.floor(latent + 0.5)))
        due = self.model.tick % surveys.relational.every_weeks == self.survey_week
        if due and random.random() < surveys.relational.sample:
            week.asked += 1
            if random.random() < self.willingness(latent):
                week.answered += 1
                week.promoters_said += self.score >= 9
                week.detractors_said += self.score <= 6
        if self.asked and self.problem is None:
            if random.random() < surveys.transactional.sample and random.random() < self.willingness(latent):
                week.csat += self.mark()
                week.csat_answers += 1
            self.asked = False
            self.episode.clear()

    def willingness(self, latent: float) -> float:
        """Return the probability of answering: satisfied and extreme customers answer more."""
        rule = self.model.behaviour.survey
        u = (latent - rule.centre) / rule.spread
        return logistic(rule.response + self.openness + rule.positivity * u + rule.extremity * u * u)

    def mark(self) -> int:
        """Return the answer after service, 1 to 5, by the peak, the end and the mean of the episode."""
        reference = self.model.behaviour.satisfaction.reference
        remembered = self.last_transaction
        if self.episode:
            peak = max(reversed(self.episode), key=lambda score: abs(score - reference))
            remembered = 0.3 * (peak + remembered) + 0.4 * fmean(self.episode)
        said = min(1.0, max(0.0, remembered + self.random.gauss(0.0, ANSWER_NOISE)))
        return 1 + int(4.0 * said + 0.5)

    def lock(self) -> float:
        """Return the hazard factor of the contract: within, just after, or free of a commitment."""
        rule, weeks = self.model.behaviour.churn, self.contract.commitment_weeks
        if weeks <= 0.0:
            return 1.0
        tenure = self.model.tick - self.since
        if tenure < weeks:
            return float(rule.locked)
        if self.contract.renews:
            return float(rule.after_lock if tenure % weeks < rule.after_lock_weeks else rule.locked)
        return float(rule.after_lock) if tenure < weeks + rule.after_lock_weeks else 1.0

    def disutility(self) -> float:
        """Return the log of the hazard ratio of leaving, clipped."""
        b, market = self.model.behaviour, self.model.market
        rule = b.churn
        bond = rule.satisfaction * (self.satisfaction - b.satisfaction.reference)
        bond += (
            rule.balance * self.scaled_balance
            + rule.memory * self.peak_end
            + rule.trust * (self.trust - b.trust.initial)
        )
        eta = rule.level - rule.competition * bond + rule.failure * self.failure_memory
        eta += rule.open_problem * (self.problem is not None) - rule.switching * (self.switching_cost - 0.5)
        eta += rule.outside * (market.outside_option - market.outside_reference) + rule.attention * self.attention
        return float(min(rule.clip, max(-rule.clip, eta)))
