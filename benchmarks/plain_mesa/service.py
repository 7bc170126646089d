"""Encounters, problems and service: what the firm delivers, what goes wrong, and how a desk deals with it."""

from __future__ import annotations

import math
from typing import Any

from benchmarks.plain_mesa.feelings import FeelingAgent, logistic


class ServedAgent(FeelingAgent):
    """An agent who meets the firm, has problems, and is served."""

    def __init__(self, model: Any) -> None:
        super().__init__(model)
        self.voice = self.random.gauss(0.0, model.population.traits.complaint_sd)
        calm = model.population.traits.patience_log_sd
        self.patience = math.exp(self.random.gauss(0.0, calm) - 0.5 * calm * calm)
        self.last_channel: str | None = None
        self.department: str | None = None
        self.handoff_failed = False
        self.problem: str | None = None
        self.problem_channel = ""
        self.problem_severity = self.problem_blame = self.problem_debit = self.problem_age = self.problem_due = 0.0
        self.problem_contacts = 0
        self.problem_unavoidable = False
        self.waiting_for: str | None = None
        self.waiting_channel, self.waiting_part = "", 0
        self.episode: list[float] = []
        self.asked = False
        self.cost = self.lifetime_value = 0.0

    def meet(self, t: Any, channel: str, wait_min: float = 0.0, repeats: int = 0) -> None:
        """Live an encounter: what the firm delivers, less waits, effort and inconsistency."""
        rule, desk, random = self.model.behaviour.performance, self.model.journey.channels[channel], self.random
        functional = min(1.0, max(0.0, t.quality.functional + desk.quality.functional)) + self.taste_functional
        emotional = min(1.0, max(0.0, t.quality.emotional + desk.quality.emotional)) + self.taste_emotional
        emotional += rule.value_congruence * self.congruence
        level = (1.0 - self.emotional_weight) * functional + self.emotional_weight * emotional
        toil = loss = apart = 0.0
        if t.every_weeks is None and self.last_channel not in {None, channel}:
            apart = 1.0 - self.model.seamlessness[self.last_channel, channel]
            loss += rule.inconsistency * abs(level - self.last_level) * apart
        if t.is_task:
            task_failed = not desk.human and random.random() >= desk.task_success
            toil = rule.effort_contact * repeats + rule.effort_switch * apart
            toil += rule.effort_task * task_failed + rule.effort_handoff * self.handoff_failed
            excess = max(0.0, wait_min - rule.wait_tolerance_min)
            loss += rule.wait_penalty * (1.0 - math.exp(-excess / rule.wait_scale_min))
        self.handoff_failed = False
        delivered_f = functional - rule.effort * toil - loss + random.gauss(0.0, t.noise)
        delivered_e = emotional - loss + random.gauss(0.0, t.noise)
        score = self.appraise(t, min(1.0, max(0.0, delivered_f)), min(1.0, max(0.0, delivered_e)))
        if t.every_weeks is None:
            self.last_level, self.last_channel, self.department = level, channel, t.department
        if t.is_service:
            self.episode.append(score)
        if t.is_asked:
            self.asked = True

    def hand_over(self) -> None:
        """Let the firm's silos show, sometimes: a debit now, effort at the next encounter."""
        journey = self.model.journey
        if self.random.random() < journey.problem.handoff_failure * (1.0 - journey.alignment):
            self.handoff_failed = True
            self.suffer(self.model.behaviour.failure.handoff)

    def fail(self, t: Any) -> None:
        """Let something go wrong: a debit, a memory, and an open problem that is voiced or silent."""
        b, random = self.model.behaviour, self.random
        severity = random.gauss(t.severity, b.failure.severity_sd)
        while not b.failure.severity_min <= severity <= 1.0:
            severity = random.gauss(t.severity, b.failure.severity_sd)
        gap = -severity * (0.5 + 0.5 * t.blame)
        net = self.book(b.failure.weight * self.value(self.beyond_zone(gap, self.zone_scale)), severity=severity)
        self.remember(net)
        self.failure_memory += severity * (1.0 + b.failure.recurrence * self.past_problems)
        self.attention = 1.0
        self.model.week.failures += 1
        if self.problem is not None:
            self.problem_severity = max(self.problem_severity, severity)
            self.problem_debit -= net
            return
        self.problem_severity, self.problem_blame, self.problem_debit = severity, t.blame, -net
        self.problem_age, self.problem_contacts = 0.0, 0
        self.problem_unavoidable = random.random() < t.unavoidable
        rule = b.complaint
        attached = rule.satisfaction * (self.satisfaction - b.satisfaction.reference)
        drive = rule.intercept + rule.severity * severity + self.voice + attached + 0.5 * rule.ease
        self.problem = "voiced" if random.random() < logistic(drive) else "silent"
        self.model.week.complaints += self.problem == "voiced"

    def age_problem(self) -> None:
        """Let an open problem grow a week older: a silent one is dropped, a forgotten one closed, a letter comes due."""
        self.problem_age += 1.0
        rule = self.model.journey.problem
        if self.problem == "letter":
            if self.problem_age - self.office().rule.target_weeks >= 1.0:
                self.suffer(self.model.behaviour.failure.late_reply)
            self.problem_due -= 1.0
            if self.problem_due <= 0.0:
                self.problem = "replied"
        elif self.problem_age >= (rule.silent_weeks if self.problem == "silent" else rule.max_age_weeks):
            self.problem = None
            self.past_problems += 1.0

    def office(self) -> Any:
        """Return the back office of the channel on which the customer complained."""
        return self.model.offices[self.model.journey.channels[self.problem_channel].back_office]

    def contact(self) -> None:
        """Contact the firm about a voiced problem, or not yet; an answered letter is read."""
        rule = self.model.journey.problem
        if self.problem == "replied":
            self.waiting_for, self.waiting_channel = rule.touchpoint, self.problem_channel
        elif self.problem_contacts == 0 or self.random.random() < rule.retry:
            t = self.model.touchpoints[rule.touchpoint]
            channel = self.random.choices(t.channel_names, cum_weights=t.channel_weights)[0]
            self.waiting_for, self.waiting_channel = rule.touchpoint, channel

    def join_queue(self) -> None:
        """Load the desk of the channel, and be served when it has answered."""
        channel = self.model.journey.channels[self.waiting_channel]
        if channel.queue is not None:
            self.waiting_part = self.model.queues[channel.queue].register()
        elif channel.back_office is not None and self.problem == "voiced":
            self.model.offices[channel.back_office].letters += 1
        self.model.waiting.append(self)

    def serve(self) -> None:
        """Be served, abandon, or be answered by letter."""
        name, self.waiting_for = self.waiting_for, None
        t, channel = self.model.touchpoints[name], self.waiting_channel
        desk = self.model.journey.channels[channel]
        about_problem = name == self.model.journey.problem.touchpoint and self.problem in {"voiced", "replied"}
        replied = about_problem and self.problem == "replied"
        if about_problem and not replied and desk.back_office is not None:
            self.post(channel, desk)
            if self.problem_due > 1.0:
                return
            replied = True
        wait_min = 0.0
        if not replied:
            self.model.week.contacts += 1
            if desk.queue is not None:
                queue, part = self.model.queues[desk.queue], self.waiting_part
                if self.random.random() >= (1.0 - queue.abandonment[part]) ** (1.0 / self.patience):
                    self.model.week.abandoned += 1
                    self.suffer(self.model.behaviour.failure.abandoned)
                    return
                wait_min = queue.wait_min[part]
            self.charge(desk.cost)
            self.problem_contacts += about_problem
        self.meet(t, channel, wait_min, max(0, self.problem_contacts - 1) if about_problem else 0)
        if self.random.random() < t.failure:
            self.fail(t)
        if about_problem:
            self.be_answered(t)

    def post(self, channel: str, desk: Any) -> None:
        """Send a letter, which is answered after the office's delay."""
        office = self.model.offices[desk.back_office]
        self.problem_due = (office.delay_weeks + office.rule.fixed_delay_weeks) * office.rule.delay
        self.problem, self.problem_channel, self.last_channel = "letter", channel, channel
        self.problem_contacts += 1
        self.model.week.contacts += 1
        self.charge(desk.cost)

    def charge(self, amount: float) -> None:
        """Charge the firm a contact."""
        self.model.week.contact_cost += amount
        self.cost += amount
        self.lifetime_value -= self.model.discount * amount

    def be_answered(self, t: Any) -> None:
        """Hear the firm's decision: explained, solved, or not solved."""
        rule = self.model.journey.problem
        solved = self.random.random() < rule.first_contact_resolution * (
            1.0 - rule.severity_effect * self.problem_severity
        )
        if solved or self.problem_unavoidable:
            self.settle(t)
            return
        self.suffer(self.model.behaviour.failure.unresolved)
        self.problem = "voiced" if self.random.random() < rule.persistence else "silent"
        self.hand_over()

    def settle(self, t: Any) -> None:
        """Judge the settlement: debits taken back, recovery or double deviation, satisfaction, memory."""
        b, offer = self.model.behaviour, self.model.journey.problem
        rule, grave, past = b.recovery, self.problem_severity, self.past_problems
        distributive = 0.0 if self.problem_unavoidable else min(1.2, offer.compensation)
        procedural = math.exp(-(self.problem_age + rule.same_tick_weeks) / rule.delay_scale_weeks)
        justice = rule.distributive * distributive + rule.interactional * (offer.empathy + offer.explanation)
        justice += rule.procedural * procedural - rule.contact_cost * max(0, self.problem_contacts - 1)
        gap = justice - min(rule.expected_ceiling, rule.expected + rule.expected_step * past)
        restored = min(1.0, max(0.0, justice / rule.full_justice)) * (rule.poor_restore if gap < 0.0 else 1.0)
        if self.problem_unavoidable:
            restored = 0.0
        bonus = self.value(self.beyond_zone(gap, 1.0))
        if bonus > 0.0:
            bonus *= (1.0 - grave) * (1.0 - rule.blame_discount * self.problem_blame) / (1.0 + past)
        net = self.forgive(restored * self.problem_debit) + self.book(rule.weight * bonus)
        self.remember(net)
        outcome = b.satisfaction.intercept + rule.justice_slope * (justice - rule.justice_reference)
        outcome -= rule.severity_slope * grave * (1.0 + past)
        score = logistic(outcome + b.satisfaction.disconfirmation * bonus)
        self.accumulate(score, t.weight)
        self.episode.append(score)
        self.last_transaction = score
        self.failure_memory *= 1.0 - rule.forgiveness * restored
        self.past_problems += 1.0
        self.problem = None
        if not self.problem_unavoidable:
            paid = offer.compensation_cost * offer.compensation * grave * self.monthly_revenue
            self.model.week.recovery_cost += paid
            self.cost += paid
            self.lifetime_value -= self.model.discount * paid
        self.model.week.settled += 1
