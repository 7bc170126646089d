r"""Trust in the firm's promise, equation (18).

    kept = [x >= min(promise, E) - margin];   Tr <- Tr + eta (kept - Tr),   eta = up if kept else down;   where m >= 1

`trust.up` .03, `trust.down` .10 (0 and 0 switch it off), `trust.margin` .05. Asymmetry: trust is lost faster than won, [A].

Two readings of a promise that stands for years, both [A]. It is held against the firm as long as it is believed, that is up to
what the customer expects to get, E: who has learned better is no longer betrayed every week. And it is judged where it
matters, at touchpoints of weight m >= 1, as delight is in (14): routine use goes unnoticed.
"""

from __future__ import annotations

from typing import Any


def judge(trust: float, performance: float, promise: float, expected: float, weight: float, p: Any) -> float:
    """Return trust after a performance was held against a promise; all three weighted over the dimensions."""
    kept = performance >= min(promise, expected) - p.trust_margin
    judged = trust + p.trust_up * (1.0 - trust) if kept else trust - p.trust_down * trust
    return judged if weight >= 1.0 else trust
