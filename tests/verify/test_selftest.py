"""The device's word: each fact has its trials, and what is said of them."""

import json

import jax
import pytest

from tests.verify.planted import Reciprocal, means
from tmformer.precision import FACTS, FORMATS, policy_named
from tmformer.verify import SelfTest, gates, powers, selftest, sums
from tmformer.verify.selftest import SPEAKS_FOR, try_all


def test_each_fact_of_both_regimes_has_a_trial():
    spoken = {fact for facts in SPEAKS_FOR.values() for fact in facts}
    assert spoken == {(regime, place) for regime, facts in FACTS.items() for place in range(len(facts))}


def test_each_trial_speaks_for_a_fact():
    assert set(SPEAKS_FOR) == {*powers.TRIALS, *sums.TRIALS, *gates.TRIALS}
    assert all(SPEAKS_FOR.values())


SHORT = policy_named("scores-float32", FORMATS["float16"])


@pytest.fixture
def found(monkeypatch: pytest.MonkeyPatch) -> SelfTest:
    """Three trials; all of them take half a minute."""
    for room, name in ((powers, "exp from -beta on"), (sums, "quotients"), (gates, "clearing")):
        monkeypatch.setattr(room, "TRIALS", {name: room.TRIALS[name]})
    with jax.enable_x64(False):
        return selftest(SHORT, largest=4, positions=8, sharpness=1)


@pytest.mark.long
def test_this_device_holds_every_fact():
    with jax.enable_x64(False):
        found = selftest(SHORT, largest=4, positions=8, sharpness=1)
    assert found.held
    assert [trial.name for trial in found.trials] == list(SPEAKS_FOR)


def test_where_it_was(found: SelfTest):
    assert found.held
    assert (found.format, found.policy, found.jax) == ("float16", "scores-float32", jax.__version__)
    assert (found.platform, found.device) == (jax.devices()[0].platform, jax.devices()[0].device_kind)


def test_a_trial_names_its_facts(found: SelfTest):
    trial = {trial.name: trial for trial in found.trials}["quotients"]
    assert trial.regimes == ("saturated", "graded")
    assert trial.facts == tuple(dict.fromkeys((FACTS["saturated"][2], FACTS["graded"][2])))


def test_plain_data(found: SelfTest):
    value = json.loads(json.dumps(found.to_json()))
    assert value["held"] is True
    assert value["trials"][0] == found.trials[0].to_json()
    assert value["notes"] == dict(found.notes)


@pytest.mark.usefixtures("found")
def test_a_fault_is_reported_where_it_is():
    broken = try_all(means(kind=Reciprocal))
    assert not broken.held
    assert [trial.name for trial in broken.trials if not trial.held] == ["quotients"]


@pytest.mark.long
@pytest.mark.parametrize("name", FORMATS)
@pytest.mark.parametrize("policy", ["accumulate-float32", "pure", "scores-float32"])
def test_every_format_and_policy(name: str, policy: str):
    found = selftest(policy_named(policy, FORMATS[name]), positions=256)
    assert found.held, [trial for trial in found.trials if not trial.held]
