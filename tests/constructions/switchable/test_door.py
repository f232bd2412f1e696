"""Two machines by the package's door: compiled, saved, chosen, run, compared, verified, and by the command line."""

import json
from pathlib import Path

import pytest

import tmformer
from tests.constructions.switchable.pairs import LEFT, RIGHT
from tests.often import first_of
from tmformer.cli import dispatch
from tmformer.errors import UsageError

BB3, BB4 = tmformer.load_machine("bb3"), tmformer.load_machine("bb4")
STEPS = {None: 21, "a": 21, "b": 107}


@pytest.fixture(scope="module")
def saved(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("weights") / "two.safetensors"
    tmformer.save_weights(tmformer.compile(BB3, "switchable", other=BB4, steps=107), path)
    return path


@pytest.mark.parametrize("choose", first_of(2, [None, "b", "a"]), ids=str)
def test_saved_weights_run_either(saved: Path, choose: str | None):
    weights = tmformer.load_weights(saved)
    result = tmformer.run(weights, choose=choose)
    assert (result.machine, result.steps) == ("bb4" if choose == "b" else "bb3", STEPS[choose])
    compared = tmformer.compare(weights, choose=choose)
    assert (compared.machine, compared.steps, compared.agreement) == (result.machine, result.steps, True)
    started = tmformer.trace(weights, choose=choose, max_steps=0)
    assert started[-1]["choice"][-1].tolist() == ([0, 1] if choose == "b" else [1, 0])


@pytest.mark.parametrize("choose", first_of(2, [None, "b", "a"]), ids=str)
def test_a_machine_runs_beside_another(choose: str | None):
    """In a context that grows, and in one that does not; verified on every rung."""
    pair = {"construction": "switchable", "other": BB4, "choose": choose}
    grown, fixed = tmformer.run(BB3, **pair), tmformer.run(BB3, **pair, cells=2, max_steps=107)
    assert (grown.steps, grown.configuration) == (fixed.steps, fixed.configuration)
    assert grown.steps == STEPS[choose]
    agreement = tmformer.verify(BB3, **pair, max_steps=12)
    assert agreement.agreement
    assert agreement.machine == grown.machine
    assert tmformer.compare(BB3, **pair, max_steps=12).agreement


def test_the_input_is_of_the_machine_that_runs():
    weights = tmformer.compile(RIGHT, "switchable", other=LEFT, steps=9, input_length=3)
    assert tmformer.run(weights, "__1").configuration.state == "end"
    assert tmformer.run(weights, "x", choose="b").configuration == tmformer.run(LEFT, "x", max_steps=9).configuration
    foreign = tmformer.run(weights, "x")
    assert (str(foreign.outcome), foreign.steps) == ("undefined", 0)


def test_there_is_nothing_to_choose_in_a_network_of_one_machine():
    with pytest.raises(UsageError, match="one is chosen") as caught:
        tmformer.run(tmformer.compile(BB3, "wei_ma", steps=2), choose="b")
    assert "wei_ma" in caught.value.found


def test_by_the_command_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    name = str(tmp_path / "two.safetensors")
    pair = ["--construction", "switchable", "--other", "bb4"]
    assert dispatch(["compile", "bb3", *pair, "--steps", "107", "-o", name]) == 0
    for source in ([name], ["bb3", *pair]):
        capsys.readouterr()
        assert dispatch(["run", *source, "--choose", "b", "--json"]) == 0
        said = json.loads(capsys.readouterr().out)
        assert (said["machine"], said["steps"], said["construction"]) == ("bb4", 107, "switchable")
    assert dispatch(["compare", name, "--choose", "b", "--max-steps", "9"]) == 0
    assert dispatch(["inspect", name]) == 0
    assert dispatch(["certify", name]) == 0
