"""Results as plain data."""

import json

import pytest

from tmformer.machine import Configuration, Outcome, load
from tmformer.pipeline import How, Result, compile, run
from tmformer.pipeline.growing import Progress
from tmformer.pipeline.result import finish

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
    "layers",
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
        "layers": 6,
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
    now = Configuration("Z", 0, 0, ("1",), "0")
    result = finish(WEIGHTS, How("dense", "float16"), Progress(now, 4, said))
    assert (result.outcome, result.accepted) == (outcome, accepted)
    assert (result.engine, result.format, result.configuration) == ("dense", "float16", now)
    assert result.steps == result.layers == 4


def test_layers_are_blocks_applied():
    """Two blocks a machine step are twice the layers."""
    twice = type(WEIGHTS)(WEIGHTS.labels, WEIGHTS.blocks * 2)
    assert finish(twice, How("exact", "exact"), Progress(Configuration("A", 0, 0, (), "0"), 3, "running")).layers == 6


def test_a_result_is_a_value():
    assert run(WEIGHTS, engine="exact") == run(WEIGHTS, engine="exact")
    assert isinstance(run(WEIGHTS, engine="exact"), Result)
