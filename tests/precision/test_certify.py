"""Certificates: author and judge agree on every machine, construction and policy, or the judge says why not."""

from dataclasses import replace
from fractions import Fraction
from hashlib import sha256

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.squares.growing import machines_of
from tmformer.errors import PrecisionError
from tmformer.machine import load
from tmformer.pipeline import compile
from tmformer.precision import (
    POLICIES,
    Certificate,
    Uncertified,
    certify,
    check_certificate,
    check_reason,
    check_speaks_of,
    format_named,
    policy_named,
)
from tmformer.strategies import machines
from tmformer.weights import to_bytes

BB2 = compile(load("bb2"), steps=6)
FLOAT32 = policy_named("pure", format_named("float32"))
SEARCHES = [{}, {"radix": 3}, {"radix": 8}, {"form": "encoder-decoder"}]


@settings(max_examples=15)
@given(machines(), st.integers(0, 30), st.integers(0, 4), st.sampled_from(["saturated", "graded"]), st.data())
def test_author_and_judge_agree_about_random_machines(machine, steps, length, regime, data):
    cellular = compile(machine, steps=steps, input_length=length)
    searching = compile(machine, "wei_ma", steps=steps, input_length=length, **data.draw(st.sampled_from(SEARCHES)))
    radix = data.draw(st.sampled_from([2, 3, 8]))
    universal = compile(machine, "universal", steps=steps, input_length=length, radix=radix)
    small = data.draw(machines(max_states=3, max_symbols=3, one_way=True))
    macro = compile(small, steps=steps, input_length=length, macro=2)
    for weights in (cellular, searching, universal, macro):
        certificate = certify(weights, FLOAT32, regime)
        assert certificate.positions == weights.labels.max_positions
        assert certificate.regime == regime
        assert "certified: float32" in check_certificate(to_bytes(weights), certificate.to_bytes())


@pytest.mark.parametrize("name", ["float32", "bfloat16"])
@pytest.mark.parametrize("tapes", [1, 2, 3])
@settings(max_examples=3)
@given(data=st.data(), one_way=st.booleans(), options=st.sampled_from(SEARCHES))
def test_networks_of_several_tapes_and_of_one_way_tapes_are_certified(
    name: str, tapes: int, data: st.DataObject, one_way: bool, options: dict[str, str | int]
):
    """Author and judge, which reads the matrices alone."""
    machine = data.draw(machines_of(tapes, one_way=one_way))
    networks = [compile(machine, "wei_ma", steps=data.draw(st.integers(0, 20)), input_length=3, **options)]
    networks += [compile(machine, steps=9, input_length=3)] if tapes == 1 else []
    for weights in networks:
        certificate = certify(weights, policy_named("pure", format_named(name)))
        assert f"certified: {name}" in check_certificate(to_bytes(weights), certificate.to_bytes())


@pytest.mark.parametrize("regime", ["saturated", "graded"])
@pytest.mark.parametrize("policy", POLICIES)
@pytest.mark.parametrize("name", ["float64", "tf32", "bfloat16", "float16", "float8_e4m3fn", "float8_e5m2", "e6m9"])
def test_every_policy_is_certified_or_refused_by_name(name: str, policy: str, regime: str):
    """Never a number on which author and judge differ."""
    for weights in (
        compile(load("bb3"), *construction, steps=20) for construction in ((), ("wei_ma",), ("universal",))
    ):
        refusal = None
        try:
            certify(weights, policy_named(policy, format_named(name)), regime)
        except PrecisionError as error:
            refusal = error
        if refusal is not None:
            assert "certificate says" not in refusal.rule
            assert "block" in refusal.where


def test_a_certificate_is_plain_data():
    certificate = certify(BB2)
    assert msgspec.json.decode(certificate.to_bytes(), type=Certificate) == certificate
    assert certificate.to_bytes() == certify(BB2).to_bytes()
    assert str(certificate) == "certified: float32, saturated, up to 14 positions"


def test_the_same_network_is_certified_once():
    assert certify(compile(load("bb2"), steps=6)) is certify(BB2)


def test_a_forged_certificate_is_judged_before_it_is_believed():
    forged = msgspec.structs.replace(certify(BB2), positions=10**9)
    with pytest.raises(PrecisionError, match="A certificate says what its weights imply"):
        check_speaks_of(forged, BB2, FLOAT32, "saturated")
    empty = msgspec.structs.replace(certify(BB2), lookups={}, facts=())
    with pytest.raises(PrecisionError, match="A certificate says what its weights imply"):
        check_speaks_of(empty, BB2, FLOAT32, "saturated")


