"""`CXModel`: the Mesa model of a scenario. Customers are an array-backed agent set, desks and campaigns ordinary agents."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Annotated, Any

import mesa
import numpy as np
from pydantic import Field

from cxsim.arrays import Floats, Ints, Rows
from cxsim.engine import kernels
from cxsim.engine.build import Blueprint
from cxsim.engine.campaigns import MOST_INTERVENTIONS, Campaign, TableMaker
from cxsim.engine.collector import new_collector
from cxsim.engine.compiled import compiled
from cxsim.engine.crew import Crew
from cxsim.engine.customers import CustomerAgent, CustomerSet
from cxsim.engine.desks import BackOffice, ServiceDesk
from cxsim.engine.draws import draws
from cxsim.engine.identity import identities
from cxsim.engine.phases import ORDER
from cxsim.engine.recorder import PERIOD_WEEKS, Record
from cxsim.engine.seating import Room
from cxsim.engine.tally import Tally, new_tally
from cxsim.engine.world import Clock, new_desks
from cxsim.errors import Fault, InputError, nearest
from cxsim.interventions.parameters import LEADS, Parameter, parameters
from cxsim.population.columns import empty_customers
from cxsim.rng import Block, luck
from cxsim.spec.job import Engine
from cxsim.spec.load import build, listed, require_scenario
from cxsim.spec.scenario import Scenario
from cxsim.units import discount_factor

MOST_CUSTOMERS = 1 << 40
"""Mesa's numbers set aside for customers: more than will ever arrive, as interventions can bring more of them than foreseen."""


class _Arguments(Engine):
    """The plain arguments of a model: what computes it, under the engine's rules, and its luck."""

    rng: Annotated[int, Field(ge=0, lt=2**63)]
    replication: Annotated[int, Field(ge=0, lt=2**32)]


