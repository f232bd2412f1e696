"""Certificates against reality: what is certified runs bit for bit; formats just below are refused, and seen to fail."""

import msgspec
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.often import first_of
from tmformer.constructions import construction
from tmformer.decode import Dense, Exact, ExactRows
from tmformer.errors import PrecisionError
from tmformer.machine import Machine, initial_configuration, load
from tmformer.model import Shape, common_shape, shape_of
from tmformer.pipeline import compile, precision_enabled
from tmformer.precision import Policy, Uncertified, certify, format_named, policy_named
from tmformer.program import Stream
from tmformer.strategies import machines_with_inputs
from tmformer.weights import Weights

EVEN_IF_WRONG = Uncertified(reason="to see it fail", even_if_inexact=True)


def policy(format_name: str, name: str) -> Policy:
    return policy_named(name, format_named(format_name))


def prompt_of(weights: Weights, symbols: tuple[str, ...]) -> Stream:
    labels = weights.labels
    start = initial_configuration(str(labels.parameters["start"]), symbols, str(labels.parameters["blank"]), 0)
    return construction(labels.construction).encode_configuration(labels, start)


def first_wrong_block(
    weights: Weights, symbols: tuple[str, ...], chosen: Policy, certificate: object, loops: int
) -> int | None:
    """The block after which floats first differ from rationals in a bit; of a sequence that grows, of its last pass."""
    grows = bool(weights.labels.feedback)
    engine = ExactRows(weights) if grows else Exact(weights)
    state = engine.advance(engine.start(prompt_of(weights, symbols)), loops if grows else 0)
    sequence = engine.sequence(state) if isinstance(engine, ExactRows) else prompt_of(weights, symbols)
    with precision_enabled("float64"):
        room = common_shape([ROOM, shape_of(weights)])
        floats = Dense(weights, policy=chosen, certificate=EVEN_IF_WRONG if grows else certificate, shape=room)
        now = floats.start(sequence)
        for loop in range(1 if grows else loops):
            seen = floats.look(now)
            for index, (found, exact) in enumerate(zip(seen, engine.look(state), strict=True)):
                if not np.array_equal(np.asarray(found.after, np.float64), np.asarray(exact.after, np.float64)):
                    return loop * len(seen) + index
            if not grows:
                now, state = floats.advance(now, 1), engine.advance(state, 1)
                if state.outcome != "running":
                    break
    return None


ROOM = Shape(rows=24, d_model=90, d_key=10, d_value=8, d_mlp=100, d_readout=8)
"""Every network is padded to it, so that each policy is compiled once."""


def check_runs(pair: tuple[Machine, tuple[str, ...]], name: str, steps: int, chosen: Policy) -> None:
    """Certified, or refused: what is certified runs bit for bit."""
    machine, symbols = pair
    weights = compile(machine, name, steps=steps, input_length=len(symbols))
    try:
        certificate = certify(weights, chosen)
    except PrecisionError:
        return
    assert first_wrong_block(weights, symbols, chosen, certificate, steps) is None


@settings(max_examples=4, deadline=None)
@given(machines_with_inputs(), st.integers(1, 5), st.sampled_from(["float8_e5m2", "bfloat16"]))
def test_what_is_certified_runs_bit_for_bit(pair, steps, format_name):
    check_runs(pair, "cellular", steps, policy(format_name, "pure"))


@pytest.mark.long
@settings(max_examples=40, deadline=None)
@given(
    machines_with_inputs(),
    st.integers(1, 6),
    st.sampled_from(["float32", "bfloat16", "float16", "tf32", "float8_e4m3fn", "float8_e5m2", "e5m1", "e6m9"]),
    st.sampled_from(["accumulate-float32", "pure", "scores-float32"]),
    st.sampled_from(["cellular", "wei_ma"]),
)
def test_what_is_certified_runs_in_every_policy_and_construction(pair, steps, format_name, policy_name, name):
    check_runs(pair, name, steps, policy(format_name, policy_name))


FLOAT32, E5M2, E5M1 = (format_named(name) for name in ("float32", "float8_e5m2", "e5m1"))
FAILING = {
    "scores of two digits: 5 and 4 are 4": (16, Policy("scores in e5m1", FLOAT32, FLOAT32, E5M1), "Scores are exact"),
    "scores of three digits: 9 and 8 are 8": (
        300,
        Policy("scores in e5m2", FLOAT32, FLOAT32, E5M2),
        "Scores are exact",
    ),
    "sums of three digits stick at 8": (300, Policy("sums in e5m2", FLOAT32, E5M2, FLOAT32), "sums holds the others"),
}


@pytest.mark.parametrize("name", first_of(1, reversed(FAILING)))
def test_formats_just_below_are_refused_and_fail(name: str):
    cells, chosen, rule = FAILING[name]
    weights = compile(load("bb2"), steps=1, cells=cells)
    with pytest.raises(PrecisionError, match=rule) as caught:
        certify(weights, chosen)
    assert caught.value.where in ("block 0, lookup 'from_left'", "certificate")
    assert first_wrong_block(weights, (), chosen, EVEN_IF_WRONG, 2) == 0


@pytest.mark.long
def test_a_search_in_a_format_just_below_is_refused_and_fails():
    """float8_e5m2 has no 9, which a search over 13 records scores; float8_e4m3fn has, and runs it all in four digits."""
    weights = compile(load("bb3"), "wei_ma", steps=12)
    for policy_name in ("pure", "accumulate-float32"):
        with pytest.raises(PrecisionError, match="up to 9 in float8_e5m2") as caught:
            certify(weights, policy("float8_e5m2", policy_name))
        assert caught.value.where == "block 2, lookup 'search3'"
        assert first_wrong_block(weights, (), policy("float8_e5m2", policy_name), EVEN_IF_WRONG, 12) is not None
    certificate = certify(weights, policy("float8_e4m3fn", "pure"))
    assert first_wrong_block(weights, (), policy("float8_e4m3fn", "pure"), certificate, 12) is None


@pytest.mark.long
def test_a_thousand_cells_in_eight_bits_are_refused_and_fail():
    """Decided by hand in proofs/precision.md: of 11 digits the match score is 11 and a partial sum 9, no numbers of e5m2."""
    weights = compile(load("bb2"), steps=1, cells=1024)
    chosen = policy("float8_e5m2", "pure")
    with pytest.raises(PrecisionError, match="11 in float8_e5m2") as caught:
        certify(weights, chosen)
    assert caught.value.where == "block 0, lookup 'from_left'"
    assert first_wrong_block(weights, (), chosen, EVEN_IF_WRONG, 2) is not None


def test_less_sharpness_is_refused():
    """The graded regime at c - 1: what leaks into a gate is more than 1/4."""
    weights = compile(load("bb2"), steps=1, cells=2)
    labels = msgspec.structs.replace(weights.labels, sharpness=weights.labels.sharpness - 1)
    with pytest.raises(PrecisionError, match="leaks into a gate"):
        certify(Weights(labels, weights.blocks), policy("float32", "pure"), "graded")
    certify(weights, policy("float32", "pure"), "graded")
