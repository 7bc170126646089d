"""What chance holds for customers in a tick: drawn for one encounter, or ahead for a whole slate.

Drawing ahead gives the same bits: every draw has an address and does not depend on what happened before. A loop over nothing
but addresses uses the vector units of the processor, which a customer's tick with its branches cannot.
"""

from __future__ import annotations

from typing import NamedTuple

from cxsim.engine.slate import Party, member, padded, stay_a_call
from cxsim.outlined import outlined
from cxsim.rng import Block, Luck, central_quantile, is_central, normal, quantile, uniform, words

_ENCOUNTER, _FATE = int(Block.ENCOUNTER), int(Block.FATE)


class Chances(NamedTuple):
    """What an encounter holds: two standard normal noises, and uniform numbers for failure and channel."""

    noise_functional: float
    noise_emotional: float
    failure: float
    channel: float


def draw_chances(luck: Luck, who: int, tick: int, position: int) -> Chances:
    """Return the chances of one encounter, at its address within the customer's tick."""
    w = words(luck, who, tick, _ENCOUNTER, position)
    return Chances(normal(w.a), normal(w.b), uniform(w.c), uniform(w.d))


def draw_fates(party: Party, tick: int, luck: Luck) -> None:
    """Draw what the tick holds for a party: leaving, noise of the score, noticing a rival, first step of the journey."""
    for j in range(padded(party.n)):
        c = member(party, j)
        w = words(luck, c.who, tick, _FATE, 0)
        c.leave = uniform(w.a)
        c.drawn_score = uniform(w.b)
        c.notice = uniform(w.c)
        c.step = uniform(w.d)
        c.score_noise = central_quantile(c.drawn_score - 0.5)
        c.far = 0 if is_central(c.drawn_score - 0.5) else 1
    for j in range(party.n):
        c = member(party, j)
        if c.far == 1:
            c.score_noise = far_quantile(c.drawn_score)


def draw_encounters(party: Party, tick: int, address: int, luck: Luck) -> None:
    """Draw the chances of the encounter at `address` for a party."""
    for j in range(padded(party.n)):
        c = member(party, j)
        w = words(luck, c.who, tick, _ENCOUNTER, address)
        c.drawn_functional = uniform(w.a)
        c.drawn_emotional = uniform(w.b)
        c.failure = uniform(w.c)
        c.choice = uniform(w.d)
        c.noise_functional = central_quantile(c.drawn_functional - 0.5)
        c.noise_emotional = central_quantile(c.drawn_emotional - 0.5)
        c.far = 0 if is_central(c.drawn_functional - 0.5) and is_central(c.drawn_emotional - 0.5) else 1
    for j in range(party.n):
        c = member(party, j)
        if c.far == 1:
            c.noise_functional = far_quantile(c.drawn_functional)
            c.noise_emotional = far_quantile(c.drawn_emotional)


@outlined
def far_quantile(u: float) -> float:
    """Return the normal quantile of a probability in the tails.

    Called, so that the loops over slates that seldom need it stay loops of tests, not vector code that follows every branch.
    """
    stay_a_call()
    return quantile(u)
