"""Composing files and overrides; the user's folder before the shipped one."""

from __future__ import annotations

from pathlib import Path

import pytest
from hydra.core.global_hydra import GlobalHydra

from cxsim.cli.compose import job, load
from cxsim.cli.conf import SearchPath, packaged
from cxsim.cli.overrides import points, swept
from cxsim.errors import InputError

LEVER = """
label: A line for the best customers
family: capacity
effects:
  - {parameter: journey.queues.phone.agents, operation: multiply, value: 1.1}
"""


@pytest.fixture
def mine(tmp_path: Path) -> Path:
    files = {
        "intervention/vip_line.yaml": LEVER,
        "behaviour/calm.yaml": "defaults: [default]\nchurn: {satisfaction: 4.0}\n",
        "scenario/telecom.yaml": "# @package _global_\nname: telecom\nmarket: {promise: {functional: 1, emotional: 1}}",
        "scenario/small.yaml": "# @package _global_\ndefaults: [/scenario/small_base]\npopulation: {size: 12}\n",
        "scenario/small_base.yaml": "# @package _global_\ndefaults: [{/journey: telecom}, {/population: telecom}, "
        "{/market: telecom}]\nname: small\n",
        "scenario/lost.yaml": "# @package _global_\ndefaults: [{/journey: telecm}]\nname: lost\n",
        "behaviour/broken.yaml": "churn: [1\ntrust: 2\n",
        "behaviour/linked.yaml": "defaults: [default]\nchurn: {clip: '${time.horizon}'}\n",
    }
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text)
    return tmp_path


def refused(overrides: list[str], config_dir: Path | None = None) -> list[str]:
    with pytest.raises(InputError, match=":") as caught:
        job(overrides, config_dir)
    return [str(fault) for fault in caught.value.faults]


def test_a_scenario_is_a_whole_world() -> None:
    scenario = load("telecom", ["population.size=50000", "time.horizon_weeks=104"])
    assert (scenario.name, scenario.population.size, scenario.time.horizon_weeks) == ("telecom", 50_000, 104)
    assert "faster_reply" in scenario.interventions


def test_composing_twice_is_the_same_and_leaves_hydra_alone() -> None:
    assert load() == load()
    assert not GlobalHydra.instance().is_initialized()


def test_optional_keys_absent_from_the_files_can_be_set() -> None:
    assert load("telecom", ["journey.touchpoints.bill.severity=0.5"]).journey.touchpoints["bill"].severity == 0.5
    assert load("telecom", ["population.traits.taste_sd=0"]).population.traits.taste_sd == 0.0


def test_values_follow_references() -> None:
    assert load("telecom", ["population.represents=${population.size}", "population.size=7"]).population.scale == 1.0


def test_a_group_key_can_be_set_as_a_mapping() -> None:
    assert job(["study={seed: 3}"]).study.seed == 3


def test_an_entry_can_be_taken_out_or_added() -> None:
    assert "null_lever" not in load("telecom", ["~intervention@interventions.null_lever"]).interventions
    assert "calm" in load("telecom", ["+intervention@interventions.calm=null_lever"]).interventions
    assert "mine" in load("telecom", ["interventions.mine={family: design}"]).interventions


def test_the_users_files_come_first_and_the_shipped_ones_stay(mine: Path) -> None:
    assert load("small", config_dir=mine).population.size == 12
    assert load("small", ["behaviour=calm"], config_dir=mine).behaviour.churn.satisfaction == 4.0
    with pytest.raises(InputError, match=r"^population: required key is missing\njourney: required key is missing$"):
        load("telecom", config_dir=mine)


def test_a_lever_of_the_users_own_needs_only_its_file_and_its_name(mine: Path) -> None:
    made = job(["scenario=small", "study.arms=[vip_line+null_lever]", "interventions.vip_line.start_week=20"], mine)
    assert made.study.arms == ("vip_line+null_lever",)
    assert made.scenario.interventions["vip_line"].start_week == 20.0
    assert "vip_line" not in job(["scenario=small"], mine).scenario.interventions


