"""Policies: the presets, which of them JAX computes as they are, and how many ties they average."""

import jax.numpy as jnp
import numpy as np
import pytest

from tmformer.errors import PrecisionError
from tmformer.precision import FORMATS, POLICIES, Format, Policy, format_named, policy_named

ALL = {(name, each): policy_named(name, FORMATS[each]) for name in POLICIES for each in FORMATS}
policies = pytest.mark.parametrize("policy", ALL.values(), ids=lambda policy: f"{policy.name}-{policy.weights.name}")


def names(policy: Policy) -> tuple[str, str, str]:
    return policy.weights.name, policy.accumulation.name, policy.scores.name


@pytest.mark.parametrize("name", [name for name in FORMATS if name != "float64"])
def test_the_presets(name: str):
    assert names(ALL["accumulate-float32", name]) == (name, "float32", name)
    assert names(ALL["pure", name]) == (name, name, name)
    assert names(ALL["scores-float32", name]) == (name, "float32", "float32")


@pytest.mark.parametrize("format_", [FORMATS["float64"], *map(format_named, ("e8m24", "e9m2", "e11m52"))])
def test_what_float32_does_not_hold_accumulates_in_itself(format_: Format):
    for name in POLICIES:
        assert policy_named(name, format_) == Policy(name, format_, format_, format_)


@pytest.mark.parametrize("name", ["e8m23", "e2m1", "e5m7"])
def test_what_float32_holds_accumulates_in_float32(name: str):
    assert policy_named("accumulate-float32", format_named(name)).accumulation == FORMATS["float32"]


def test_an_unknown_policy_has_a_near_name():
    with pytest.raises(PrecisionError) as caught:
        policy_named("scores-float23", FORMATS["float16"])
    assert caught.value.found == "'scores-float23'"
    assert "did you mean 'scores-float32'?" in caught.value.remedy


@policies
def test_beta_is_that_of_the_scores(policy: Policy):
    assert policy.beta == policy.scores.beta


def test_what_jax_computes_as_it_is():
    """Sums in 16 bits are emulated, as XLA takes them in 32 bits and rounds once; and so is all that JAX lacks."""
    emulated = {key for key, policy in ALL.items() if not policy.is_native}
    lacking = {(name, each) for name in POLICIES for each in ("tf32", "float8_e4m3fn", "float8_e5m2")}
    assert emulated == lacking | {("pure", "bfloat16"), ("pure", "float16")}


@pytest.mark.parametrize(
    ("given", "is_native"),
    [
        (("float16", "float64", "float64"), True),
        (("float16", "float64", "float16"), True),
        (("float64", "float32", "float32"), False),
        (("float16", "float32", "bfloat16"), False),
        (("e5m10", "float32", "e5m10"), False),
        (("float32", "float32", "float64"), False),
    ],
)
def test_policies_of_your_own(given: tuple[str, str, str], is_native: bool):
    assert Policy("mine", *map(format_named, given)).is_native == is_native


# Ties ---------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["float16", "bfloat16"])
def test_most_ties_is_where_counting_or_the_format_ends(name: str):
    """By brute force: each number of ties is counted exactly in float32, and finite in the format; one more is not."""
    most = policy_named("accumulate-float32", FORMATS[name]).most_ties
    ties = np.arange(1, most + 2, dtype=np.int64)
    counted = np.add.accumulate(np.ones(most + 1, dtype=np.float32))
    with np.errstate(over="ignore"):
        good = (counted == ties) & np.isfinite(counted.astype(jnp.dtype(name)).astype(np.float32))
    assert good[:-1].all()
    assert not good[-1]
    assert most == {"float16": 65519, "bfloat16": 2**24}[name]


@pytest.mark.parametrize("name", ["float32", "float64"])
def test_most_ties_is_where_counting_ends_in_longer_formats(name: str):
    most, one = policy_named("accumulate-float32", FORMATS[name]).most_ties, np.dtype(name).type(1)
    assert np.dtype(name).type(most - 1) + one == most
    assert np.dtype(name).type(most) + one == most


@policies
def test_so_many_ties_are_counted_and_finite(policy: Policy):
    assert (
        policy.accumulation.largest_exact_integer >= policy.most_ties >= min(policy.weights.largest_exact_integer, 448)
    )


@pytest.mark.parametrize(("name", "most"), [("float8_e4m3fn", 463), ("float8_e5m2", 61439)])
def test_float8_is_finite_at_most_ties(name: str, most: int):
    """The next number of ties is half-way to the next power of two, or to NaN, which has the place of 480."""
    assert policy_named("accumulate-float32", FORMATS[name]).most_ties == most
    assert np.isfinite(np.asarray(most).astype(jnp.dtype(name)).astype(np.float32))
    assert not np.isfinite(np.asarray(most + 2.0).astype(jnp.dtype(name)).astype(np.float32))
