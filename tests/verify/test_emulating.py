"""Emulated sums on NumPy are those of the model's arithmetic, bit for bit."""

import jax.numpy as jnp
import numpy as np
import pytest

from tmformer.model import Arithmetic
from tmformer.precision import format_named, policy_named, quantise
from tmformer.verify.emulating import Emulation, is_exact

FORMATS = ["float8_e5m2", "bfloat16", "e5m4"]


@pytest.mark.parametrize("name", FORMATS)
@pytest.mark.parametrize("kind", ["whole", "uneven", "equal"])
def test_sums_products_and_powers(name: str, kind: str):
    policy = policy_named("pure", format_named(name))
    by, ours, numbers = Arithmetic(policy), Emulation(policy), np.random.default_rng(len(name))
    left, right = numbers.integers(-3, 4, (2, 40)).astype(float), numbers.integers(-3, 4, (40, 3)).astype(float)
    if kind == "uneven":
        left, right = (quantise(each + numbers.normal(size=each.shape), policy.weights) for each in (left, right))
    if kind == "equal":
        left, right = np.repeat([[1.0], [3.0]], 40, axis=1), np.ones((40, 3))
    products = by.sum("nk,km->nm", jnp.asarray(left), jnp.asarray(right))
    assert np.array_equal(ours.products(left, right), np.asarray(products))
    assert np.array_equal(ours.total(np.abs(left)), np.asarray(by.total(jnp.asarray(np.abs(left)))))
    logits = by.scale(by.to_scores(jnp.asarray(left)), 8.0)
    powers = by.exp(by.subtract(logits, logits.max(axis=-1, keepdims=True)))
    assert np.array_equal(ours.powers(left, 8.0), np.asarray(powers))


def test_a_sum_of_ones_sticks_from_left_to_right_only():
    policy = policy_named("pure", format_named("bfloat16"))
    ones = np.ones((1, 1000))
    assert Emulation(policy).total(ones) == 256
    assert Emulation(policy, "by halves").total(ones) == 1000


def test_exactness_is_told_apart():
    bfloat16 = format_named("bfloat16")
    assert is_exact(bfloat16, np.ones((1, 256)), np.ones((256, 1)))
    assert not is_exact(bfloat16, np.ones((1, 257)), np.ones((257, 1)))
    assert not is_exact(bfloat16, np.full((1, 2), 0.3), np.ones((2, 1)))
    assert not is_exact(bfloat16, np.full((1, 2), np.nan), np.ones((2, 1)))


def test_scores_that_are_not_exact_are_taken_in_turn():
    policy = policy_named("pure", format_named("float8_e5m2"))
    queries, keys = np.full((1, 20), 2.0), np.ones((20, 3), np.float32)
    assert Emulation(policy).scores(queries, keys).tolist() == [[16.0, 16.0, 16.0]]
    assert Emulation(policy).scores(queries[:, :4], keys[:4]).tolist() == [[8.0, 8.0, 8.0]]
