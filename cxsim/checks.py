"""Every rule of a scenario and a job that needs more than one part of it to judge."""

from __future__ import annotations

from collections.abc import Sequence

from cxsim.errors import Fault, InputError, nearest
from cxsim.interventions.check import check as check_interventions
from cxsim.interventions.check import check_use
from cxsim.interventions.uncertain import faults_of as faults_of_uncertainty
from cxsim.journey.check import check as check_journey
from cxsim.population.customer_file import faults_of
from cxsim.spec.job import Job
from cxsim.spec.scenario import Scenario


def check_scenario(scenario: Scenario) -> list[Fault]:
    """Return every fault of a scenario that is well-formed by itself."""
    found = check_journey(scenario)
    return found or check_interventions(scenario)


def check(job: Job) -> list[Fault]:
    """Return every fault of a job: of its scenario, of the arms and horizons of its study, and of the firm's customers."""
    found = check_scenario(job.scenario)
    library = job.scenario.interventions
    for arm in job.study.arms:
        bundle = arm.split("+")
        for name in dict.fromkeys(bundle):
            if bundle.count(name) > 1:
                found.append(Fault("study.arms", "an intervention must not be repeated in a bundle", arm))
            if name not in library:
                found.append(Fault("study.arms", "no such intervention", name, nearest(name, library)))
    end = job.scenario.time.horizon_weeks
    late = [weeks for weeks in job.study.horizons_weeks or () if weeks > end]
    if late:
        rule = f"must not go beyond the run (time.horizon_weeks is {end})"
        found.append(Fault("study.horizons_weeks", rule, late[0]))
    found.extend(_repeated(job.study.arms))
    found.extend(faults_of_uncertainty(job.uncertainty, job.scenario, job.study.replications))
    return [*found, *faults_of(job)]


def _repeated(arms: Sequence[str]) -> list[Fault]:
    """Return the faults of arms that are there already, be it with the interventions of a bundle in another order."""
    found, seen = {}, dict[tuple[str, ...], str]()
    for arm in arms:
        first = seen.setdefault(tuple(sorted(arm.split("+"))), arm)
        if arm == first and arms.count(arm) > 1:
            found[arm] = Fault("study.arms", "an arm must not be repeated", arm)
        elif arm != first:
            found[arm] = Fault(
                "study.arms", f"an arm must not be repeated: the bundle is {first} in another order", arm
            )
    return [found[arm] for arm in sorted(found)]


def require(job: Job) -> None:
    """Raise `InputError` with every fault of a job, if it has any."""
    _raise(check(job))


def require_comparison(job: Job) -> None:
    """Raise `InputError` where there is nothing to compare with the baseline, or an intervention would change nothing.

    Not part of `check`, as only a comparison lives its arms: a short run of the baseline alone may leave them as they are.
    """
    if not job.study.arms:
        _raise([Fault("study.arms", "must have at least one entry", [])])
    end = job.scenario.time.horizon_weeks
    rule = f"must be before the end of the run (time.horizon_weeks is {end})"
    library = job.scenario.interventions
    names = [name for name in dict.fromkeys("+".join(job.study.arms).split("+")) if name in library]
    starts = {name: library[name].start_week for name in names}
    late = [Fault(f"interventions.{name}.start_week", rule, start) for name, start in starts.items() if start >= end]
    _raise([*late, *check_use(job.scenario, names)])


def _raise(found: list[Fault]) -> None:
    if found:
        raise InputError(found)
