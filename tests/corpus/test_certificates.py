"""Every shipped machine is certified for 4096 machine steps, by every construction, in saturated and graded regime."""

import pytest

from tmformer.machine import load, shipped_names
from tmformer.pipeline import certify, compile

CONSTRUCTIONS = {
    "cellular": ("cellular", {}),
    "wei_ma": ("wei_ma", {}),
    "radix 8": ("wei_ma", {"radix": 8}),
    "encoder-decoder": ("wei_ma", {"form": "encoder-decoder"}),
}


@pytest.mark.parametrize("machine", shipped_names())
@pytest.mark.parametrize("name", ["cellular", "wei_ma"])
def test_a_shipped_machine_is_certified_in_bfloat16(machine: str, name: str):
    kind, options = CONSTRUCTIONS[name]
    weights = compile(load(machine), kind, steps=4096, input_length=8, **options)
    certificate = certify(weights, format="bfloat16")
    assert {lookup["margin"] for lookup in certificate.lookups.values()} == {1}


@pytest.mark.long
@pytest.mark.parametrize("machine", shipped_names())
@pytest.mark.parametrize("name", CONSTRUCTIONS)
@pytest.mark.parametrize("regime", ["saturated", "graded"])
def test_a_shipped_machine_is_certified_in_both_regimes(machine: str, name: str, regime: str):
    kind, options = CONSTRUCTIONS[name]
    weights = compile(load(machine), kind, steps=4096, input_length=8, **options)
    certify(weights, format="float32", regime=regime)