@pytest.mark.parametrize(
    ("overrides", "message"),
    [
        (
            ["scenario=telecm"],
            "scenario=telecm: no such choice of the group 'scenario', got 'telecm'; did you mean 'telecom'?",
        ),
        (["scenari=telecom"], "scenari: no such group or key, got 'telecom'; did you mean 'scenario'?"),
        (["size=3"], "size: no such group or key, got '3'; did you mean 'population.size'?"),
        (["population.size"], "population.size: must be written key=value or group=choice"),
        (["=3"], "=3: must be written key=value or group=choice"),
        (
            ["data.target=[gebühr"],
            (
                "data.target=[gebühr: must be written key=value or group=choice; "
                "a value with commas, brackets or quotes in it is written 'key=\"value\"'"
            ),
        ),
        (
            ["study.seed=1,2"],
            "study.seed: several values are a sweep, which needs -m; a list is written [a,b], got '1,2'",
        ),
        (["hydra.run.dir=x"], "hydra.run.dir: cxsim keeps Hydra's own settings; results go where output.root says"),
        (["intervention=vip_line"], "intervention=vip_line: a lever is named in study.arms=[vip_line]"),
        (
            ["study.arms=[first_contac]"],
            "study.arms: no such intervention, got 'first_contac'; did you mean 'first_contact'?",
        ),
        (["study.arms=first_contact"], "study.arms: must be a list, got 'first_contact'"),
        (
            ["interventions.faster_repl.start_week=1"],
            "interventions.faster_repl: no such entry; did you mean 'faster_reply'?",
        ),
        (["population.size=${time.horizon}"], "population.size: Interpolation key 'time.horizon' not found"),
        (["population.size='10'"], "population.size: must be a whole number, got '10'"),
        (["intervention@interventions.x=null_lever"], "intervention@interventions.x: no file of this group is in use"),
    ],
)
def test_a_wrong_override_is_named(overrides: list[str], message: str) -> None:
    (fault,) = refused(overrides)
    assert fault.startswith(message)


def test_every_fault_is_said_at_once() -> None:
    found = refused(["scenari=x", "population.sise=1", "study.replications=0", "journey.queues.phon.agents=1"])
    assert len(found) == 4


@pytest.mark.parametrize(
    ("overrides", "message"),
    [
        (
            ["scenario=lost"],
            "journey=telecm: no such choice of the group 'journey', got 'telecm'; did you mean 'telecom'?",
        ),
        (["scenario=small", "behaviour=broken"], "broken.yaml line 2: is not YAML: "),
        (["scenario=small", "behaviour=linked"], "behaviour.churn.clip: Interpolation key 'time.horizon' not found"),
        (
            ["scenario=small", "study.arms=[vip_lin]"],
            "study.arms: no such intervention, got 'vip_lin'; did you mean 'vip_line'?",
        ),
    ],
)
def test_a_wrong_file_of_the_users_is_named(overrides: list[str], message: str, mine: Path) -> None:
    (fault,) = refused(overrides, mine)
    assert message in fault


def test_a_folder_that_is_not_there_is_named() -> None:
    assert refused([], Path("nowhere")) == ["--config-dir: no such folder, got 'nowhere'"]


def test_a_saved_scenario_that_is_not_there_is_named() -> None:
    with pytest.raises(InputError, match=r"^nowhere.yaml: no such file$"):
        load("nowhere.yaml")


def test_points_are_every_combination_in_order() -> None:
    typed = ["study.seed=range(1,3)", "population.size=10,20", "time.tick=day"]
    found = points(typed)
    assert [swept(typed, point) for point in found] == [
        "study.seed=1 population.size=10",
        "study.seed=1 population.size=20",
        "study.seed=2 population.size=10",
        "study.seed=2 population.size=20",
    ]
    assert job(found[-1]).scenario.time.tick == "day"
    with pytest.raises(InputError, match=r"study.seed: sweeps run over listed values, got 'interval\(0,1\)'"):
        points(["study.seed=interval(0,1)"])


def test_the_shipped_groups_are_found() -> None:
    search = SearchPath.of(None)
    assert packaged().is_dir()
    assert {"scenario", "journey", "population", "behaviour", "market", "intervention", "study"} <= set(search.groups())
    assert "telecom" in search.choices("scenario")


@pytest.mark.parametrize("name", ["gebühr", "Umsatz (EUR)", "churn rate", "a;b", "100 €"])
def test_words_need_no_quotes_of_their_own(name: str) -> None:
    assert job([f"data.target={name}"]).data.target == name
