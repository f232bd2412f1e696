"""The models that are written: every block of ours again, runs to the same end, names, and what is refused."""

import json
import sys
from collections.abc import Callable
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import TypeAlias

import numpy as np
import onnx
import pytest

from tests.export.cases import GROWING, LOOPED, MORE_GROWING, Case, run_onnx, same_bits, same_numbers
from tmformer.decode import Engine, NetworkTrace, trace_network
from tmformer.errors import ExportError
from tmformer.export import Network, write_export
from tmformer.export.onnx import block_model, run_model, write_onnx
from tmformer.export.onnx.graph import IR_VERSION, OPSET
from tmformer.export.runs import outcomes_of
from tmformer.weights import sentence

BB3, BB3_GROWING = LOOPED[1], GROWING[1]
QUICK = [case for case in GROWING if case.steps < 100]


Same: TypeAlias = Callable[[np.ndarray, np.ndarray], bool]


def first_difference(case: Case, network: Network, trace: NetworkTrace, same: Same = same_numbers) -> str | None:
    """Where the blocks of ``block.onnx``, applied again and again, first differ from those of our trace."""
    model, per_loop = block_model(network), network.num_blocks
    x = network.prompt if not network.grows else trace[0].before.astype(np.float32)
    for first in range(0, len(trace), per_loop):
        found = run_onnx(model, residual=x)
        for index in range(per_loop):
            ours, name = trace[first + index], f"blocks.{index}"
            pairs = {f"{name}.attended": ours.attended, f"{name}.after": ours.after}
            pairs |= {f"{name}.attention.weights.{head}": share for head, share in ours.attention.items()}
            for output, expected in pairs.items():
                if not same(expected, found[output]):
                    return f"{output} of loop {first // per_loop}"
        x = found[f"blocks.{per_loop - 1}.after"]
        if case.decode(x) != case.decode(trace[first + per_loop - 1].after):
            return f"configuration after loop {first // per_loop}"
    return None


@cache
def exact_trace(case: Case) -> NetworkTrace:
    return trace_network(case.exact, case.prompt, case.steps)


def ends_alike(case: Case, network: Network, steps: int, engine: Engine, same: Same = same_numbers) -> bool:
    """Whether ``run.onnx`` ends as a run of ours: the same residual stream, outcome and steps."""
    reached = case.reached(steps, engine)
    found = run_onnx(run_model(network), prompt=network.prompt, steps=steps)
    said = outcomes_of(network)[int(found["outcome"])], int(found["counted"])
    return same(engine.array(reached), found["stream"]) and said == (reached.outcome, reached.steps)


@pytest.mark.parametrize("case", [*LOOPED, *QUICK], ids=str)
def test_every_block_of_onnx_gives_the_exact_residual_stream_and_configuration(case: Case):
    assert first_difference(case, case.network, exact_trace(case)) is None


@pytest.mark.parametrize("case", [*LOOPED, *GROWING], ids=str)
def test_a_run_in_onnx_ends_as_the_exact_one(case: Case):
    assert ends_alike(case, case.network, case.steps, case.exact)


@pytest.mark.long
@pytest.mark.parametrize("case", [*LOOPED, *GROWING, *MORE_GROWING], ids=str)
def test_every_block_and_the_end_are_those_of_our_floats_bit_for_bit(case: Case):
    trace = trace_network(case.dense, case.prompt, case.steps)
    assert first_difference(case, case.network, trace, same_bits) is None
    assert first_difference(case, case.network, exact_trace(case)) is None
    assert ends_alike(case, case.network, case.steps, case.dense, same_bits)


def test_blocks_and_the_end_are_those_of_our_floats_bit_for_bit_for_one_machine():
    trace = trace_network(BB3.dense, BB3.prompt, BB3.steps)
    assert first_difference(BB3, BB3.network, trace, same_bits) is None
    assert ends_alike(BB3, BB3.network, BB3.steps, BB3.dense, same_bits)


def test_runs_that_accept_reject_stop_halfway_and_go_on_are_among_them():
    outcomes = {exact_trace(case).outcome for case in (*LOOPED, *QUICK)}
    assert outcomes >= {"halted", "accepted", "rejected", "undefined", "running"}


