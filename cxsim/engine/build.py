"""From a scenario's numbers to the tables that the kernels read: one slot per group of customers reached alike."""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Mapping
from functools import cache
from typing import Any

import numpy as np

from cxsim.arrays import Floats, Ints, Rows
from cxsim.engine.seating import PHASES
from cxsim.engine.walk import quiet_above
from cxsim.engine.world import (
    CALENDAR,
    CHANNEL,
    CONTRACT,
    EDGE,
    EMOTIONAL,
    FUNCTIONAL,
    MIX,
    NODE,
    OFFICE,
    PLAN,
    SEGMENT,
    TOUCHPOINT,
    World,
)
from cxsim.journey.compile import compile_journey
from cxsim.journey.tables import EdgeKind, JourneyTables
from cxsim.population.birth import Laws
from cxsim.spec.behaviour import Behaviour
from cxsim.spec.journey import Problem
from cxsim.spec.population import BetaGeometric, ExponentialTenure
from cxsim.spec.scenario import Scenario
from cxsim.units import keep_factor, probability_to_rate

KANO = {
    "basic": (0.1, 1.5),
    "performance": (1.0, 1.0),
    "delight": (1.5, 0.1),
    "indifferent": (0.0, 0.0),
}
"""Kano type: factor of gains, factor of losses (shapes Kano 1984, sizes [A])."""

_HALF_LIFE = "_half_life_weeks"
_DIVISORS = ("behaviour.account.scale", "behaviour.appraisal.scale")
"""What is only divided by: a division costs four multiplications and more."""
_TASK_STAGES = ("purchase", "service")


@cache
def parameter_paths() -> dict[str, str]:
    """Return field of the parameter record -> dotted name of the scenario's number.

    Half-lives become keep factors, divisors inverses.
    """
    paths: dict[str, str] = {}
    for group, field in Behaviour.model_fields.items():
        annotation: Any = field.annotation
        for name in annotation.model_fields:
            target = f"{group}_{name}"
            if name.endswith(_HALF_LIFE):
                target = f"{group}_{name[: -len(_HALF_LIFE)]}_keep"
            elif name == "half_life_weeks":
                target = f"{group}_keep"
            elif f"behaviour.{group}.{name}" in _DIVISORS:
                target = f"{group}_{name}_inverse"
            paths[target] = f"behaviour.{group}.{name}"
    for name, field in Problem.model_fields.items():
        if field.annotation is not str and name != "touchpoint":
            paths[f"problem_{name}"] = f"journey.problem.{name}"
    paths |= {
        "journey_contact_rate": "journey.contact_rate",
        "journey_alignment": "journey.alignment",
        "journey_save_desk": "journey.save_desk",
        "journey_nudge": "journey.nudge",
        "market_price_gap": "market.price_gap",
        "market_outside_option": "market.outside_option",
        "market_outside_reference": "market.outside_reference",
        "promise_functional": "market.promise.functional",
        "promise_emotional": "market.promise.emotional",
        "money_margin": "money.margin",
    }
    return paths


@cache
def parameter_type() -> np.dtype[Any]:
    """Return the record type of one slot of parameters."""
    return np.dtype([(name, "f8") for name in (*parameter_paths(), "programme_cost_week")])


def parameter_record(values: Mapping[str, float], weeks: float) -> Rows:
    """Return one record of parameters for ticks of this length."""
    record = np.zeros(1, parameter_type())
    for name, path in parameter_paths().items():
        value = values[path]
        if path in _DIVISORS:
            record[name] = 1.0 / value
        else:
            record[name] = keep_factor(value, weeks) if path.endswith("half_life_weeks") else value
    return record