def test_a_reason_holds_of_the_weights_that_are_run():
    """A certificate is of these weights; without one the format holds them, unless that is waived in words."""
    narrow, wide = policy_named("pure", format_named("e5m1")), compile(load("bb2"), steps=2**8)
    check_reason(certify(BB2), BB2, FLOAT32, "saturated")
    with pytest.raises(PrecisionError, match="A certificate"):
        check_reason(certify(BB2), wide, FLOAT32, "saturated")
    check_reason(Uncertified(reason="tested"), wide, FLOAT32, "saturated")
    with pytest.raises(PrecisionError, match="Weights and logits are exact"):
        check_reason(Uncertified(reason="tested"), wide, narrow, "saturated")
    check_reason(Uncertified(reason="to see it fail", even_if_inexact=True), wide, narrow, "saturated")


def test_a_certificate_is_saved_and_loaded(tmp_path):
    path = tmp_path / "cert.json"
    certify(BB2).save(path)
    assert Certificate.load(path) == certify(BB2)
    path.write_text("{}")
    with pytest.raises(PrecisionError, match="`tmformer certify` wrote"):
        Certificate.load(path)


def test_a_certificate_speaks_of_one_network_in_one_policy_and_regime():
    certificate = certify(BB2)
    check_speaks_of(certificate, BB2, FLOAT32, "saturated")
    others = [
        (compile(load("bb2"), steps=7), FLOAT32, "saturated", "file"),
        (BB2, policy_named("accumulate-float32", format_named("bfloat16")), "saturated", "weights bfloat16"),
        (BB2, FLOAT32, "graded", "regime graded"),
    ]
    for weights, policy, regime, where in others:
        with pytest.raises(PrecisionError) as caught:
            check_speaks_of(certificate, weights, policy, regime)
        assert where in caught.value.where


@pytest.mark.parametrize("field", ["margin", "match", "null", "rival", "keys", "ties", "largest"])
def test_a_number_that_was_changed_is_found_again(field: str):
    plain = msgspec.json.decode(certify(BB2).to_bytes())
    plain["lookups"]["block 0, lookup 'from_left'"][field] += 1
    with pytest.raises(PrecisionError, match="A certificate says what its weights imply") as caught:
        check_certificate(to_bytes(BB2), msgspec.json.encode(plain))
    assert field in caught.value.where


@pytest.mark.parametrize("field", ["leak", "score", "exp", "sum", "average", "off", "off in all"])
def test_a_bound_that_was_loosened_is_computed_again(field: str):
    plain = msgspec.json.decode(certify(BB2, FLOAT32, "graded").to_bytes())
    lookup = plain["lookups"]["block 0, lookup 'from_left'"]
    lookup[field] = str(2 * Fraction(lookup[field]))
    with pytest.raises(PrecisionError, match="A certificate says what its weights imply") as caught:
        check_certificate(to_bytes(BB2), msgspec.json.encode(plain))
    assert field in caught.value.where


@pytest.mark.parametrize("kind", ["single carrier", "distinct keys", "exclusive"])
def test_an_invariant_that_was_dropped_is_missed(kind: str):
    weights = compile(load("bb2"), *(["wei_ma"] if kind == "exclusive" else []), steps=6)
    plain = msgspec.json.decode(certify(weights).to_bytes())
    plain["invariants"] = [each for each in plain["invariants"] if each["kind"] != kind]
    with pytest.raises(PrecisionError) as caught:
        check_certificate(to_bytes(weights), msgspec.json.encode(plain))
    assert "A certificate says" not in caught.value.rule
    assert "block" in caught.value.where


@pytest.mark.parametrize("dropped", [0, 1], ids=["times", "rules"])
def test_without_distinct_times_or_rules_universal_is_not_certified(dropped: int):
    """By neither: the author finds no unique answer, and the judge does not take the author's word for it."""
    weights = compile(load("bb2"), "universal", steps=6)
    invariants = [each for number, each in enumerate(weights.labels.invariants) if number != dropped]
    bare = replace(weights, labels=msgspec.structs.replace(weights.labels, invariants=tuple(invariants)))
    with pytest.raises(PrecisionError, match="No two rows have the same key"):
        certify(bare)
    plain = msgspec.json.decode(certify(weights).to_bytes())
    plain |= {"file": sha256(to_bytes(bare)).hexdigest()}
    kept = [each for number, each in enumerate(plain["invariants"]) if number != dropped]
    for claimed in (plain["invariants"], kept):
        with pytest.raises(PrecisionError) as caught:
            check_certificate(to_bytes(bare), msgspec.json.encode(plain | {"invariants": claimed}))
        assert "the hash" not in str(caught.value)


def test_another_file_is_refused_by_its_hash():
    with pytest.raises(PrecisionError, match="the hash"):
        check_certificate(to_bytes(compile(load("bb2"), steps=7)), certify(BB2).to_bytes())
