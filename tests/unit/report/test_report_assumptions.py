from __future__ import annotations

from fnmatch import fnmatchcase

from cxsim.report.assumptions import LEFT_OUT, _entries, limits, sheet
from cxsim.report.evidence import Evidence
from cxsim.spec.change import flatten
from cxsim.spec.scenario import Source


def test_every_parameter_has_a_source(run: Evidence) -> None:
    assert [line.path for line in sheet(run.scenario) if line.mechanism == "Not described"] == []


def test_every_line_of_the_sheet_is_of_a_parameter(run: Evidence) -> None:
    known = flatten(run.scenario.model_dump(mode="json"))
    unused = [entry["path"] for entry in _entries() if not any(fnmatchcase(path, entry["path"]) for path in known)]
    assert unused == []


def test_values_are_those_of_the_scenario(run: Evidence) -> None:
    lines = {line.path: line for line in sheet(run.scenario)}
    assert lines["behaviour.churn.satisfaction"].value == f"{run.scenario.behaviour.churn.satisfaction:g}"
    assert lines["population.traits.loss_aversion"].tag == "V"
    assert all(line.tag in "VCMA" and len(line.tag) == 1 for line in lines.values())


def test_a_changed_value_loses_its_source(run: Evidence) -> None:
    changed = run.scenario.with_changes({"behaviour.churn.satisfaction": 3.0, "population.traits.loss_aversion": 1.3})
    lines = {line.path: line for line in sheet(changed)}
    for path, default in (("behaviour.churn.satisfaction", "8"), ("population.traits.loss_aversion", "2")):
        assert lines[path].tag == "A"
        assert lines[path].source == f"set by the scenario; the sourced value is {default}"


def test_a_source_of_the_scenario_goes_first(run: Evidence) -> None:
    own = run.scenario.model_copy(update={"sources": {"money.margin": Source(tag="V", text="annual report")}})
    line = next(line for line in sheet(own) if line.path == "money.margin")
    assert (line.tag, line.source, line.value) == ("V", "annual report", f"{own.money.margin:g}")


def test_names_are_no_parameters(run: Evidence) -> None:
    assert not any(fnmatchcase(line.path, out) for line in sheet(run.scenario) for out in LEFT_OUT)
    assert len(limits()) >= 5