class Blueprint:
    """What of a scenario never changes during a run, and how to fill one slot of its tables from named numbers."""

    def __init__(self, scenario: Scenario) -> None:
        journey = scenario.journey
        self.scenario = scenario
        self.weeks = 1.0 / scenario.time.ticks_per_week
        compiled = compile_journey(journey)
        self.touchpoints = list(journey.touchpoints)
        self.channels = list(journey.channels)
        self.queues = list(journey.queues)
        self.offices = list(journey.back_offices)
        self.nodes = list(journey.nodes)
        self.segments = list(scenario.population.segments)
        departments = sorted({t.department for t in journey.touchpoints.values()})
        self._static = np.zeros(len(self.touchpoints), TOUCHPOINT)
        addresses = _addresses(self.touchpoints)
        for row, (name, t) in zip(self._static, journey.touchpoints.items(), strict=True):
            row["gain_functional"], row["loss_functional"] = KANO[t.kano.functional]
            row["gain_emotional"], row["loss_emotional"] = KANO[t.kano.emotional]
            row["moment"] = t.moment_of_truth
            row["task"] = t.stage in _TASK_STAGES
            row["service"] = t.stage == "service"
            row["department"] = departments.index(t.department)
            row["address"] = addresses[name]
            row["by_tenure"] = t.phase == "tenure"
            if t.every_weeks is not None:
                row["period"] = max(1, round(t.every_weeks / self.weeks))
                row["per_period"] = 1.0 / row["period"]
        for name in scenario.surveys.transactional.after:
            self._static[self.touchpoints.index(name)]["asked"] = 1
        self._channels = np.zeros(len(self.channels), CHANNEL)
        for row, channel in zip(self._channels, journey.channels.values(), strict=True):
            row["human"] = channel.human
            row["queue"] = -1 if channel.queue is None else self.queues.index(channel.queue)
            row["office"] = -1 if channel.back_office is None else self.offices.index(channel.back_office)
        self._bins = _contact_bins(scenario)
        self.queue_rows = len(self._bins)
        self._nodes, self._edges = _graph_records(compiled)
        self._calendar_entries = self._calendar()
        self._nodes["lived"][: len(self.nodes)] = self._lived(compiled)
        self._quiet: dict[float, Floats] = {}

    def _calendar(self) -> Rows:
        """Return the calendar touchpoints, in the order in which they are declared."""
        listed = np.flatnonzero(self._static["period"])
        points = self._static[listed]
        entries = np.zeros(listed.size, CALENDAR)
        entries["touchpoint"] = listed
        entries["plain"] = (points["task"] == 0) & (points["service"] == 0)
        for name in ("period", "by_tenure", "per_period"):
            entries[name] = points[name]
        entries["scatter"] = 2 * points["address"] + 1
        return entries

    def _rhythm(self) -> tuple[int, int]:
        """Return period and scatter of the most frequent calendar touchpoint that is not lived in every tick; 1 if none is."""
        entries = self._calendar_entries
        apart = entries[(entries["by_tenure"] == 0) & (entries["period"] > 1) & (entries["period"] < PHASES)]
        if apart.size == 0:
            return 1, 1
        first = apart[np.argmin(apart["period"])]
        return int(first["period"]), int(first["scatter"])

    @property
    def lines(self) -> int:
        """Return the number of lines that customers wait in for a slate: one for every segment and phase of the rhythm."""
        return len(self.segments) * self._rhythm()[0]

    def _lived(self, journey: JourneyTables) -> Ints:
        """Return the calendar touchpoints that are lived in the background of each node, as bits."""
        bits = 1 << np.arange(self._calendar_entries.size, dtype=np.int64)
        starts = zip(journey.first_background[:-1], journey.first_background[1:], strict=True)
        own = (np.isin(self._calendar_entries["touchpoint"], journey.background[low:high]) for low, high in starts)
        return np.array([bits[found].sum() for found in own])

    def turn_calendar(self, tick: int) -> None:
        """Let the calendar show this tick: which phase every entry is due for."""
        self._calendar_entries["today"] = tick % self._calendar_entries["period"]

    def tables(
        self, values: Mapping[str, float], event_costs: Mapping[tuple[str, str], float], programme_week: float
    ) -> dict[str, Any]:
        """Return the tables of one slot, by field of `World`; `event_costs` are by touchpoint and channel."""
        params = parameter_record(values, self.weeks)
        params["programme_cost_week"] = programme_week
        points = self._static.copy()
        zone_moment = values["behaviour.appraisal.zone_moment"]
        for k, name in enumerate(self.touchpoints):
            root = f"journey.touchpoints.{name}"
            for field in ("weight", "noise", "failure", "severity", "blame", "unavoidable"):
                points[k][field] = values[f"{root}.{field}"]
            points[k]["norm"] = values.get(f"{root}.norm.credit", 0.0)
            points[k]["zone"] = zone_moment if points[k]["moment"] else 1.0
            for c, channel in enumerate(self.channels):
                points[k]["event_cost"][c] = event_costs.get((name, channel), 0.0)
        contact_rate = float(params["journey_contact_rate"][0])
        if contact_rate not in self._quiet:
            self._quiet[contact_rate] = self._find_quiet(contact_rate)
        channels = self._channels.copy()
        for field in ("cost", "task_success"):
            channels[field] = self._per(values, "channels", self.channels, field)
        offices = np.zeros(max(1, len(self.offices)), OFFICE)
        for field, source in (
            ("delay", "delay"),
            ("fixed_weeks", "fixed_delay_weeks"),
            ("target_weeks", "target_weeks"),
        ):
            offices[field][: len(self.offices)] = self._per(values, "back_offices", self.offices, source)
        return {
            "params": params[0],
            "touchpoints": points,
            "levels": self.levels(values),
            "seamless": self._seamless(values),
            "channels": channels,
            "offices": offices,
            "quiet": self._quiet[contact_rate],
        }

    def levels(self, values: Mapping[str, float]) -> Floats:
        """Return touchpoint x channel x (functional quality, emotional quality, cumulative channel mix)."""
        levels = np.zeros((len(self.touchpoints), len(self.channels), 3))
        for k, name in enumerate(self.touchpoints):
            for dimension, kind in ((FUNCTIONAL, "functional"), (EMOTIONAL, "emotional")):
                shift = self._per(values, "channels", self.channels, f"quality.{kind}")
                quality = values[f"journey.touchpoints.{name}.quality.{kind}"]
                levels[k, :, dimension] = np.clip(quality + shift, 0.0, 1.0)
            weights = self._per(values, f"touchpoints.{name}.channels", self.channels, "")
            levels[k, :, MIX] = np.cumsum(weights) / weights.sum()
        return levels

    def _find_quiet(self, contact_rate: float) -> Floats:
        """Return one draw per node: from it on a customer without a problem stays."""
        nodes, edges = self._nodes.view(np.recarray), self._edges.view(np.recarray)
        return np.array([quiet_above(k, nodes, edges, contact_rate, self.weeks) for k in range(len(self.nodes))])

    def _per(self, values: Mapping[str, float], group: str, names: list[str], field: str) -> Floats:
        """Return one number for each of `names`: the parameter `journey.<group>.<name>[.<field>]`."""
        tail = f".{field}" if field else ""
        return np.array([values[f"journey.{group}.{name}{tail}"] for name in names])

    def _seamless(self, values: Mapping[str, float]) -> Floats:
        """Return channel x channel: how seamless a change is, 1 on the diagonal."""
        n = len(self.channels)
        seamless = np.ones((n, n))
        for i, a in enumerate(self.channels):
            for j in range(i + 1, n):
                seamless[i, j] = seamless[j, i] = values[f"journey.integration.pairs.{a}-{self.channels[j]}"]
        return seamless

    def world(self, slots: Ints, tables: list[dict[str, Any]]) -> World:
        """Return the world of these slots; `slots` maps a reach mask to its position in `tables`."""
        scenario = self.scenario
        stacked = {name: np.array([table[name] for table in tables]) for name in tables[0]}
        plan = np.zeros(1, PLAN)
        plan["relational_sample"] = scenario.surveys.relational.sample
        plan["transactional_sample"] = scenario.surveys.transactional.sample
        plan["relational_period"] = max(1, round(scenario.surveys.relational.every_weeks / self.weeks))
        plan["problem_touchpoint"] = self.touchpoints.index(scenario.journey.problem.touchpoint)
        plan["rhythm"], plan["rhythm_scatter"] = self._rhythm()
        return World(
            slots=slots,
            bins=self._bins,
            nodes=self._nodes,
            edges=self._edges,
            calendar=self._calendar_entries,
            segments=self.segment_records(),
            contracts=self.contract_records(),
            plan=plan[0],
            **stacked,
        )

    def segment_records(self) -> Rows:
        """Return one record per segment."""
        records = np.zeros(len(self.segments), SEGMENT)
        for row, segment in zip(records, self.scenario.population.segments.values(), strict=True):
            row["zone_scale"] = segment.zone_scale
            row["weight_a"], row["weight_b"] = segment.emotional_weight
            row["switch_a"], row["switch_b"] = segment.switching_cost
            row["monthly_revenue"] = segment.monthly_revenue
            row["revenue_log_sd"] = segment.monthly_revenue_log_sd
        return records

    def contract_records(self) -> Rows:
        """Return one record per contract."""
        contracts = self.scenario.population.contracts.values()
        return np.array([(c.commitment_weeks, c.renews) for c in contracts], CONTRACT)

    def laws(self, values: Mapping[str, float]) -> Laws:
        """Return the distributions that customers are drawn from."""
        population = self.scenario.population
        traits, frailty, tenure = population.traits, population.frailty, population.tenure
        lived = _lived_quality(self.scenario)
        alpha, beta, hazard = 0.0, 0.0, 0.0
        if isinstance(frailty, BetaGeometric):
            alpha, beta = frailty.alpha, frailty.beta
        else:
            hazard = probability_to_rate(frailty.churn_year, 52.0)
        mean, longest = 0.0, 1.0
        if isinstance(tenure, ExponentialTenure):
            mean, longest = tenure.mean_weeks, tenure.max_weeks
        return Laws(
            segment_shares=np.cumsum([segment.share for segment in population.segments.values()]),
            contract_shares=np.cumsum([contract.share for contract in population.contracts.values()]),
            segments=self.segment_records(),
            params=parameter_record(values, self.weeks),
            alpha=alpha,
            beta=beta,
            hazard=hazard,
            tenure_mean=mean,
            tenure_max=longest,
            loss_aversion=traits.loss_aversion,
            loss_aversion_log_sd=traits.loss_aversion_log_sd,
            taste_sd=traits.taste_sd,
            style_sd=traits.style_sd,
            voice_sd=traits.complaint_sd,
            openness_sd=traits.survey_sd,
            patience_log_sd=traits.patience_log_sd,
            congruence_sd=traits.congruence_sd,
            lived_functional=lived[0],
            lived_emotional=lived[1],
            weeks=self.weeks,
            warmup_ticks=self.scenario.time.warmup_weeks * self.scenario.time.ticks_per_week,
            start=self.nodes.index(self.scenario.journey.start),
            active=self.nodes.index(self.scenario.journey.active),
        )


