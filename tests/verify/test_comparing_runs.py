"""Comparing runs: agreement where a certificate would promise it, and leaks within their bounds."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import tmformer
from tests.often import covering
from tmformer.errors import ConstructionError, MachineError, PrecisionError, UsageError, VerifyError
from tmformer.machine import Machine, load, trace
from tmformer.pipeline import compile
from tmformer.precision import format_named, policy_named
from tmformer.strategies import machines_with_inputs
from tmformer.verify import Comparison, ReferenceComparison, compare

BB2 = load("bb2")
NETWORKS = (("cellular", None), ("wei_ma", "decoder-only"), ("wei_ma", "encoder-decoder"))
EXAMPLES = max(1, settings().max_examples // 5)


@pytest.mark.parametrize(
    ("construction", "name"), covering(["cellular", "wei_ma"], ["tf32", "float32", "bfloat16", "float16", "float64"])
)
def test_no_bit_differs_in_formats_that_hold_the_network(construction: str, name: str):
    found = compare(BB2, construction=construction, format=name)
    assert isinstance(found, Comparison)
    assert (found.agreement, found.decodes, found.steps) == (True, True, 6)
    assert (found.machine, found.construction, found.format) == ("bb2", construction, name)
    assert set(found.registers.values()) == {0}
    assert {(use.leak, use.used) for use in found.lookups.values()} == {(0.0, 0.0)}
    assert found.bounds == {}


@settings(max_examples=EXAMPLES)
@given(machines_with_inputs(max_states=3, max_symbols=3, max_size=4), st.sampled_from(NETWORKS))
def test_what_leaks_is_within_its_bounds(drawn: tuple[Machine, tuple[str, ...]], network: tuple[str, str | None]):
    """In the graded regime; the floats round, so the exact leak may be passed by a roundoff."""
    machine, symbols = drawn
    construction, form = network
    found = compare(machine, symbols, construction=construction, form=form, regime="graded", max_steps=8)
    assert isinstance(found, Comparison)
    assert found.first_difference is None
    assert found.decodes
    for where, use in found.lookups.items():
        assert use.leak <= float(found.bounds[where].leak) * (1 + 1e-5)
        assert use.off <= max(float(bound.off) for bound in found.bounds.values())
        assert 0 <= use.used <= 0.25
    if construction == "wei_ma":
        assert all(use.off <= float(found.bounds[where].off) for where, use in found.lookups.items())


def test_every_form_and_radix():
    for form in ("decoder-only", "encoder-decoder"):
        found = compare(load("increment"), "101", construction="wei_ma", form=form, radix=3, regime="graded")
        assert isinstance(found, Comparison)
        assert (found.agreement, found.decodes) == (True, True)


def test_weights_run_as_they_were_compiled():
    weights = compile(BB2, steps=6)
    found = compare(weights, regime="graded")
    assert isinstance(found, Comparison)
    assert (found.machine, found.steps, found.agreement) == ("bb2", 6, True)
    assert compare(weights, max_steps=2).to_json()["steps"] == 2


def test_a_policy_of_ones_own():
    policy = policy_named("pure", format_named("e5m7"))
    found = compare(BB2, policy=policy)
    assert isinstance(found, Comparison)
    assert (found.format, found.policy, found.agreement) == ("e5m7", "pure", True)


def test_the_tape_head_the_input_and_the_machine_steps():
    machine = load("increment")
    run = trace(machine, "101", max_steps=100, head=1)
    found = compare(machine, "101", head=1)
    assert isinstance(found, Comparison)
    assert (found.steps, found.configuration) == (run.steps, str(run.configurations[-1]))
    assert compare(load("bb5")).to_json()["steps"] == 200
    assert compare(load("bb5"), max_steps=0).to_json()["blocks"] == []


def test_a_reference_is_compared_number_by_number():
    found = compare(load("bb5"), construction="perez")
    assert isinstance(found, ReferenceComparison)
    assert found.failure is not None
    assert (found.failure.step, found.max_steps) == (452, 1000)


def test_the_front_door():
    assert tmformer.compare is compare


def test_refusals():
    weights = compile(BB2, steps=6)
    for options in ({"cells": 7}, {"construction": "cellular"}, {"form": "decoder-only"}, {"radix": 2}):
        with pytest.raises(VerifyError, match="compiled already"):
            compare(weights, **options)
    for options in ({"cells": 7}, {"radix": 2}, {"regime": "graded"}, {"policy": "pure"}):
        with pytest.raises(VerifyError, match="a reference"):
            compare(BB2, construction="perez", **options)
    for error, options in (
        (UsageError, {"regime": "hard"}),
        (VerifyError, {"max_steps": -1}),
        (PrecisionError, {"format": "float8"}),
        (PrecisionError, {"policy": "impure"}),
        (ConstructionError, {"construction": "perez", "format": "bfloat16"}),
        (ConstructionError, {"construction": "celular"}),
        (MachineError, {"input": "2"}),
    ):
        with pytest.raises(error):
            compare(BB2, **options)
    with pytest.raises(UsageError):
        compare("bb2")  # type: ignore[arg-type]
