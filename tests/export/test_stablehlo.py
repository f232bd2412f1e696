"""The function of StableHLO, read again, runs as our own engine does, bit for bit, and stops where it does."""

import json
from dataclasses import replace
from functools import cache
from pathlib import Path

import jax
import numpy as np
import pytest

from tests.export.cases import GROWING, LOOPED, Case, same_bits
from tests.planted.mutants import set_entry
from tmformer.errors import PrecisionError
from tmformer.export.runs import outcomes_of
from tmformer.export.stablehlo import PLATFORMS, export_run, how_to_call, write_stablehlo

BB3, BB3_GROWING = LOOPED[1], GROWING[1]
LONGER = [case for case in (*LOOPED, *GROWING) if case not in (BB3, BB3_GROWING)]


@cache
def artifact_of(case: Case) -> bytes:
    return bytes(export_run(case.network).serialize())


@cache
def function_of(case: Case) -> "jax.export.Exported":
    return jax.export.deserialize(bytearray(artifact_of(case)))


def ends_alike(case: Case, steps: int, prompt: np.ndarray | None = None) -> bool:
    """Whether the function ends as our engine in floats: the same residual stream, outcome and steps."""
    network = case.network
    reached = case.reached(max(steps, 0), case.dense)
    given = network.prompt if prompt is None else prompt
    stream, code, counted = function_of(case).call(given, np.int32(steps))
    array = case.dense.array(reached)
    said = outcomes_of(network)[int(code)], int(counted)
    return said == (reached.outcome, reached.steps) and same_bits(array, np.asarray(stream)[: len(array)])


@pytest.mark.parametrize("case", [BB3, BB3_GROWING], ids=str)
def test_a_run_in_stablehlo_ends_as_ours_at_every_kind_of_limit(case: Case):
    assert all(ends_alike(case, steps) for steps in (-1, *range(case.steps + 1), 99))


@pytest.mark.long
@pytest.mark.parametrize("case", LONGER, ids=str)
def test_every_machine_ends_as_ours(case: Case):
    assert all(ends_alike(case, steps) for steps in (0, 3, case.steps, case.steps + 50))


def test_rows_after_the_last_are_empty():
    stream, _, counted = function_of(BB3_GROWING).call(BB3_GROWING.network.prompt, np.int32(4))
    first = len(BB3_GROWING.network.prompt) + int(counted)
    assert np.asarray(stream)[:first].any(axis=1).all()
    assert not np.asarray(stream)[first:].any()


def test_one_file_is_for_three_platforms():
    assert function_of(BB3).platforms == PLATFORMS == ("cpu", "cuda", "tpu")


def test_another_prompt_is_seen():
    assert not ends_alike(BB3, BB3.steps, np.roll(BB3.network.prompt, 1, axis=0))


def test_another_weight_is_refused_as_the_certificate_does_not_speak_of_it():
    changed = replace(BB3.network, weights=set_entry(BB3.weights, "mlp.w_out", (0, 0), 1))
    with pytest.raises(PrecisionError):
        export_run(changed)


def test_one_changed_number_in_the_file_is_seen():
    """The planted fault: in the file, the 2 of a weight of the MLP becomes another number."""
    artifact, two = bytearray(artifact_of(BB3)), np.float32(2).tobytes()
    ours = BB3.dense.array(BB3.reached(BB3.steps, BB3.dense))
    places = [place for place in range(len(artifact) - 4) if artifact[place : place + 4] == two]

    def is_seen(place: int) -> bool:
        changed = artifact[:place] + np.float32(-2).tobytes() + artifact[place + 4 :]
        stream, _, _ = jax.export.deserialize(changed).call(BB3.network.prompt, np.int32(BB3.steps))
        return not same_bits(ours, np.asarray(stream))

    assert any(is_seen(place) for place in places[:: max(1, len(places) // 4)])


@pytest.mark.parametrize("case", [BB3, BB3_GROWING], ids=str)
def test_a_folder_says_how_it_is_called_and_holds_no_path(case: Case, tmp_path: Path):
    (tmp_path / "out").mkdir()
    files = write_stablehlo(case.network, tmp_path / "out")
    names = ["call.json", "network.mlir", "network.stablehlo", "prompt.npy"]
    assert sorted(file.name for file in files) == names
    folder = str(Path(__file__).parents[2]).encode()
    assert not [file.name for file in files if folder in file.read_bytes()]
    call = json.loads((tmp_path / "out" / "call.json").read_text(encoding="utf-8"))
    assert call == how_to_call(case.network)
    read = jax.export.deserialize(bytearray((tmp_path / "out" / "network.stablehlo").read_bytes()))
    assert [(list(each.shape), str(each.dtype)) for each in read.in_avals] == [
        (each["shape"], each["dtype"]) for each in call["inputs"]
    ]
    assert [(list(each.shape), str(each.dtype)) for each in read.out_avals] == [
        (each["shape"], each["dtype"]) for each in call["outputs"]
    ]
    assert "stablehlo.while" in (tmp_path / "out" / "network.mlir").read_text(encoding="utf-8")


def test_the_same_network_gives_the_same_bytes_and_the_configuration_of_jax_stays():
    limit = jax.config.jax_traceback_in_locations_limit
    assert bytes(export_run(BB3.network).serialize()) == artifact_of(BB3)
    assert limit == jax.config.jax_traceback_in_locations_limit
