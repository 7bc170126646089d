r"""Will- and should-expectations, equations (2) and (19).

    (2)  D <- E + (D - E) 2^(-tau / h_D)
    (19) K = min(m, 1) / (n + 1);  E <- E + K (x' - E);  n <- min(n + 1, n_max);  D <- D + k_D min(m, 1) (x' - D)+

`expectation.should_ratchet` k_D = .20 drives the penalty of withdrawing a delight (0 switches it off);
`expectation.should_half_life_weeks` 26; `expectation.precision_ceiling` n_max = 12. Sources: Boulding et al. 1993;
Rust, Inman, Jia & Zahorik 1999 (precision); Rust & Oliver 2000 (forgetting of delight).
"""

from __future__ import annotations

from typing import Any, NamedTuple


class Expectation(NamedTuple):
    """Will (functional, emotional), should (functional, emotional), and the precision in pseudo-counts."""

    functional: float
    emotional: float
    should_functional: float
    should_emotional: float
    precision: float


def relax(expectation: Expectation, p: Any) -> Expectation:
    """Return the expectations one tick later: should-expectations drift back to will-expectations."""
    keep = p.expectation_should_keep
    return Expectation(
        expectation.functional,
        expectation.emotional,
        expectation.functional + (expectation.should_functional - expectation.functional) * keep,
        expectation.emotional + (expectation.should_emotional - expectation.emotional) * keep,
        expectation.precision,
    )


def learn(
    expectation: Expectation, perceived_functional: float, perceived_emotional: float, weight: float, p: Any
) -> Expectation:
    """Return the expectations after an encounter of this weight was perceived."""
    capped = min(weight, 1.0)
    gain = capped / (expectation.precision + 1.0)
    ratchet = p.expectation_should_ratchet * capped
    return Expectation(
        expectation.functional + gain * (perceived_functional - expectation.functional),
        expectation.emotional + gain * (perceived_emotional - expectation.emotional),
        expectation.should_functional + ratchet * max(0.0, perceived_functional - expectation.should_functional),
        expectation.should_emotional + ratchet * max(0.0, perceived_emotional - expectation.should_emotional),
        min(expectation.precision + 1.0, p.expectation_precision_ceiling),
    )
