r"""Trust in the firm's promise, equation (18).

    kept = [x >= promise - margin];   Tr <- Tr + eta (kept - Tr),   eta = up if kept else down

`trust.up` .03, `trust.down` .10 (0 and 0 switch it off), `trust.margin` .05. Asymmetry: trust is lost faster than won, [A].
"""

from __future__ import annotations

from typing import Any


def judge(trust: float, performance: float, promise: float, p: Any) -> float:
    """Return trust after a performance was held against the promise, both weighted over the dimensions."""
    if performance >= promise - p.trust_margin:
        return trust + p.trust_up * (1.0 - trust)
    return trust - p.trust_down * trust
