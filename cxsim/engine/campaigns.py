"""Campaigns: the interventions of a run as Mesa agents, whom they reach this tick, and the tables that follow from it."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import mesa
import numpy as np

from cxsim.arrays import Ints
from cxsim.engine.build import Blueprint
from cxsim.engine.world import EMOTIONAL, FUNCTIONAL, World
from cxsim.interventions.modify import apply_effects
from cxsim.interventions.parameters import Parameter
from cxsim.interventions.reach import capped, chosen, condition, is_fixed, state_columns
from cxsim.interventions.window import is_over, is_running, strength
from cxsim.spec.interventions import Intervention

if TYPE_CHECKING:
    from cxsim.engine.model import CXModel

MOST_INTERVENTIONS = 12
"""Interventions of one arm: each is a bit of the reach mask of a customer."""


class Campaign(mesa.Agent):
    """One intervention at work: its strength this week and the customers that it reaches."""

    def __init__(self, model: CXModel, name: str, intervention: Intervention, bit: int) -> None:
        super().__init__(model)
        self.name = name
        self.intervention = intervention
        self.bit = bit
        self.strength = 0.0
        self._considered = 0
        self._condition = condition(intervention, f"interventions.{name}.target.state")
        self.universal = intervention.target == type(intervention.target)()
        self.reached_share = 1.0 if self.universal else 0.0
        self._fixed = is_fixed(intervention)

    def gather(self) -> None:
        """Find the strength of this tick."""
        self.strength = strength(self.intervention, self.model.week, self.model.spec.journey.alignment)

    def step(self) -> None:
        """Reach customers anew where the target can change."""
        model = self.model
        if is_over(self.intervention, model.week):
            self._let_go()
        if not self.reaches():
            return
        self._reach(self._considered if self._fixed else 0, model.n_arrived)
        self._considered = model.n_arrived

    def look_back(self, active: Ints) -> None:
        """Note the share of active customers that is reached, from their numbers by reach mask."""
        if not self.universal and self.reaches():
            reached = (np.arange(active.size) >> self.bit) & 1
            self.reached_share = float(reached @ active / active.sum()) if active.any() else 0.0

    def reaches(self) -> bool:
        """Return whether customers are reached in this week: from the start on, until the strength is 0 for good."""
        week = self.model.week
        return bool(week >= self.intervention.start_week) and not is_over(self.intervention, week)

    def running(self) -> bool:
        """Return whether the lever is paid for this week."""
        return is_running(self.intervention, self.model.week)

    def _let_go(self) -> None:
        """Reach nobody any more."""
        if self._considered:
            self.model.rows["reached"][: self._considered] &= ~np.uint16(1 << self.bit)
            self._considered = 0

    def _reach(self, low: int, high: int) -> None:
        if low >= high:
            return
        model = self.model
        rows = model.rows[low:high]
        ids = model.identities(low, high)
        tick = model.clock.tick
        week = tick // model.ticks_per_week
        reached = chosen(self.name, self.intervention, rows, ids, week, model.blueprint.segments, model.draw)
        target = self.intervention.target
        if target.state:
            names = self._condition.names or {"active"}
            columns = state_columns(names, rows, tick, model.clock.weeks, model.deciles)
            reached &= self._condition.evaluate(columns)
        if target.cap_per_week is not None:
            limit = target.cap_per_week * model.clock.weeks / model.spec.population.scale
            places = math.floor((tick + 1) * limit + 1e-9) - math.floor(tick * limit + 1e-9)
            reached &= rows["life"] == 2
            reached = capped(reached, places, ids, tick, self.name, model.draw)
        bit = np.uint16(1 << self.bit)
        rows["reached"] = np.where(reached, rows["reached"] | bit, rows["reached"] & ~bit)


class TableMaker:
    """Turns the strengths of the campaigns into the world of a tick; remembers the last one, as most ticks change little."""

    def __init__(self, blueprint: Blueprint, known: dict[str, Parameter]) -> None:
        self._blueprint = blueprint
        self._known = known
        self._base = {name: parameter.value for name, parameter in known.items()}
        self._shared_key: tuple[Any, ...] | None = None
        self._world_key: tuple[Any, ...] | None = None
        self._world: World | None = None
        self.shared: dict[str, float] = dict(self._base)
        self.promised: Any = None

    @property
    def base(self) -> dict[str, float]:
        """Return the numbers of the scenario without any intervention."""
        return self._base

    def world(self, campaigns: list[Campaign], masks: Ints) -> World:
        """Return the tables for the reach masks that occur; `promised` is then what a newcomer is told.

        Newcomers are born before it is known who reaches them, so they know the interventions that are for everybody.
        """
        levels = self.share(campaigns)
        running = tuple(campaign.running() for campaign in campaigns)
        key = (levels, running, masks.tobytes())
        if self._world is not None and key == self._world_key:
            return self._world
        self._world_key = key
        slots = np.zeros(1 << len(campaigns), np.int64)
        tables = []
        for slot, mask in enumerate(masks):
            slots[mask] = slot
            tables.append(self._slot(int(mask), campaigns, levels, running))
        self._world = self._blueprint.world(slots, tables)
        everybody = sum(1 << campaign.bit for campaign in campaigns if campaign.universal)
        same = np.flatnonzero(masks == everybody)
        told = tables[same[0]] if same.size else self._slot(everybody, campaigns, levels, running)
        self.promised = np.array([told["params"]])
        return self._world

    def share(self, campaigns: list[Campaign]) -> tuple[float, ...]:
        """Find the numbers that nobody has alone, such as a desk's capacity, changed as far as customers are reached.

        Return the strengths of the campaigns.
        """
        levels = self._levels(campaigns)
        shares = tuple(campaign.reached_share for campaign in campaigns)
        if (levels, shares) == self._shared_key:
            return levels
        self._shared_key = (levels, shares)
        self.shared = dict(self._base)
        effects = [
            (effect, level * share)
            for campaign, level, share in zip(campaigns, levels, shares, strict=True)
            for effect in campaign.intervention.effects
        ]
        apply_effects(self.shared, effects, self._known, shared=True)
        return levels

    def _levels(self, campaigns: list[Campaign]) -> tuple[float, ...]:
        """Return the strengths, raised or lowered by the synergy of other campaigns as far as the firm is aligned."""
        levels = []
        for campaign in campaigns:
            level = campaign.strength
            for other in campaigns:
                factor = campaign.intervention.synergy.get(other.name)
                if factor is not None:
                    level *= 1.0 + (factor - 1.0) * campaign.model.spec.journey.alignment * other.strength
            levels.append(level)
        return tuple(levels)

    def _slot(
        self, mask: int, campaigns: list[Campaign], levels: tuple[float, ...], running: tuple[bool, ...]
    ) -> dict[str, Any]:
        """Return the tables of the customers whom exactly the campaigns of `mask` reach."""
        here = [
            (campaign, level) for campaign, level in zip(campaigns, levels, strict=True) if mask >> campaign.bit & 1
        ]
        values = self._values(here)
        event_costs: dict[tuple[str, str], float] = {}
        weekly = 0.0
        for campaign, _ in here:
            cost = campaign.intervention.cost
            if running[campaign.bit]:
                weekly += cost.per_customer_week
                if cost.event is not None:
                    for channel in campaign.intervention.target.channels or self._blueprint.channels:
                        event = (cost.event, channel)
                        event_costs[event] = event_costs.get(event, 0.0) + cost.per_event
        table = self._blueprint.tables(values, event_costs, weekly)
        # An intervention that is bound to channels changes the quality met there, and nothing else.
        bound = {name for campaign, level in here if level > 0.0 for name in campaign.intervention.target.channels}
        for name in bound:
            k = self._blueprint.channels.index(name)
            levels_there = self._blueprint.levels(self._values(here, name))
            table["levels"][:, k, FUNCTIONAL : EMOTIONAL + 1] = levels_there[:, k, FUNCTIONAL : EMOTIONAL + 1]
        return table

    def _values(self, here: list[tuple[Campaign, float]], channel: str = "") -> dict[str, float]:
        """Return the personal numbers under campaigns with their strengths: those for all channels, and those for `channel`."""
        values = dict(self._base)
        effects = [
            (effect, level)
            for campaign, level in here
            if not campaign.intervention.target.channels or channel in campaign.intervention.target.channels
            for effect in campaign.intervention.effects
        ]
        apply_effects(values, effects, self._known, shared=False)
        return values
