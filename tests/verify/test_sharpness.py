"""The least sharpness, proved and seen."""

import pytest

from tmformer.precision import format_named, policy_named
from tmformer.verify.sharpness import sharpness, with_sharpness
from tmformer.verify.standing import network


@pytest.mark.parametrize("name", ["cellular", "wei_ma radix 2"])
def test_what_is_proved_is_never_less_sharp_than_what_is_seen(name: str):
    found = sharpness(name, policy_named("pure", format_named("float32")), 32)
    assert found.proved is not None
    assert found.seen is not None
    assert 1 < found.seen <= found.proved <= found.compiled


def test_where_not_even_the_compiled_one_holds():
    found = sharpness("wei_ma radix 2", policy_named("pure", format_named("float8_e5m2")), 64)
    assert (found.proved, found.seen) == (None, None)


def test_only_c_is_another():
    weights = network("cellular", 8)
    other = with_sharpness(weights, 9)
    assert (other.labels.sharpness, other.blocks) == (9, weights.blocks)