@pytest.mark.parametrize("case", [BB3, BB3_GROWING], ids=str)
def test_one_changed_weight_is_seen(case: Case):
    """Of a few entries of each array of the last block, negated one at a time; some belong to what never happens here."""
    index = case.network.num_blocks - 1
    for part in ("attention.query", "attention.value", "attention.output", "mlp.w_in", "mlp.b_in", "mlp.w_out"):
        name = f"blocks.{index}.{part}"
        places = np.argwhere(case.network.arrays[name])
        seen = 0
        for place in places[:: -(-len(places) // 4)]:
            array = case.network.arrays[name].copy()
            array[tuple(place)] *= -1
            changed = replace(case.network, arrays={**case.network.arrays, name: array})
            seen += first_difference(case, changed, exact_trace(case)) is not None
        assert seen, name


def test_a_dropped_mask_is_seen():
    network = BB3_GROWING.network
    masks = tuple(tuple("none" for _ in heads) for heads in network.masks)
    assert first_difference(BB3_GROWING, replace(network, masks=masks), exact_trace(BB3_GROWING))


def test_a_changed_stop_table_is_seen():
    codes = np.zeros_like(BB3.network.readout["codes"])
    changed = replace(BB3.network, readout={**BB3.network.readout, "codes": codes})
    assert not ends_alike(BB3, changed, BB3.steps, BB3.exact)


@pytest.mark.parametrize("case", [BB3, BB3_GROWING, GROWING[5]], ids=str)
def test_values_and_constants_have_the_names_of_the_state_dict_and_of_lookups(case: Case):
    network = case.network
    model = block_model(network)
    constants = {each.name: onnx.numpy_helper.to_array(each) for each in model.graph.initializer}
    written = {name for name, array in network.arrays.items() if array.size}
    assert written <= set(constants)
    assert all(same_bits(network.arrays[name], constants[name]) for name in written)
    outputs = {output.name for output in model.graph.output}
    docs = {each.name: each.doc_string for each in model.graph.node}
    for index, block in enumerate(network.weights.blocks):
        assert {f"blocks.{index}.attended", f"blocks.{index}.after"} <= outputs
        for head in block.heads:
            assert docs[f"blocks.{index}.attention.weights.{head.lookup.name}"] == sentence(head.lookup)
            assert sentence(head.lookup) in docs[f"blocks.{index}.attention.powers"]
    assert all(each.name == each.output[0] for each in model.graph.node)
    assert len(docs) == len(model.graph.node)


@pytest.mark.parametrize("case", [BB3, BB3_GROWING], ids=str)
def test_a_run_holds_each_array_once_and_says_what_it_reads(case: Case):
    network = case.network
    graph = run_model(network).graph
    names = [each.name for each in graph.initializer]
    assert len(names) == len(set(names))
    unread = {"readout.offsets"} if network.grows else set()  # the newest row speaks of itself
    assert {name for name, array in network.tensors().items() if array.size} - set(names) <= {
        "prompt",
        "unembedding",
        "feedback.bit",
        *unread,
    }
    body = next(each for each in graph.node if each.op_type == "Loop").attribute[0].g
    assert not body.initializer
    docs = {each.name: each.doc_string for each in body.node}
    assert docs["said.heard"] == ", ".join(signal.register for signal in network.weights.labels.stop.signals)
    assert docs["said.reads"] == ", ".join(network.weights.labels.stop.reads)


def test_metadata_says_what_it_is():
    network = BB3.network
    for model in (block_model(network), run_model(network)):
        said = {each.key: each.value for each in model.metadata_props}
        assert (said["construction"], said["machine"]) == ("cellular", "bb3")
        assert said["certificate"] == str(network.certificate)
        assert tuple(json.loads(said["outcomes"]))[: len(network.outcomes)] == network.outcomes
        assert (model.opset_import[0].version, model.ir_version) == (OPSET, IR_VERSION)
        assert network.names["coordinates"][0] in model.graph.input[0].doc_string
    assert json.loads(said["outcomes"]) == outcomes_of(network)


def test_the_same_network_gives_the_same_bytes():
    assert run_model(BB3.network).SerializeToString() == run_model(BB3.network).SerializeToString()


def test_a_folder_runs_by_itself(tmp_path: Path):
    files = write_export(BB3_GROWING.network, "onnx", tmp_path / "bb3")
    assert sorted(file.name for file in files) == [
        "block.onnx",
        "certificate.json",
        "names.json",
        "prompt.npy",
        "run.onnx",
    ]
    prompt = np.load(tmp_path / "bb3" / "prompt.npy")
    found = run_onnx(onnx.load(tmp_path / "bb3" / "run.onnx"), prompt=prompt, steps=99)
    assert int(found["counted"]) == 21
    assert BB3_GROWING.decode(found["stream"]) == BB3_GROWING.decode(BB3_GROWING.exact.array(BB3_GROWING.reached(21)))


def test_without_onnx_the_refusal_says_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setitem(sys.modules, "onnx", None)
    with pytest.raises(ExportError, match=r"pip install tmformer\[onnx\]"):
        write_onnx(BB3.network, tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_what_is_too_large_for_a_file_is_refused(tmp_path: Path):
    huge = np.broadcast_to(np.float32(0), (2**15, 2**15))
    with pytest.raises(ExportError, match="less than 2 GiB"):
        write_onnx(replace(BB3.network, arrays={**BB3.network.arrays, "blocks.0.mlp.w_in": huge}), tmp_path)
    assert list(tmp_path.iterdir()) == []
