from __future__ import annotations

import pytest
from matplotlib.figure import Figure

import cxsim
from cxsim.spec.job import Engine


@pytest.fixture(scope="module")
def comparison() -> cxsim.api.Comparison:
    scenario = cxsim.load("telecom", ["population.size=200", "time.horizon_weeks=20", "time.warmup_weeks=4"])
    return cxsim.compare(scenario, interventions=["faster_reply"], replications=2, seed=0, engine=Engine(workers=1))


def test_a_comparison_draws_its_figures(comparison: cxsim.api.Comparison) -> None:
    for figure in (comparison.plot.journey_map(), comparison.plot.effects(), comparison.plot.cash()):
        assert isinstance(figure, Figure)


def test_a_run_draws_its_figures() -> None:
    scenario = cxsim.load("telecom", ["population.size=200", "time.horizon_weeks=8", "time.warmup_weeks=0"])
    run = cxsim.simulate(scenario, replications=1, seed=0, engine=Engine(workers=1))
    for figure in (run.plot.retention(), run.plot.account(), run.plot.ledger(), run.plot.journey_map()):
        assert isinstance(figure, Figure)


def test_what_is_dressed_keeps_its_name_and_documentation() -> None:
    assert cxsim.compare.__name__ == "compare"
    assert "Return what each arm does" in (cxsim.compare.__doc__ or "")
