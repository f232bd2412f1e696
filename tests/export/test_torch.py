"""PyTorch: after each block the very numbers of the Flax model, and the run to its end, from the folder alone."""

import importlib.util
import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.export.networks import MACHINES, Exported, exported, machine_named
from tmformer.export import write_export
from tmformer.machine import trace

torch = pytest.importorskip("torch", reason="what is exported is run by the extra torch")
pytestmark = pytest.mark.torch


@pytest.fixture(params=MACHINES, scope="module")
def made(request: pytest.FixtureRequest) -> Exported:
    return machine_named(request.param)


@pytest.fixture(scope="module")
def folder(made: Exported, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("torch") / "out"
    write_export(made.network, "torch", folder)
    return folder


def load(folder: Path) -> Any:
    spec = importlib.util.spec_from_file_location("model", folder / "model.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.load()


def look(model: Any, most: float = float("inf")) -> tuple[list[np.ndarray], list[np.ndarray], str, int]:
    """What each block of a run computes, [before, attended, after], and the stream after each loop; then how it ended."""
    added, blocks, loops = [], [], []

    def keep_block(_: Any, given: Any, after: Any) -> None:
        blocks.append(torch.stack([given[0], given[0] + added[-1], after]).numpy())

    hooks = [block.attention.register_forward_hook(lambda *of: added.append(of[2])) for block in model.blocks]
    hooks += [block.register_forward_hook(keep_block) for block in model.blocks]
    hooks.append(model.register_forward_hook(lambda *of: loops.append(of[2].numpy())))
    _, outcome, steps = model.run(model.prompt, most)
    for hook in hooks:
        hook.remove()
    return blocks, loops, outcome, steps


def agrees(made: Exported, model: Any) -> bool:
    """Whether all blocks compute what ours do, bit for bit, and the run ends after the same step, for the same reason."""
    ours = made.trace
    blocks, _, outcome, steps = look(model, made.result.steps + 1)  # a planted fault may go on for ever
    if (outcome, steps) != (ours.outcome, made.result.steps):
        return False
    last = blocks[-len(ours) :]  # where the sequence grows, ours is one pass over all rows, theirs the last of many
    if len(blocks) != len(ours) and not made.network.grows:
        return False
    pairs = zip(last, [np.stack([each.before, each.attended, each.after]) for each in ours], strict=True)
    return all(theirs.dtype == mine.dtype and np.array_equal(theirs, mine) for theirs, mine in pairs)


def test_each_block_computes_what_ours_does_bit_for_bit(made, folder):
    assert agrees(made, load(folder))


def test_the_configuration_after_each_loop_is_that_of_the_machine(made, folder):
    _, loops, _, steps = look(load(folder))
    layout = made.weights.layout
    decoded = [made.decode(layout.decode(stream)) for stream in loops]
    words = [*map(str, made.given)]
    theirs = [*trace(made.machine, words, max_steps=steps).configurations]
    if made.weights.labels.tally:
        assert decoded[-1] == theirs[-1]
        assert all(each in theirs for each in decoded)
    else:
        assert decoded == theirs[1 - made.network.grows :]


def test_a_run_that_is_stopped_earlier_stops_there(made, folder):
    _, loops, outcome, steps = look(load(folder), most=2)
    assert (outcome, steps) == ("coarse", 0) if made.weights.labels.tally else ("running", 2)
    assert len(loops) == steps + made.network.grows


def with_negated(parameter: Any, place: int, made: Exported, model: Any) -> bool:
    """Whether the run agrees with ours where one weight has the other sign; it is put right again."""
    with torch.no_grad():
        parameter.view(-1)[place] *= -1
        same = agrees(made, model)
        parameter.view(-1)[place] *= -1
    return same


@pytest.mark.parametrize("name", ["bb2", "wei_ma bb2"])
def test_a_weight_of_each_matrix_is_planted_and_seen(name, tmp_path):
    made = machine_named(name)
    write_export(made.network, "torch", tmp_path / "out")
    model = load(tmp_path / "out")
    for label, parameter in model.named_parameters():
        used = parameter.detach().flatten().nonzero().flatten().tolist()
        # Some weights speak of what this run does not come to: a rule, a carry, a digit.
        assert not used or not all(with_negated(parameter, place, made, model) for place in used), label
    assert agrees(made, model)


def test_a_mask_that_is_dropped_is_seen(tmp_path):
    made = machine_named("wei_ma bb2")
    write_export(made.network, "torch", tmp_path / "out")
    model = load(tmp_path / "out")
    for block in model.blocks:
        block.attention.masks = ["none" for _ in block.attention.masks]
    assert not agrees(made, model)


def test_the_file_runs_by_itself_from_any_folder(made, folder, tmp_path):
    code = [sys.executable, "-I", str(folder / "model.py")]
    done = subprocess.run(code, cwd=tmp_path, capture_output=True, text=True, check=True)
    *rows, last = done.stdout.splitlines()
    assert last == f"{made.trace.outcome} after {made.result.steps} machine steps"
    stream = made.trace[-1].stream()
    assert len(rows) == stream.num_rows
    for row, said in enumerate(rows):
        held = {name: value for name, value in stream.row(row).items() if value is not None and value is not False}
        assert said == " ".join(name if value is True else f"{name}={value}" for name, value in held.items())


def test_it_knows_nothing_of_us(folder):
    imported = [line for line in (folder / "model.py").read_text().splitlines() if "import" in line.split()[:3]]
    assert not any("tmformer" in line for line in imported)


def test_the_state_dict_has_our_names(made, folder):
    model = load(folder)
    tensors = made.network.tensors()
    assert set(model.state_dict()) == set(tensors)
    for name, tensor in model.state_dict().items():
        assert np.array_equal(tensor.numpy(), tensors[name])
    assert {name for name, _ in model.named_parameters()} == set(made.network.arrays)


def test_attention_weights_can_be_hooked(tmp_path):
    made = machine_named("increment")
    write_export(made.network, "torch", tmp_path / "out")
    model, seen = load(tmp_path / "out"), []
    model.blocks[0].attention.powers.register_forward_hook(lambda *of: seen.append(of[2] / of[2].sum(-1, keepdim=True)))
    model.run(model.prompt, 1)
    names = [head["name"] for head in json.loads((tmp_path / "out" / "names.json").read_text())["blocks"][0]["heads"]]
    ours = made.trace[0].attention
    assert names == list(ours)
    assert all(np.array_equal(theirs, ours[name]) for name, theirs in zip(names, seen[0].numpy(), strict=True))


def test_logits_tell_the_token_of_each_step_or_what_registers_hold(made, folder):
    model, ours = load(folder), made.trace
    after = ours[-1].after
    logits = model.logits(torch.tensor(after)).numpy()
    said = made.network.names["unembedding"]
    if said["kind"] == "values":
        row = 1
        for name, value in ours[-1].stream().row(row).items():
            rows = [place for place, each in enumerate(said["rows"]) if each.partition("=")[0] == name and "=" in each]
            if rows and value is not None:
                assert said["rows"][rows[int(logits[row, rows].argmax())]] == f"{name}={value}"
        return
    first, stream = made.prompt.num_rows, ours[-1].stream()
    state, written = (stream[name] for name in said["of"])
    for row in range(first - 1, stream.num_rows):
        move = "R" if stream["right"][row] else "L" if stream["left"][row] else "S"
        token = str(state[row]) if row == first - 1 else f"{state[row]} {written[row]} {move}"
        best = logits[row].argmax()
        assert said["rows"][best] == token
        assert np.delete(logits[row], best).max() <= logits[row, best] - 1


@pytest.mark.parametrize("ties", [3, 41, 49, 1000])
def test_ties_of_value_1_give_exactly_1(ties, tmp_path):
    write_export(exported("bb2").network, "torch", tmp_path / "out")
    attention = load(tmp_path / "out").blocks[0].attention
    attention.masks, zeros = ["none"], torch.zeros(1, 1, 2)
    attention.query = attention.key = torch.nn.Parameter(zeros)
    attention.value = torch.nn.Parameter(torch.tensor([[[1.0, 0.0]]]))
    attention.output = torch.nn.Parameter(torch.tensor([[[0.0], [1.0]]]))
    found = attention(torch.ones(ties, 2))
    assert (found[:, 1] == 1).all()


def test_it_moves_to_another_folder(tmp_path):
    made = exported("bb2")
    write_export(made.network, "torch", tmp_path / "out")
    shutil.move(tmp_path / "out", tmp_path / "elsewhere")
    assert agrees(made, load(tmp_path / "elsewhere"))
