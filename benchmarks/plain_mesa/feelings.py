"""What a customer feels and remembers: appraisal, account, memory, satisfaction, trust, expectations."""

from __future__ import annotations

import math
from typing import Any

import mesa


def logistic(z: float) -> float:
    """Return 1 / (1 + exp(-z))."""
    return 1.0 / (1.0 + math.exp(-z))


class FeelingAgent(mesa.Agent):  # type: ignore[misc]
    """An agent with expectations, an emotional bank account and memories."""

    def __init__(self, model: Any) -> None:
        super().__init__(model)
        population, random = model.population, self.random
        traits = population.traits
        names = list(population.segments)
        segment = population.segments[random.choices(names, [s.share for s in population.segments.values()])[0]]
        self.zone_scale = segment.zone_scale
        self.emotional_weight = random.betavariate(*segment.emotional_weight)
        self.switching_cost = random.betavariate(*segment.switching_cost)
        noise = segment.monthly_revenue_log_sd
        self.monthly_revenue = segment.monthly_revenue * math.exp(random.gauss(0.0, noise) - 0.5 * noise * noise)
        spread = traits.loss_aversion_log_sd
        self.loss_aversion = traits.loss_aversion * math.exp(random.gauss(0.0, spread) - 0.5 * spread * spread)
        self.taste_functional = random.gauss(0.0, traits.taste_sd)
        self.taste_emotional = random.gauss(0.0, traits.taste_sd)
        self.congruence = random.gauss(0.0, traits.congruence_sd)
        self.credit_fast = self.credit_slow = self.debit_fast = self.debit_slow = 0.0
        self.habituation = self.peak = self.end = 0.0
        self.failure_memory = self.past_problems = self.attention = 0.0
        self.trust = model.behaviour.trust.initial
        self.last_level = self.last_transaction = 0.0
        self.expects_functional = self.expects_emotional = 0.0
        self.should_functional = self.should_emotional = 0.0
        self.precision = 1.0
        self.satisfaction, self.experiences = model.behaviour.satisfaction.reference, 0.0

    @property
    def balance(self) -> float:
        """Return credits minus debits (ec)."""
        return self.credit_fast + self.credit_slow - self.debit_fast - self.debit_slow

    @property
    def scaled_balance(self) -> float:
        """Return the balance in units of the account's scale, clipped."""
        account = self.model.behaviour.account
        return float(min(account.clip_high, max(account.clip_low, self.balance / account.scale)))

    @property
    def peak_end(self) -> float:
        """Return the scaled, clipped peak-end memory."""
        clip = self.model.behaviour.memory.clip
        return float(min(clip, max(-clip, 0.5 * (self.peak + self.end) / self.model.behaviour.account.scale)))

    def fade(self, ruminating: bool) -> None:
        """Let account, expectations, habituation and memories fade by a week; debits stay while a problem is open."""
        b = self.model.behaviour
        self.credit_fast *= b.account.credit_fast_keep
        self.credit_slow *= b.account.credit_slow_keep
        if not ruminating:
            self.debit_fast *= b.account.debit_fast_keep
            self.debit_slow *= b.account.debit_slow_keep
        keep = b.expectation.should_keep
        self.should_functional = self.expects_functional + (self.should_functional - self.expects_functional) * keep
        self.should_emotional = self.expects_emotional + (self.should_emotional - self.expects_emotional) * keep
        self.habituation *= b.habituation.keep
        self.peak *= b.memory.peak_keep
        self.failure_memory *= b.failure.memory_keep
        self.past_problems *= b.failure.recurrence_keep
        self.attention *= b.churn.attention_keep

    def beyond_zone(self, gap: float, scale: float) -> float:
        """Return how far a gap lies outside the zone of tolerance, 0 inside."""
        appraisal = self.model.behaviour.appraisal
        if gap > appraisal.zone_above * scale:
            return float(gap - appraisal.zone_above * scale)
        if gap < -appraisal.zone_below * scale:
            return float(gap + appraisal.zone_below * scale)
        return 0.0

    def value(self, overshoot: float, gain: float = 1.0, loss: float = 1.0) -> float:
        """Return the felt value (ec) of an overshoot."""
        appraisal = self.model.behaviour.appraisal
        if overshoot > 0.0:
            return float(gain * (overshoot / appraisal.scale) ** appraisal.curvature)
        if overshoot < 0.0:
            return float(-self.loss_aversion * loss * (-overshoot / appraisal.scale) ** appraisal.curvature)
        return 0.0

    def book(self, nominal: float, habituation: float = 0.0, severity: float = 0.0) -> float:
        """Book a nominal deposit in the account; return the net booking (ec)."""
        account = self.model.behaviour.account
        if nominal > 0.0:
            credit = nominal * (1.0 - habituation)
            slow = credit / (credit + account.half_size)
            self.credit_fast += credit * (1.0 - slow)
            self.credit_slow += credit * slow
            self.model.week.credits += credit
            return credit
        if nominal < 0.0:
            goodwill = math.tanh(max(0.0, self.balance) / account.scale)
            grave = severity >= account.betrayal_severity
            debit = -nominal * (1.0 + account.betrayal * goodwill if grave else 1.0 - account.cushion * goodwill)
            slow = debit / (debit + account.half_size)
            self.debit_fast += debit * (1.0 - slow)
            self.debit_slow += debit * slow
            self.model.week.debits += debit
            return float(-debit)
        return 0.0

    def forgive(self, amount: float) -> float:
        """Take back up to `amount` ec of debits pro rata; return how much was taken back."""
        owed = self.debit_fast + self.debit_slow
        taken = min(amount, owed)
        if taken <= 0.0:
            return 0.0
        self.debit_fast *= 1.0 - taken / owed
        self.debit_slow *= 1.0 - taken / owed
        self.model.week.credits += taken
        return taken

    def remember(self, net: float) -> None:
        """Keep a net booking in the peak-end memory."""
        weight = self.model.behaviour.memory.end_weight
        if abs(net) >= abs(self.peak):
            self.peak = net
        self.end = (1.0 - weight) * self.end + weight * net

    def suffer(self, size: float) -> None:
        """Book a small debit of the catalogue, such as a late reply or an abandoned call."""
        net = self.book(self.value(self.beyond_zone(-size, 1.0)), severity=size)
        if net < 0.0:
            self.remember(net)

    def accumulate(self, score: float, weight: float) -> None:
        """Move cumulative satisfaction towards a transaction's, the less the more experiences stand behind it."""
        rule = self.model.behaviour.satisfaction
        gain = max(rule.gain_floor, 1.0 / (self.experiences + rule.prior_count)) * min(3.0, max(0.5, weight))
        self.satisfaction += min(rule.gain_ceiling, gain) * (score - self.satisfaction)
        self.experiences += 1.0

    def appraise(self, t: Any, functional: float, emotional: float) -> float:
        """Perceive, compare, feel, book, remember and learn from a performance; return the transaction satisfaction."""
        b = self.model.behaviour
        appraisal = b.appraisal
        weight_e = self.emotional_weight
        weight_f = 1.0 - weight_e
        seen_f = functional + appraisal.assimilation * (self.expects_functional - functional)
        seen_e = emotional + appraisal.assimilation * (self.expects_emotional - emotional)
        share = appraisal.should_share
        reference_f = (1.0 - share) * self.expects_functional + share * self.should_functional
        reference_e = (1.0 - share) * self.expects_emotional + share * self.should_emotional
        zone = t.zone * self.zone_scale
        over_f = self.beyond_zone(seen_f - reference_f, zone)
        over_e = self.beyond_zone(seen_e - reference_e, zone)
        felt = weight_f * self.value(over_f, t.gain_functional, t.loss_functional)
        felt += weight_e * self.value(over_e, t.gain_emotional, t.loss_emotional)
        performance = weight_f * functional + weight_e * emotional
        kept = performance >= weight_f * reference_f + weight_e * reference_e - appraisal.zone_below
        norm = b.account.norm * t.norm_credit if kept else 0.0
        self.remember(self.book(t.weight * felt + norm, self.habituation))
        if t.weight >= 1.0 and (over_f > 0.0 or over_e > 0.0):
            surprise = self.habituation + b.habituation.step * (1.0 - self.habituation)
            self.habituation = min(b.habituation.ceiling, surprise)
        rule = b.satisfaction
        level = rule.intercept + rule.level * (performance - rule.level_reference)
        score = logistic(level + rule.disconfirmation * felt)
        self.accumulate(score, t.weight)
        if t.weight >= 1.0:
            self.judge(performance, weight_f, weight_e)
        self.learn(seen_f, seen_e, min(1.0, t.weight))
        self.last_transaction = score
        return score

    def judge(self, performance: float, weight_f: float, weight_e: float) -> None:
        """Hold a performance against the promise as far as it is believed: trust grows slowly and falls fast."""
        rule, promise = self.model.behaviour.trust, self.model.market.promise
        promised = weight_f * promise.functional + weight_e * promise.emotional
        expected = weight_f * self.expects_functional + weight_e * self.expects_emotional
        if performance >= min(promised, expected) - rule.margin:
            self.trust += rule.up * (1.0 - self.trust)
        else:
            self.trust -= rule.down * self.trust

    def learn(self, seen_f: float, seen_e: float, weight: float) -> None:
        """Adapt the expectations to what was perceived; should-expectations only rise."""
        rule = self.model.behaviour.expectation
        gain = weight / (self.precision + 1.0)
        self.expects_functional += gain * (seen_f - self.expects_functional)
        self.expects_emotional += gain * (seen_e - self.expects_emotional)
        ratchet = rule.should_ratchet * weight
        self.should_functional += ratchet * max(0.0, seen_f - self.should_functional)
        self.should_emotional += ratchet * max(0.0, seen_e - self.should_emotional)
        self.precision = min(self.precision + 1.0, rule.precision_ceiling)
