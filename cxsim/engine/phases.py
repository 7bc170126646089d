"""The order of events in a tick, written once: what `print_order` shows, what the model runs, what a test asserts."""

from __future__ import annotations

from typing import NamedTuple


class Phase(NamedTuple):
    """One phase: the method of the model that runs it, who acts, what happens."""

    method: str
    actor: str
    text: str


ORDER = (
    Phase("open_tick", "model", "the clock moves; leads of this tick arrive"),
    Phase("run_campaigns", "campaigns", "interventions grow or fade, reach customers, and set the parameter tables"),
    Phase(
        "live_customers",
        "customers",
        "decay, transitions, encounters, failures, complaint, contact; without a contact also the end of the tick",
    ),
    Phase("answer_contacts", "desks", "queues and back offices work the contacts of this tick"),
    Phase("serve_customers", "customers", "who contacted is served or abandons, is solved or not, and ends the tick"),
    Phase("close_tick", "model", "the sums of the tick are recorded"),
)

WITHIN_A_CUSTOMER = (
    "account, expectations, habituation and memories fade; an open problem ages",
    "transitions of the journey, each stop an encounter with perception, booking, memory, satisfaction, trust, learning",
    "calendar touchpoints, in the order of the node",
    "a failure opens a problem; it is voiced or silent",
    "a voiced problem contacts a channel: a queue's bin or a back office",
    "service: wait or abandon, resolution, justice, recovery",
    "money of the tick",
    "surveys",
    "the decision to leave",
)


def print_order() -> str:
    """Return the order of a tick as text, one phase a line."""
    lines = [f"{i}. {phase.method} ({phase.actor}): {phase.text}" for i, phase in enumerate(ORDER, 1)]
    lines.append("within a customer:")
    lines.extend(f"   {chr(96 + i)}. {text}" for i, text in enumerate(WITHIN_A_CUSTOMER, 1))
    return "\n".join(lines)
