"""Results as plain data."""

import hashlib
import json
from dataclasses import replace

import pytest

from tmformer.machine import Configuration, Outcome, Tape, load
from tmformer.pipeline import ENGINES, How, Result, compile, run
from tmformer.pipeline.growing import Progress
from tmformer.pipeline.result import finish, hash_of
from tmformer.weights import to_bytes

KEYS = [
    "machine",
    "construction",
    "engine",
    "format",
    "outcome",
    "accepted",
    "steps",
    "state",
    "tape",
    "head",
    "hash",
    "layers",
    "certificate",
]
WEIGHTS = compile(load("bb2"), steps=6)


def test_json_has_the_keys_that_are_documented_in_their_order():
    plain = run(WEIGHTS, engine="exact").to_json()
    assert list(plain) == KEYS
    assert json.loads(json.dumps(plain)) == plain
    assert plain == {
        "machine": "bb2",
        "construction": "cellular",
        "engine": "exact",
        "format": "exact",
        "outcome": "halted",
        "accepted": None,
        "steps": 6,
        "state": "Z",
        "tape": ["1", "1", "1", "1"],
        "head": 0,
        "hash": hashlib.sha256(b'["Z",[[-2,["1","1","1","1"],0]]]').hexdigest(),
        "layers": 6,
        "certificate": None,
    }


def test_a_blank_tape_is_an_empty_list():
    assert run(load("flip_bits"), "", engine="exact").to_json()["tape"] == []


@pytest.mark.parametrize(
    ("said", "outcome", "accepted"),
    [
        ("halted", Outcome.HALTED, None),
        ("accepted", Outcome.HALTED, True),
        ("rejected", Outcome.HALTED, False),
        ("undefined", Outcome.UNDEFINED, None),
        ("running", Outcome.LIMIT, None),
    ],
)
def test_each_end_has_its_outcome(said: str, outcome: Outcome, accepted: bool | None):
    now = Configuration("Z", (Tape(0, 0, ("1",), "0"),))
    result = finish(WEIGHTS.labels, How("dense", "float16"), Progress(now, 4, said, 8))
    assert (result.outcome, result.accepted) == (outcome, accepted)
    assert (result.engine, result.format, result.configuration) == ("dense", "float16", now)
    assert (result.steps, result.layers, result.warning) == (4, 8, None)


@pytest.mark.parametrize("engine", ENGINES)
def test_layers_are_blocks_applied(engine: str):
    """Two blocks a loop, the second of which sends on what is there, are twice the layers."""
    twice = replace(WEIGHTS, blocks=WEIGHTS.blocks * 2)
    result = run(twice, engine=engine, max_steps=2)
    assert (result.steps, result.layers) == (2, 4)


def test_a_warning_is_said_only_where_there_is_one():
    plain = run(WEIGHTS, engine="exact")
    assert (plain.warning, "warning" in plain.to_json()) == (None, False)
    warned = replace(plain, warning="wrong")
    assert list(warned.to_json()) == [*KEYS, "warning"]
    assert json.loads(json.dumps(warned.to_json()))["warning"] == "wrong"


def test_weights_that_know_no_machine_are_named_by_their_hash():
    network = compile(load("bb3"), "universal", steps=9)
    assert hash_of(WEIGHTS) is None
    assert hash_of(network) == hashlib.sha256(to_bytes(network)).hexdigest()
    result = run(network, machine=load("bb2"), engine="exact")
    assert list(result.to_json()) == [*KEYS, "weights"]
    assert result.to_json()["weights"] == result.weights_hash == hash_of(network)
    assert "weights" not in run(WEIGHTS, engine="exact").to_json()


def test_a_result_is_a_value():
    assert run(WEIGHTS, engine="exact") == run(WEIGHTS, engine="exact")
    assert isinstance(run(WEIGHTS, engine="exact"), Result)
