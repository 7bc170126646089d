r"""How much of a simulated effect a firm gets: the factor :math:`\kappa`, and what past interventions say about it.

A simulation takes an intervention to be carried out as planned. What a firm gets is the simulated effect times kappa,
normal with mean 0.8 and standard deviation 0.25 unless the user knows better: a choice, not an estimate. An intervention
of the past whose effect :math:`d \pm s` was seen and whose simulated effect was :math:`m \pm v` updates it,

.. math:: d \sim N(\kappa m,\; s^2 + E[\kappa^2] v^2), \qquad \kappa \sim N(\mu, \tau^2),

on the same scale for both (logits of a rate, logarithms of a positive number).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from cxsim.errors import Fault, InputError


@dataclass(frozen=True)
class Estimate:
    """A number with its standard deviation."""

    mean: float
    sd: float


KAPPA = Estimate(0.8, 0.25)
AS_SIMULATED = Estimate(1.0, 0.0)


def update_kappa(prior: Estimate, observed_effect: Estimate, simulated_effect: Estimate) -> Estimate:
    """Return kappa after one past intervention; several are taken in one after another.

    Raises
    ------
    InputError
        A standard deviation below 0, or an observed effect that is said to be exact.
    """
    given = {"prior": prior, "observed_effect": observed_effect, "simulated_effect": simulated_effect}
    faults = [Fault(f"{name}.sd", "must not be negative", one.sd) for name, one in given.items() if one.sd < 0.0]
    if observed_effect.sd == 0.0:
        faults.append(Fault("observed_effect.sd", "must be above 0", 0.0))
    if faults:
        raise InputError(faults)
    if prior.sd == 0.0:
        return prior
    noise = observed_effect.sd**2 + (prior.mean**2 + prior.sd**2) * simulated_effect.sd**2
    precision = prior.sd**-2 + simulated_effect.mean**2 / noise
    mean = (prior.mean * prior.sd**-2 + simulated_effect.mean * observed_effect.mean / noise) / precision
    return Estimate(float(mean), float(np.sqrt(1.0 / precision)))