class CXModel(mesa.Model):
    """A scenario, ready to be stepped.

    Parameters
    ----------
    scenario : the world.
    rng : the seed, a whole number from 0 to below 2**63; customers' luck depends on it and on `replication` alone.
    replication : number of the replication, another world of luck under the same seed.
    interventions : names of the scenario's interventions that act in this run; a text is one name.
    threads : threads of the compiled kernels; 0 is one per core. Never changes a number.
    block_rows : rows that one thread takes at a time. Never changes a number.
    stepping : "bulk" runs compiled kernels; "agents" steps one `CustomerAgent` at a time in plain Python, in random order.
    base : records of the initial base instead of drawn ones, for a firm's own customers (fields segment, contract,
        monthly_revenue, tenure_weeks, log_hazard).
    customer_ids : the firm's names of the customers in `base`.
    parent : a model to continue from, see `branch`.

    Raises
    ------
    InputError : an argument breaks a rule, or an intervention is unknown or repeated.
    """

    def __init__(
        self,
        scenario: Scenario,
        rng: int = 0,
        replication: int = 0,
        interventions: Sequence[str] = (),
        *,
        threads: int = 1,
        block_rows: int = 32_768,
        stepping: str = "bulk",
        base: Rows | None = None,
        customer_ids: Sequence[str] | None = None,
        parent: CXModel | None = None,
    ) -> None:
        require_scenario(scenario)
        plain = {"rng": rng, "replication": replication}
        build({**plain, "threads": threads, "block_rows": block_rows, "stepping": stepping}, _Arguments)
        super().__init__(rng=rng)
        self.spec = scenario
        self.seed = rng
        self.replication = replication
        self.customer_ids = customer_ids
        self.luck = luck(rng, replication)
        self.stepping = stepping
        self.blueprint = Blueprint(scenario)
        self.ticks_per_week = scenario.time.ticks_per_week
        self.weeks = 1.0 / self.ticks_per_week
        self.warmup_ticks = scenario.time.warmup_weeks * self.ticks_per_week
        self.horizon_ticks = scenario.time.horizon_weeks * self.ticks_per_week
        self.tick = 0
        self.id_block = self.agent_id_counter
        self.parameters: dict[str, Parameter] = parameters(scenario) if parent is None else parent.parameters
        self._maker = TableMaker(self.blueprint, self.parameters)
        self._laws = self.blueprint.laws(self._maker.base)
        self._leads_gained = 0.0
        self.crew = Crew(threads, block_rows, self._new_tally, self.blueprint.lines)
        self.n_base = scenario.population.size if base is None else len(base)
        self.n_arrived = self.n_base
        if parent is None:
            self.rows = empty_customers(self.n_arrived + self._leads_until(self.horizon_ticks))
            self._bear(0, self.n_arrived, origin=0)
            if base is not None:
                self._adopt(base)
        else:
            self.rows = parent.rows.copy()
            self.rows["reached"] = 0
        self.id_block = self.agent_id_counter
        self.agent_id_counter += MOST_CUSTOMERS
        self.waiting: Ints = np.zeros(len(self.rows), np.int64)
        self._waiting_blocks: list[tuple[int, int]] = []
        self.deciles: Floats = np.quantile(self.rows["monthly_revenue"][: self.n_arrived], np.arange(1, 10) / 10)
        self._customers = CustomerSet(self)
        journey = scenario.journey
        self.desks = new_desks(len(journey.queues), len(journey.back_offices))
        self.queues = [ServiceDesk(self, name, queue) for name, queue in journey.queues.items()]
        self.offices = [BackOffice(self, name) for name in journey.back_offices]
        self.campaigns = self._campaigns(interventions)
        self.clock = self._clock()
        self.record = Record()
        self.datacollector = new_collector()
        self.world = self._maker.world(self.campaigns, np.zeros(1, np.int64))
        if parent is not None:
            self._continue(parent)

    def branch(self, interventions: Sequence[str]) -> CXModel:
        """Return a model that goes on from this one's present state, with other interventions.

        Exactly what a model with these interventions from the beginning would be, as long as none of them has started yet.
        """
        return CXModel(
            self.spec,
            self.seed,
            self.replication,
            interventions,
            threads=self.crew.size,
            block_rows=self.crew.block_rows,
            stepping=self.stepping,
            customer_ids=self.customer_ids,
            parent=self,
        )

    # -- what a Mesa user sees -------------------------------------------------------------------------------------

    @property
    def scenario(self) -> Scenario:
        """Return the scenario that is simulated."""
        return self.spec

    @scenario.setter
    def scenario(self, value: Any) -> None:
        # Mesa stores a scenario object of its own during its construction.
        self._mesa_scenario = value

    @property
    def customers(self) -> CustomerSet:
        """Return everybody who has arrived: leads, active, lost and gone customers."""
        return self._customers

    @property
    def agents(self) -> Any:
        """Return the customers; desks and campaigns are in `agents_by_type`."""
        return self._customers if hasattr(self, "_customers") else super().agents

    @property
    def agents_by_type(self) -> dict[type, Any]:
        """Return every kind of agent with its set."""
        return {CustomerAgent: self._customers, **super().agents_by_type}

    @property
    def agent_types(self) -> list[type]:
        """Return the kinds of agents of the model."""
        return list(self.agents_by_type)

    @property
    def week(self) -> float:
        """Return the week at the beginning of the tick, counted from the start; negative during the warm-up."""
        return (self.tick - self.warmup_ticks) / self.ticks_per_week

    def step(self) -> None:
        """Live one tick, in the order of `phases.ORDER`."""
        for phase in ORDER:
            getattr(self, phase.method)()

    # -- phases ----------------------------------------------------------------------------------------------------

    def open_tick(self) -> None:
        """Set the clock and let the leads of this tick arrive."""
        self.clock = self._clock()
        self.crew.clear()
        if self.tick == self.warmup_ticks:
            self._start_counting()
        for campaign in self.campaigns:
            campaign.gather()
        self._maker.share(self.campaigns)
        arrived = self.n_arrived
        counted = self.tick - self.warmup_ticks
        if 0 <= counted < self.horizon_ticks:
            self._leads_gained += self._leads_a_tick(self._maker.shared) - self._leads_a_tick(self._maker.base)
            arrived = max(arrived, self.n_base + self._leads_until(counted + 1))
        self._make_room(arrived)
        self._bear(self.n_arrived, arrived, origin=1)
        self.n_arrived = arrived

    def run_campaigns(self) -> None:
        """Let the campaigns act, then set the tables of this tick."""
        for campaign in self.campaigns:
            campaign.step()
        reaching = [campaign for campaign in self.campaigns if campaign.reaches()]
        masks = np.array([sum(1 << campaign.bit for campaign in reaching)])
        if not all(campaign.universal for campaign in reaching):
            everybody, active = np.zeros((2, 1 << len(self.campaigns)), np.int64)
            compiled(kernels.count_masks)(self.rows, self.n_arrived, everybody, active)
            masks = np.flatnonzero(everybody)
            for campaign in self.campaigns:
                campaign.look_back(active)
        self.world = self._maker.world(self.campaigns, masks)
        self.blueprint.turn_calendar(self.tick)
        self.world.plan["relational_today"] = self.tick % self.world.plan["relational_period"]

    def live_customers(self) -> None:
        """Let every customer live the tick up to a contact, or to its end."""
        if self.stepping == "agents":
            self.customers.shuffle_do("step")
            return
        live = compiled(kernels.live_rows)

        def work(low: int, high: int, room: Room, tally: Tally) -> int:
            waiting = self.waiting
            return int(live(self.rows, low, high, self.n_base, self.clock, self.luck, self.world, room, waiting, tally))

        blocks = self.crew.blocks(0, self.n_arrived)
        counts = self.crew.share(work, blocks)
        self._waiting_blocks = [(low, low + count) for (low, _), count in zip(blocks, counts, strict=True)]

    def answer_contacts(self) -> None:
        """Let queues and back offices work the contacts of the tick."""
        load = self.crew.total().load
        for i, queue in enumerate(self.queues):
            queue.answer(load[i], self._maker.shared, self.desks.abandonment[i], self.desks.wait_min[i])
        first = self.blueprint.queue_rows
        for j, office in enumerate(self.offices):
            self.desks.backlog_weeks[j] = office.answer(int(load[first + j, 0]), self._maker.shared)

    def serve_customers(self) -> None:
        """Serve the customers who contacted a desk, and end their tick."""
        if self.stepping == "agents":
            self.customers.shuffle_do("advance")
            return
        serve = compiled(kernels.serve_rows)

        def work(low: int, high: int, room: Room, tally: Tally) -> int:
            world, desks = self.world, self.desks
            serve(self.rows, self.waiting, low, high, self.n_base, self.clock, self.luck, world, desks, room, tally)
            return 0

        self.crew.share(work, [block for block in self._waiting_blocks if block[1] > block[0]])

    def close_tick(self) -> None:
        """Record the sums of the tick, unless it belongs to the warm-up."""
        if self.tick >= self.warmup_ticks:
            counted = self.tick - self.warmup_ticks
            days = [queue.day for queue in self.queues] + [office.day for office in self.offices]
            period = counted // (PERIOD_WEEKS * self.ticks_per_week)
            self.record.add(counted, period, self.crew.total(), self._fixed_cost(), days)
            self.datacollector.collect(self)
        self.tick += 1
        if self.tick >= self.warmup_ticks + self.horizon_ticks:
            self.running = False

    # -- draws ---------------------------------------------------------------------------------------------------------

    def draw(self, ids: Ints, tick: int, block: Block, ordinal: int, word: int) -> Floats:
        """Return the uniform draws of customers at one address."""
        return draws(ids, tick, block, ordinal, word, self.luck)

    def identities(self, low: int, high: int) -> Ints:
        """Return what addresses the draws of rows `low` to `high`: the row in the base, a range of their own for leads."""
        return identities(low, high, self.n_base)

    # -- inside ----------------------------------------------------------------------------------------------------

    def _continue(self, parent: CXModel) -> None:
        """Take over the state of another model: clock, customers, backlogs, deciles, record."""
        self.tick, self.n_base, self.n_arrived = parent.tick, parent.n_base, parent.n_arrived
        self._leads_gained = parent._leads_gained
        self.deciles = parent.deciles
        self.clock = self._clock()
        self.record = parent.record.copy()
        for mine, theirs in zip(self.desks, parent.desks, strict=True):
            mine[:] = theirs
        for queue, other_queue in zip(self.queues, parent.queues, strict=True):
            queue.go_on_from(other_queue)
        for office, other_office in zip(self.offices, parent.offices, strict=True):
            office.go_on_from(other_office)

    def _leads_a_tick(self, values: Mapping[str, float]) -> float:
        """Return the inflow of leads in a tick under these numbers."""
        return values[LEADS] * self.spec.population.size / 1000.0 * self.weeks

    def _leads_until(self, ticks: int) -> int:
        """Return how many leads have arrived after the first ticks that count: a whole number that follows the inflow."""
        weekly = self._maker.base[LEADS] * self.spec.population.size / 1000.0
        return math.floor(ticks * weekly * self.weeks + self._leads_gained + 1e-9)

    def _make_room(self, n: int) -> None:
        """Let the records hold `n` customers, and some to come, where interventions bring more than the usual inflow."""
        if n > len(self.rows):
            self.rows = np.concatenate([self.rows, empty_customers(n + n // 8 - len(self.rows))])
            self.waiting = np.zeros(len(self.rows), np.int64)

    def _bear(self, low: int, high: int, origin: int) -> None:
        if high > low:
            bear = compiled(kernels.bear_rows)
            told = self._maker.promised
            laws = self._laws if told is None else self._laws._replace(params=told)

            def work(start: int, stop: int, _: Room, __: Tally) -> int:
                bear(self.rows, start, stop, self.n_base, self.tick, origin, self.luck, laws)
                return 0

            self.crew.share(work, self.crew.blocks(low, high))

    def _adopt(self, base: Rows) -> None:
        """Give the initial base the known columns of a firm's customers, and settle them in with these."""
        for name in ("segment", "contract", "monthly_revenue"):
            self.rows[name][: len(base)] = base[name]
        compiled(kernels.settle_rows)(self.rows, base["tenure_weeks"], self.luck, self._laws)
        self.rows["frailty"][: len(base)] *= np.exp(base["log_hazard"])

    def _campaigns(self, names: Iterable[str]) -> list[Campaign]:
        library = self.spec.interventions
        names = list(listed(names))
        unknown = [name for name in names if name not in library]
        if unknown:
            rule = "must name an intervention of the scenario"
            raise InputError([Fault("interventions", rule, name, nearest(name, library)) for name in unknown])
        repeated = sorted({name for name in names if names.count(name) > 1})
        if repeated:
            rule = "an intervention must not be repeated in one arm"
            raise InputError([Fault("interventions", rule, name) for name in repeated])
        if len(names) > MOST_INTERVENTIONS:
            rule = f"at most {MOST_INTERVENTIONS} interventions in one arm"
            raise InputError([Fault("interventions", rule, len(names))])
        # In the order of their names, so that a bundle is the same however it is written.
        return [Campaign(self, name, library[name], bit) for bit, name in enumerate(sorted(names))]

    def _new_tally(self) -> Tally:
        months = 2 + int(self.spec.time.horizon_weeks * 12 / 52)
        b = self.blueprint
        desks = b.queue_rows + max(1, len(b.offices))
        return new_tally(len(b.segments), len(b.touchpoints), len(b.channels), desks, months, len(b.nodes))

    def _clock(self) -> Clock:
        counted = max(0, self.tick - self.warmup_ticks)
        discount = discount_factor(self.spec.money.discount_year, counted * self.weeks)
        return Clock(self.tick, self.warmup_ticks, self.weeks, discount, int(self.tick < self.warmup_ticks))

    def _start_counting(self) -> None:
        """Forget what the warm-up summed up, so that the run starts with empty books and full memories."""
        if self.warmup_ticks == 0:
            self.record.opening = np.zeros(self.n_arrived)  # nobody has lived yet
            return
        for name in ("revenue", "cost", "value", "credited", "debited", "forgotten", "contacts"):
            self.rows[name] = 0
        rows = self.rows[: self.n_arrived]
        credit, debit = (rows[f"{kind}_fast"] + rows[f"{kind}_slow"].astype(np.float64) for kind in ("credit", "debit"))
        self.record.opening = credit - debit

    def _fixed_cost(self) -> float:
        """Return the money of this tick that no single customer causes, for the simulated base."""
        total = 0.0
        for campaign in self.campaigns:
            cost, start = campaign.intervention.cost, campaign.intervention.start_week
            if campaign.running():
                total += cost.fixed_week * self.weeks
            if start <= self.week < start + self.weeks:
                total += cost.capex
        return total / self.spec.population.scale