def _addresses(names: Iterable[str]) -> dict[str, int]:
    """Return an ordinal for each name: a hash, so that a touchpoint more moves no other's; above those of steps on the path."""
    found: dict[str, int] = {}
    for name in names:
        address = 256 + zlib.crc32(name.encode()) % 0x7FFF00
        while address in found.values():
            address += 1
        found[name] = address
    return found


def _contact_bins(scenario: Scenario) -> Floats:
    """Return queue x 8: cumulative probability that a contact falls into an intraday bin."""
    queues = scenario.journey.queues.values()
    bins = np.ones((max(1, len(queues)), 8))
    for row, queue in zip(bins, queues, strict=False):
        loads = np.array([part.load * part.share for part in queue.profile])
        row[: len(loads)] = np.cumsum(loads) / loads.sum()
    return bins


def _graph_records(journey: JourneyTables) -> tuple[Rows, Rows]:
    """Return the records of nodes (and one more, for the ends) and edges.

    A node is instant, so that the walk goes on in the same tick, if it only passes customers on: no dwell, guard, rate or churn.
    """
    n = journey.life.size
    nodes = np.zeros(n + 1, NODE)
    for field in ("touchpoint", "life", "churn_target", "dwell_kind", "dwell_a", "dwell_b"):
        nodes[field][:n] = getattr(journey, field)
    nodes["first_edge"] = journey.first_edge
    passing = (EdgeKind.PROBABILITY, EdgeKind.TASK, EdgeKind.LOGIT, EdgeKind.REST)
    for node in range(n):
        kinds = journey.edge_kind[journey.first_edge[node] : journey.first_edge[node + 1]]
        free = journey.dwell_kind[node] == 0 and journey.churn_target[node] < 0
        nodes["instant"][node] = free and kinds.size > 0 and all(kind in passing for kind in kinds)
    edges = np.zeros(max(1, journey.edge_kind.size), EDGE)
    for i in range(journey.edge_kind.size):
        edges[i]["target"], edges[i]["kind"] = journey.edge_target[i], journey.edge_kind[i]
        edges[i]["coefficients"] = journey.coefficients[i]
        edges[i]["constant"] = not journey.coefficients[i, 1:].any()
    return nodes, edges


def _lived_quality(scenario: Scenario) -> tuple[float, float]:
    """Return the quality that an incumbent is used to: calendar touchpoints, weighted by weight and frequency."""
    regular = [t for t in scenario.journey.touchpoints.values() if t.every_weeks is not None]
    if not regular:
        promise = scenario.market.promise
        return promise.functional, promise.emotional
    weights = np.array([min(t.weight, 1.0) / (t.every_weeks or 1.0) for t in regular])
    if weights.sum() == 0.0:
        weights = np.ones(len(regular))
    weights /= weights.sum()
    functional = float(np.dot(weights, [t.quality.functional for t in regular]))
    return functional, float(np.dot(weights, [t.quality.emotional for t in regular]))
